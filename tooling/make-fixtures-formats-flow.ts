import { ACCOUNT, REGION } from "./make-fixtures-events.ts";

// Flow logs of transit gateways, and lines of all VPC fields as log events have them: without names.

const START = Date.parse("2026-11-03T09:00:00Z") / 1000;
const GATEWAY = "tgw-0a12bc34de56f7890 tgw-attach-0789abcdef0123456";
const PLACES =
  "vpc-0abc1234 vpc-0def5678 subnet-0a subnet-0b eni-0ee5f66aa7bcc89d0 eni-0dd4ee5f66aa7bcc8 euw1-az1 euw1-az2";

const gateway = (flow: string, end: number, status: string, rest: string): string =>
  `6 TransitGateway ${ACCOUNT} ${GATEWAY} ${ACCOUNT} 210987654321 ${PLACES} tgw-attach-0456efgh ${flow} ${START} ${START + end} ${status} ${rest}`;

const gatewayLines = [
  gateway("10.0.1.7 10.1.2.8 36721 8080 6 13 6842", 27, "OK", `IPv4 0 0 0 0 18 ${REGION} ingress - -`),
  gateway("2001:db8::1 2001:db8::2 443 40000 17 9 7659", 58, "OK", `IPv6 1 2 3 4 0 ${REGION} egress AMAZON S3`),
  gateway("- - - - - - -", 60, "NODATA", "- - - - - - - - - -"),
];

const ALL =
  "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status";

const full = `8 ${ACCOUNT} eni-1235b8ca123456789 10.0.1.17 52.95.128.179 44321 443 6 14 9021 ${START} ${START + 58} REJECT OK vpc-0a subnet-0a i-0a 2 IPv4 10.0.1.17 52.95.128.179 ${REGION} euw1-az3 - - - S3 egress 8 arn:aws:ecs:${REGION}:${ACCOUNT}:cluster/shop shop - - 0f1e2d3c - checkout - arn:aws:ecs:${REGION}:${ACCOUNT}:task/shop/0f1e 0f1e BPA`;

export const flowFixtures: Readonly<Record<string, string>> = {
  "vpc-flow/transit-gateway.log": `${gatewayLines.join("\n")}\n`,
  "vpc-flow/transit-gateway-own-order.log": `srcaddr dstaddr tgw-id packets-lost-no-route end log-status
10.0.1.7 10.1.2.8 tgw-0a12bc34de56f7890 7 ${START + 30} OK
- - tgw-0a12bc34de56f7890 - ${START + 60} NODATA
`,
  "vpc-flow/all-fields.log": `${full}\n`,
  "vpc-flow/field-not-known-yet.log": `${ALL} next-year
${full.split(" ").slice(0, 14).join(" ")} x
`,
  "vpc-flow/any-group.logs.json": `${JSON.stringify({
    messageType: "DATA_MESSAGE",
    owner: ACCOUNT,
    logGroup: "acme-network",
    logStream: "eni-1235b8ca123456789-all",
    subscriptionFilters: ["all"],
    logEvents: [full.split(" ").slice(0, 14).join(" "), "something else"].map((message, i) => ({
      id: `3817${i}`,
      timestamp: 1793696750000 + i,
      message,
    })),
  })}\n`,
};
