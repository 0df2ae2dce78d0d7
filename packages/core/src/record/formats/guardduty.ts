import { Buffer } from "node:buffer";
import { isIpText } from "../../bytes/ip.ts";
import type { Format } from "./format.ts";
import type { Member } from "./json-fields.ts";
import { type JsonEvent, jsonFormat } from "./json-format.ts";
import { type Names, renamed } from "./renamed.ts";

// Findings of Amazon GuardDuty: "Exporting findings to Amazon S3" and "Processing findings with EventBridge" in the AWS guide: a finding
// a line, or in `detail` of an event. ECS names as Elastic's AWS integration uses them for the dataset aws.guardduty.

const G = "aws.guardduty";
const NAMES: Names = {
  ".resourceType": "type",
  ".actionType": "type",
  "action.actionType": "type",
  "accessKeyDetails.accessKeyId": "accesskey_id",
  "accessKeyDetails.userName": "user.name",
  "accessKeyDetails.userType": "user.type",
  "city.cityName": "name",
  "country.countryCode": "code",
  "country.countryName": "name",
  "organization.asnOrg": "asnorg",
  "eksClusterDetails.vpcId": "vpcid",
  "kubernetesUserDetails.username": "user_name",
  "kubernetesWorkloadDetails.namespace": "name_space",
  "networkConnectionAction.protocol": "transport",
  "localPortDetails.port": "port.value",
  "remotePortDetails.port": "port.value",
  portName: "port.name",
  rdsDbInstanceDetails: "rdsdb_instance_details",
  rdsDbUserDetails: "rdsdb_user_details",
  dbInstanceIdentifier: "instance_identifier",
  dbInstanceArn: "instance_arn",
  dbClusterIdentifier: "cluster_identifier",
  iamInstanceProfile: "iaminstance_profile",
  imageId: "image.id",
  imageDescription: "image.description",
  "containerDetails.image": "image.value",
  "containers.image": "image.value",
  imagePrefix: "image.prefix",
  instanceId: "instance.id",
  instanceState: "instance.state",
  instanceType: "instance.type",
  privateDnsName: "private.dns_name",
  privateIpAddress: "private.ip_address",
  privateIpAddresses: "private.ip_addresses",
  publicDnsName: "public.dns_name",
  publicIp: "public.ip",
  "securityGroups.groupId": "group.id",
  "securityGroups.groupName": "group.name",
  productCodeId: "product_code.id",
  productCodeType: "product_code.type",
  kmsKeyArn: "kmskey_arn",
  volumeArn: "volume.arn",
  volumeType: "volume.type",
  volumeSizeInGB: "volume.size_in_gb",
  sourceIPs: "source_ips",
  ipAddressV4: "ip_address_v4",
  ipAddressV6: "ip_address_v6",
  eventFirstSeen: "event.first_seen",
  eventLastSeen: "event.last_seen",
  threatListName: "threat.list_name",
  threatNames: "threat.names",
};
const WHOLE: ReadonlySet<string> = new Set(["additionalInfo", "geoLocation"]);

const MEMBERS: readonly Member[] = [
  ["schemaVersion", "keyword", `${G}.schema_version`],
  ["accountId", "keyword", `${G}.account_id`, "cloud.account.id"],
  ["region", "keyword", `${G}.region`, "cloud.region"],
  ["partition", "keyword", `${G}.partition`],
  ["id", "keyword", `${G}.id`, "event.id"],
  ["arn", "keyword", `${G}.arn`],
  ["type", "keyword", `${G}.type`, "rule.name"],
  ["confidence", "double", `${G}.confidence`],
  ["severity", "double", `${G}.severity.code`],
  ["title", "keyword", `${G}.title`],
  ["description", "keyword", `${G}.description`],
  ["createdAt", "time", `${G}.created_at`, "event.created"],
  ["updatedAt", "time", `${G}.updated_at`],
  ["service.serviceName", "keyword", "cloud.service.name"],
  ["service.eventFirstSeen", "time", "event.start"],
  ["service.eventLastSeen", "time", "event.end"],
  ["service.action.actionType", "keyword", "event.action"],
  ["service.action.awsApiCallAction.serviceName", "keyword", "event.provider"],
  ["service.action.dnsRequestAction.domain", "keyword", "dns.question.name"],
  ["resource.instanceDetails.instanceId", "keyword", "cloud.instance.id", "host.id"],
  ["resource.instanceDetails.instanceType", "keyword", "cloud.machine.type", "host.type"],
  ["resource.instanceDetails.platform", "keyword", "host.os.platform"],
  ["resource.eksClusterDetails.name", "keyword", "orchestrator.cluster.name"],
];
/** Both alone and in an event; there the finding counts where both say something. */
const anywhere = (paths: readonly string[]): readonly string[] => [...paths, ...paths.map((path) => `detail.${path}`)];

