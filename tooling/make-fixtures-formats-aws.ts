import { cloudfrontFixtures } from "./make-fixtures-formats-cloudfront.ts";
import { loadBalancerFixtures } from "./make-fixtures-formats-elb.ts";
import { w3cFixtures } from "./make-fixtures-formats-w3c.ts";

/** Path in fixtures/formats → content, of the formats that AWS's network and audit services write. */
export const awsFormatFixtures: Readonly<Record<string, string | Uint8Array>> = {
  ...cloudfrontFixtures,
  ...loadBalancerFixtures,
  ...w3cFixtures,
};
