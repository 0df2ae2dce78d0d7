import { apigatewayFixtures } from "./make-fixtures-formats-apigateway.ts";
import { cloudfrontFixtures } from "./make-fixtures-formats-cloudfront.ts";
import { configFixtures } from "./make-fixtures-formats-config.ts";
import { dnsFixtures } from "./make-fixtures-formats-dns.ts";
import { loadBalancerFixtures } from "./make-fixtures-formats-elb.ts";
import { flowFixtures } from "./make-fixtures-formats-flow.ts";
import { protectionFixtures } from "./make-fixtures-formats-protection.ts";
import { redshiftFixtures } from "./make-fixtures-formats-redshift.ts";
import { s3Fixtures } from "./make-fixtures-formats-s3.ts";
import { w3cFixtures } from "./make-fixtures-formats-w3c.ts";

/** Path in fixtures/formats → content, of the formats that AWS's network and audit services write. */
export const awsFormatFixtures: Readonly<Record<string, string | Uint8Array>> = {
  ...apigatewayFixtures,
  ...cloudfrontFixtures,
  ...configFixtures,
  ...dnsFixtures,
  ...flowFixtures,
  ...loadBalancerFixtures,
  ...protectionFixtures,
  ...redshiftFixtures,
  ...s3Fixtures,
  ...w3cFixtures,
};