export const guardduty: Format = jsonFormat({
  name: "guardduty",
  dataset: "aws.guardduty",
  keys: /(?:^|\/)GuardDuty\/[a-z0-9-]+\/\d{4}\//,
  inLogs: true,
  constants: { "cloud.provider": "aws", "event.kind": "alert", "event.type": ["info"] },
  members: [...MEMBERS, ...MEMBERS.map(([path, kind, ...fields]): Member => [`detail.${path}`, kind, ...fields])],
  others: ["detail", "source", ...anywhere(["resource", "service", "severity", "type"])],
  overrides: ["cloud.account.id", "cloud.region"],
  time: anywhere(["updatedAt", "createdAt"]),
  detects: (members) =>
    (members.has("schemaVersion") && members.has("service") && members.has("resource") && members.has("severity")) ||
    is(members.get("source"), '"aws.guardduty"'),
  fits: (event) => event.text("source") === undefined || event.text("source") === "aws.guardduty",
  derived: {
    [`${G}.resource`]: "json",
    [`${G}.service`]: "json",
    [`${G}.severity.value`]: "keyword",
    "destination.ip": "json",
    "event.severity": "long",
    "network.direction": "keyword",
    "network.transport": "json",
    "related.hosts": "json",
    "related.ip": "json",
    "related.user": "json",
    "rule.category": "keyword",
    "rule.ruleset": "keyword",
    "source.address": "json",
    "source.ip": "json",
    "user.id": "json",
    "user.name": "json",
    "user.roles": "json",
  },
  derive: () => (event) => {
    const at = event.to("detail") >= 0 ? "detail." : "";
    const resource = renamed(event.value(`${at}resource`), NAMES, WHOLE);
    const service = renamed(event.value(`${at}service`), NAMES, WHOLE);
    event.setJson(`${G}.resource`, resource);
    event.setJson(`${G}.service`, service);
    setSeverity(event, event.number(`${at}severity`));
    const [, ruleset, category] = /^((\w+):\w+)/.exec(event.text(`${at}type`) ?? "") ?? [];
    event.setText("rule.ruleset", ruleset);
    event.setText("rule.category", category);
    setNetwork(event, service);
    setUsers(event, resource);
  },
});

function is(value: Uint8Array | undefined, text: string): boolean {
  return value !== undefined && Buffer.from(value.subarray(0, text.length)).toString("latin1") === text;
}

/** "Severity levels for GuardDuty findings" in the AWS guide. */
function setSeverity(event: JsonEvent, code: number): void {
  if (Number.isNaN(code)) return;
  event.set("event.severity", String(Math.floor(code)));
  event.set(`${G}.severity.value`, code < 4 ? "Low" : code < 7 ? "Medium" : code < 9 ? "High" : "Critical");
}

/** What stands at a path of renamed members. */
function at(value: unknown, path: string): unknown {
  return path
    .split(".")
    .reduce<unknown>(
      (inner, name) => (typeof inner === "object" ? (inner as Record<string, unknown> | null)?.[name] : undefined),
      value,
    );
}

function texts(...values: readonly unknown[]): readonly string[] {
  return values.flat().filter((value) => typeof value === "string");
}

/** Of a connection outwards the remote side is the destination; in all else it is the source. */
function setNetwork(event: JsonEvent, service: unknown): void {
  const action = at(service, "action");
  const connection = at(action, "network_connection_action");
  const outbound = at(connection, "connection_direction") === "OUTBOUND";
  const probes = at(action, "port_probe_action.port_probe_details");
  const remote = "remote_ip_details.ip_address_v4";
  const others = texts(
    ...["aws_api_call_action", "kubernetes_api_call_action", "rds_login_attempt_action"].map((name) =>
      at(action, `${name}.${remote}`),
    ),
    at(action, "kubernetes_api_call_action.source_ips"),
    ...(Array.isArray(probes) ? probes.map((probe) => at(probe, remote)) : []),
  );
  const far = texts(at(connection, remote));
  const near = texts(at(connection, "local_ip_details.ip_address_v4"));
  const sources = [...others, ...(outbound ? near : far)].filter(isIpText);
  const destinations = (outbound ? far : near).filter(isIpText);
  event.setList("source.ip", sources);
  event.setList("source.address", sources);
  event.setList("destination.ip", destinations);
  event.setList("related.ip", [...sources, ...destinations]);
  event.setList("related.hosts", texts(at(action, "dns_request_action.domain")));
  const direction = at(connection, "connection_direction");
  if (typeof direction === "string") event.setText("network.direction", direction.toLowerCase());
  event.setList(
    "network.transport",
    texts(at(connection, "transport"), at(action, "dns_request_action.protocol")).map((name) => name.toLowerCase()),
  );
}

function setUsers(event: JsonEvent, resource: unknown): void {
  const key = at(resource, "access_key_details");
  const kubernetes = at(resource, "kubernetes_details.kubernetes_user_details");
  const ids = texts(at(key, "principal_id"), at(kubernetes, "uid"));
  const names = texts(at(key, "user.name"), at(kubernetes, "user_name"), at(resource, "rdsdb_user_details.user"));
  event.setList("user.id", ids);
  event.setList("user.name", names);
  event.setList("user.roles", texts(at(kubernetes, "groups")));
  event.setList("related.user", [...ids, ...names]);
}
