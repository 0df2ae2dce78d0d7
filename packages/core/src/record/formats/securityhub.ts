import { Buffer } from "node:buffer";
import { isIpText } from "../../bytes/ip.ts";
import type { Format } from "./format.ts";
import { type JsonEvent, jsonFormat } from "./json-format.ts";
import { headMembers } from "./json-head.ts";
import { type Names, renamed } from "./renamed.ts";

// Findings of AWS Security Hub in its own format (ASFF): "AWS Security Finding Format" and "EventBridge integration" in the AWS guide: a finding a
// line, an event with findings in `detail`, or an object with `Findings`. ECS names as Elastic's AWS integration uses them for the
// dataset aws.securityhub_findings. Findings in the Open Cybersecurity Schema (OCSF) stay JSON.

const H = "aws.securityhub_findings";
const NAMES: Names = {
  CompanyName: "company.name",
  FindingProviderFields: "provider_fields",
  GeneratorId: "generator.id",
  ProductArn: "product.arn",
  ProductFields: "product.fields",
  ProductName: "product.name",
  SchemaVersion: "schema.version",
  WorkflowState: "workflow.state",
  "Network.DestinationDomain": "destination.domain",
  "Network.DestinationIpV4": "destination.ip.v4",
  "Network.DestinationIpV6": "destination.ip.v6",
  "Network.DestinationPort": "destination.port",
  "Network.SourceDomain": "source.domain",
  "Network.SourceIpV4": "source.ip.v4",
  "Network.SourceIpV6": "source.ip.v6",
  "Network.SourceMac": "source.mac",
  "Network.SourcePort": "source.port",
  "NetworkPath.ComponentId": "component.id",
  "NetworkPath.ComponentType": "component.type",
  "Process.ParentPid": "parent.pid",
  "PatchSummary.FailedCount": "failed.count",
  "PatchSummary.InstalledCount": "installed.count",
  "PatchSummary.InstalledOtherCount": "installed.other.count",
  "PatchSummary.InstalledPendingReboot": "installed.pending_reboot",
  "PatchSummary.InstalledRejectedCount": "installed.rejected.count",
  "PatchSummary.MissingCount": "missing.count",
  "PatchSummary.Operation": "operation.type",
  "PatchSummary.OperationEndTime": "operation.end_time",
  "PatchSummary.OperationStartTime": "operation.start_time",
  ActionType: "type",
  AwsApiCallAction: "aws_api_call",
  DnsRequestAction: "dns_request",
  NetworkConnectionAction: "network_connection",
  PortProbeAction: "port_probe",
  PortProbeDetails: "details",
  "AwsApiCallAction.CallerType": "caller.type",
  "AwsApiCallAction.ServiceName": "service.name",
  ConnectionDirection: "direction",
  LocalPortDetails: "local.port",
  RemotePortDetails: "remote.port",
  LocalIpDetails: "local.ip",
  RemoteIpDetails: "remote_ip",
  "RemoteIpDetails.IpAddressV4": "ip.address_v4",
  IpAddressV4: "address_v4",
  "City.CityName": "name",
  "Country.CountryCode": "code",
  "Country.CountryName": "name",
  GeoLocation: "geolocation",
  "GeoLocation.Lat": "latitude",
  "GeoLocation.Lon": "longitude",
  "Organization.Asn": "asn:text",
  "Severity.Normalized": "normalized:text",
  "Severity.Product": "product:text",
  "Vendor.VendorCreatedAt": "created_at",
  "Vendor.VendorSeverity": "severity",
  "Vendor.VendorUpdatedAt": "updated_at",
  "Organization.AsnOrg": "asn_organization",
  "Organization.Isp": "internet_service_provider",
  "Organization.Org": "internet_provider",
  "LocalPortDetails.Port": "number",
  "LocalPortDetails.PortName": "name",
  "RemotePortDetails.Port": "number",
  "RemotePortDetails.PortName": "name",
};
/** What a product says in words of its own. */
const WHOLE: ReadonlySet<string> = new Set(["ProductFields", "UserDefinedFields", "Resources", "AffectedResources"]);

type Finding = Readonly<Record<string, unknown>>;

