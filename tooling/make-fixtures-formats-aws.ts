import { loadBalancerFixtures } from "./make-fixtures-formats-elb.ts";

/** Path in fixtures/formats → content, of the formats that AWS's network and audit services write. */
export const awsFormatFixtures: Readonly<Record<string, string | Uint8Array>> = {
  ...loadBalancerFixtures,
};
