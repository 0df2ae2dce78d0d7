import { ACCOUNT, REGION } from "./make-fixtures-events.ts";

// Lines of VPC flow logs: "Flow log records" and "Flow log record examples" in the Amazon VPC guide.

const START = Date.parse("2026-11-03T09:00:00Z") / 1000;
const times = (offset: number, seconds = 58): string => `${START + offset} ${START + offset + seconds}`;
const eni = "eni-1235b8ca123456789";

/** The default format, as files have it. */
export const vpcFlowDefault: readonly string[] = [
  "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status",
  `2 ${ACCOUNT} ${eni} 172.31.16.139 172.31.16.21 20641 22 6 20 4249 ${times(10)} ACCEPT OK`,
  `2 ${ACCOUNT} ${eni} 172.31.9.69 172.31.9.12 49761 3389 6 20 4249 ${times(12)} REJECT OK`,
  `2 ${ACCOUNT} ${eni} 203.0.113.12 172.31.16.139 0 0 1 4 336 ${times(17)} ACCEPT OK`,
  `2 ${ACCOUNT} ${eni} - - - - - - - ${times(31)} - NODATA`,
  `2 ${ACCOUNT} eni-11111111aaaaaaaaa - - - - - - - ${times(33)} - SKIPDATA`,
  `2 ${ACCOUNT} ${eni} 2001:db8:1234:a100:8d6e:3477:df66:f105 2001:db8:1234:a102:3304:8879:34cf:4071 34892 22 6 54 8855 ${times(40)} ACCEPT OK`,
  `2 unknown eni-22222222bbbbbbbbb 172.31.16.139 198.51.100.9 53 61234 17 1 76 ${times(44)} ACCEPT OK`,
];

/** A format of one's own: another order, fields of all versions. */
export const vpcFlowCustom: readonly string[] = [
  `interface-id action version vpc-id subnet-id instance-id srcaddr dstaddr srcport dstport protocol tcp-flags type pkt-srcaddr pkt-dstaddr region az-id sublocation-type sublocation-id pkt-src-aws-service pkt-dst-aws-service flow-direction traffic-path bytes packets start end account-id log-status ecs-cluster-name ecs-service-name ecs-task-id reject-reason`,
  `${eni} ACCEPT 8 vpc-abcdefab012345678 subnet-aaaaaaaa012345678 i-01234567890123456 10.0.1.17 52.95.128.179 44321 443 6 3 IPv4 10.0.1.17 52.95.128.179 ${REGION} euw1-az3 - - - S3 egress 8 9021 14 ${times(2)} 210987654321 OK shop checkout 0f1e2d3c4b5a4978 -`,
  `${eni} REJECT 8 vpc-abcdefab012345678 subnet-aaaaaaaa012345678 - 198.51.100.7 10.0.1.17 40124 23 6 2 IPv4 198.51.100.7 10.0.1.17 ${REGION} euw1-az3 outpost op-0123456789abcdef0 - - ingress - 40 1 ${times(5, 12)} 210987654321 OK - - - BPA`,
  `${eni} - 8 - - - - - - - - - - - - - - - - - - - - - - ${times(60)} 210987654321 NODATA - - - -`,
];
