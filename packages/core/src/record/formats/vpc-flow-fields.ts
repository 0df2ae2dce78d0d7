import { type Column, type ColumnOrder, Columns } from "./columns.ts";

/** The fields of flow log records in the order of "Available fields" in the AWS guide, and what becomes of them as they are. */
const FIELDS: readonly Column[] = [
  // Version 2: the default format.
  ["version", "keyword", "aws.vpcflow.version"],
  ["account-id", "keyword", "aws.vpcflow.account_id", "cloud.account.id"],
  ["interface-id", "keyword", "aws.vpcflow.interface_id"],
  ["srcaddr", "keyword", "source.address"],
  ["dstaddr", "keyword", "destination.address"],
  ["srcport", "long", "source.port"],
  ["dstport", "long", "destination.port"],
  ["protocol", "keyword", "network.iana_number"],
  ["packets", "long", "network.packets", "source.packets"],
  ["bytes", "long", "network.bytes", "source.bytes"],
  ["start", "long"],
  ["end", "long"],
  ["action", "keyword", "aws.vpcflow.action", "event.action"],
  ["log-status", "keyword", "aws.vpcflow.log_status"],
  // 3
  ["vpc-id", "keyword", "aws.vpcflow.vpc_id"],
  ["subnet-id", "keyword", "aws.vpcflow.subnet_id"],
  ["instance-id", "keyword", "aws.vpcflow.instance_id", "cloud.instance.id"],
  ["tcp-flags", "keyword", "aws.vpcflow.tcp_flags"],
  ["type", "keyword", "aws.vpcflow.type"],
  ["pkt-srcaddr", "keyword", "aws.vpcflow.pkt_srcaddr"],
  ["pkt-dstaddr", "keyword", "aws.vpcflow.pkt_dstaddr"],
  // 4
  ["region", "keyword", "cloud.region"],
  ["az-id", "keyword", "cloud.availability_zone"],
  ["sublocation-type", "keyword", "aws.vpcflow.sublocation.type"],
  ["sublocation-id", "keyword", "aws.vpcflow.sublocation.id"],
  // 5
  ["pkt-src-aws-service", "keyword", "aws.vpcflow.pkt_src_service"],
  ["pkt-dst-aws-service", "keyword", "aws.vpcflow.pkt_dst_service"],
  ["flow-direction", "keyword", "network.direction"],
  ["traffic-path", "keyword", "aws.vpcflow.traffic_path"],
  // 7
  ["ecs-cluster-arn", "keyword", "orchestrator.cluster.id"],
  ["ecs-cluster-name", "keyword", "orchestrator.cluster.name"],
  ["ecs-container-instance-arn", "keyword", "orchestrator.resource.name"],
  ["ecs-container-instance-id", "keyword", "orchestrator.resource.id"],
  ["ecs-container-id", "keyword", "aws.vpcflow.ecs_container_id"],
  ["ecs-second-container-id", "keyword", "aws.vpcflow.ecs_second_container_id"],
  ["ecs-service-name", "keyword", "service.name"],
  ["ecs-task-definition-arn", "keyword", "aws.vpcflow.ecs_task_definition_arn"],
  ["ecs-task-arn", "keyword", "aws.vpcflow.ecs_task_arn"],
  ["ecs-task-id", "keyword", "aws.vpcflow.ecs_task_id"],
  // 8, 9 and 10
  ["reject-reason", "keyword", "event.reason"],
  ["resource-id", "keyword", "aws.vpcflow.resource_id"],
  ["encryption-status", "keyword", "aws.vpcflow.encryption_status"],
];

/** Those of transit gateways beside them: "Transit Gateway Flow Log records" in the AWS guide. */
const GATEWAY_FIELDS: readonly Column[] = [
  ["resource-type", "keyword", "aws.vpcflow.resource_type"],
  ["tgw-id", "keyword", "aws.vpcflow.tgw_id"],
  ["tgw-attachment-id", "keyword", "aws.vpcflow.tgw_attachment_id"],
  ["tgw-src-vpc-account-id", "keyword", "aws.vpcflow.tgw_src_vpc_account_id"],
  ["tgw-dst-vpc-account-id", "keyword", "aws.vpcflow.tgw_dst_vpc_account_id"],
  ["tgw-src-vpc-id", "keyword", "aws.vpcflow.tgw_src_vpc_id"],
  ["tgw-dst-vpc-id", "keyword", "aws.vpcflow.tgw_dst_vpc_id"],
  ["tgw-src-subnet-id", "keyword", "aws.vpcflow.tgw_src_subnet_id"],
  ["tgw-dst-subnet-id", "keyword", "aws.vpcflow.tgw_dst_subnet_id"],
  ["tgw-src-eni", "keyword", "aws.vpcflow.tgw_src_eni"],
  ["tgw-dst-eni", "keyword", "aws.vpcflow.tgw_dst_eni"],
  ["tgw-src-az-id", "keyword", "aws.vpcflow.tgw_src_az_id"],
  ["tgw-dst-az-id", "keyword", "aws.vpcflow.tgw_dst_az_id"],
  ["tgw-pair-attachment-id", "keyword", "aws.vpcflow.tgw_pair_attachment_id"],
  ["packets-lost-no-route", "long", "aws.vpcflow.packets_lost_no_route"],
  ["packets-lost-blackhole", "long", "aws.vpcflow.packets_lost_blackhole"],
  ["packets-lost-mtu-exceeded", "long", "aws.vpcflow.packets_lost_mtu_exceeded"],
  ["packets-lost-ttl-expired", "long", "aws.vpcflow.packets_lost_ttl_expired"],
];

/** The default format of transit gateways. */
const GATEWAY_ORDER: readonly string[] = [
  "version resource-type account-id tgw-id tgw-attachment-id tgw-src-vpc-account-id tgw-dst-vpc-account-id tgw-src-vpc-id",
  "tgw-dst-vpc-id tgw-src-subnet-id tgw-dst-subnet-id tgw-src-eni tgw-dst-eni tgw-src-az-id tgw-dst-az-id",
  "tgw-pair-attachment-id srcaddr dstaddr srcport dstport protocol packets bytes start end log-status type",
  "packets-lost-no-route packets-lost-blackhole packets-lost-mtu-exceeded packets-lost-ttl-expired tcp-flags region",
  "flow-direction pkt-src-aws-service pkt-dst-aws-service",
].flatMap((names) => names.split(" "));

/** Number of fields up to each version: a line of so many and without a header has them in the guide's order. */
const VERSION_ENDS: ReadonlySet<number> = new Set([14, 21, 25, 29, 39, 40, 41, 42]);

let columns: Columns | undefined;

/** Made when the first line is read. */
export function flowColumns(): Columns {
  columns ??= new Columns(
    [...FIELDS, ...GATEWAY_FIELDS],
    {
      "aws.vpcflow.tcp_flags_array": "json",
      "destination.ip": "keyword",
      "event.end": "keyword",
      "event.outcome": "keyword",
      "event.start": "keyword",
      "event.type": "json",
      "network.transport": "keyword",
      "network.type": "keyword",
      "related.ip": "json",
      "source.ip": "keyword",
    },
    ["cloud.account.id", "cloud.region"],
  );
  return columns;
}

/** The order of lines without a header; undefined when so many fields say nothing. */
export function usualOrder(count: number): ColumnOrder | undefined {
  if (count === GATEWAY_ORDER.length) return flowColumns().order(GATEWAY_ORDER);
  if (!VERSION_ENDS.has(count)) return undefined;
  return flowColumns().order(FIELDS.slice(0, count).map(([name]) => name));
}