export const securityhub: Format = jsonFormat({
  name: "securityhub",
  dataset: "aws.securityhub_findings",
  inLogs: true,
  constants: { "cloud.provider": "aws", "event.kind": "state", "event.type": ["info"] },
  members: [],
  others: [
    ...[
      "source",
      "detail",
      "detail.findings",
      "detail-type",
      "region",
      "account",
      "AwsAccountId",
      "AwsAccountName",
      "Region",
      "Id",
    ],
    ...["Description", "Title", "GeneratorId", "ProductName"],
  ],
  overrides: ["cloud.account.id", "cloud.region"],
  time: ["UpdatedAt", "CreatedAt", "time"],
  detects: (members) =>
    (members.has("SchemaVersion") && members.has("ProductArn") && members.has("AwsAccountId")) ||
    is(members.get("source"), '"aws.securityhub"'),
  fits: (event) =>
    event.text("source") === undefined ? event.has("AwsAccountId") : event.text("source") === "aws.securityhub",
  detectDocument: ({ members }) => {
    const first = headMembers(members.get("Findings")?.subarray(1) ?? new Uint8Array(0));
    return ["SchemaVersion", "ProductArn", "AwsAccountId"].some((name) => first.has(name));
  },
  framing: ({ members }) => (members.has("Findings") ? { array: "Findings" } : undefined),
  derived: {
    [H]: "json",
    "cloud.account.id": "keyword",
    "cloud.account.name": "keyword",
    "cloud.region": "keyword",
    "destination.ip": "json",
    "event.action": "keyword",
    "event.created": "keyword",
    "event.id": "keyword",
    "event.severity": "long",
    "organization.name": "keyword",
    "process.name": "keyword",
    "process.pid": "long",
    "related.ip": "json",
    "rule.id": "keyword",
    "rule.name": "keyword",
    "source.ip": "json",
    "url.full": "keyword",
    "vulnerability.id": "json",
  },
  derive: () => (event) => {
    const finding = findingIn(event);
    if (event.to("detail") >= 0) {
      event.setText("event.action", event.text("detail-type"));
      event.setText("cloud.account.id", event.text("account"));
      event.setText("cloud.region", event.text("region"));
    }
    if (finding !== undefined) setFinding(event, finding);
  },
});

/** Of an event the finding, when it holds one: the message has them all. */
function findingIn(event: JsonEvent): Finding | undefined {
  if (event.to("detail") < 0) return event.whole() as Finding;
  const findings = event.value("detail.findings");
  const [first, second] = Array.isArray(findings) ? findings : [];
  return typeof first === "object" && second === undefined ? (first as Finding) : undefined;
}

function setFinding(event: JsonEvent, finding: Finding): void {
  const own = renamed(finding, NAMES, WHOLE);
  event.setJson(H, own);
  const text = (name: string): string | undefined => {
    const value = Object.hasOwn(finding, name) ? finding[name] : undefined;
    return typeof value === "string" && value !== "" ? value : undefined;
  };
  event.setText("cloud.account.id", text("AwsAccountId"));
  event.setText("cloud.account.name", text("AwsAccountName"));
  if (text("Region") !== undefined) event.setText("cloud.region", text("Region"));
  event.setText("event.id", text("Id"));
  event.setText("event.created", text("CreatedAt"));
  event.setText("organization.name", text("CompanyName"));
  event.setText("rule.id", text("GeneratorId"));
  event.setText("rule.name", text("Title"));
  event.setText("url.full", text("SourceUrl"));
  setSeverity(event, Number(at(own, "severity", "normalized")));
  const pid = at(own, "process", "pid");
  if (Number.isSafeInteger(pid)) event.set("process.pid", String(pid));
  const name = at(finding, "Process", "Name");
  event.setText("process.name", typeof name === "string" ? name : undefined);
  setNetwork(event, finding);
  const vulnerabilities = at(finding, "Vulnerabilities");
  if (Array.isArray(vulnerabilities))
    event.setList("vulnerability.id", texts(...vulnerabilities.map((each) => at(each, "Id"))));
}

function setSeverity(event: JsonEvent, normalized: number): void {
  if (Number.isFinite(normalized)) event.set("event.severity", String(Math.floor(normalized)));
}

function setNetwork(event: JsonEvent, finding: Finding): void {
  const network = at(finding, "Network");
  const sources = texts(at(network, "SourceIpV4"), at(network, "SourceIpV6")).filter(isIpText);
  const destinations = texts(at(network, "DestinationIpV4"), at(network, "DestinationIpV6")).filter(isIpText);
  event.setList("source.ip", sources);
  event.setList("destination.ip", destinations);
  event.setList("related.ip", [...sources, ...destinations]);
}

function at(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>((inner, name) => {
    if (typeof inner !== "object" || inner === null) return undefined;
    return name in inner ? (inner as Record<string, unknown>)[name] : undefined;
  }, value);
}

function texts(...values: readonly unknown[]): readonly string[] {
  return values.filter((value) => typeof value === "string");
}

function is(value: Uint8Array | undefined, text: string): boolean {
  return value !== undefined && Buffer.from(value.subarray(0, text.length)).toString("latin1") === text;
}
