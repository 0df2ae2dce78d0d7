import { communityId, type Flow } from "../fields/community-id.ts";
import { URL_FIELDS, UrlFields } from "../fields/url.ts";
import type { Format } from "./format.ts";
import { type JsonEvent, jsonFormat } from "./json-format.ts";

// Logs of Network Firewall: flow, alert and TLS logs, which hold events of Suricata's EVE format: "Contents of a Network Firewall
// log" in the Network Firewall guide. The names are those that Elastic's AWS integration uses for the dataset aws.firewall_logs.

const NS = "aws.firewall";
const FLAGS = ["fin", "syn", "rst", "psh", "ack", "urg", "ece", "cwr"] as const;

export const networkFirewall: Format = jsonFormat({
  name: "network-firewall",
  dataset: "aws.firewall_logs",
  keys: /(?:^|\/)network-firewall\//,
  inLogs: true,
  constants: {
    "cloud.provider": "aws",
    "event.category": ["network"],
    "observer.product": "Network Firewall",
    "observer.type": "firewall",
    "observer.vendor": "AWS",
  },
  members: [
    ["firewall_name", "keyword", "observer.name"],
    ["availability_zone", "keyword", "cloud.availability_zone"],
    ["event.flow_id", "keyword", `${NS}.flow.id`],
    ["event.src_ip", "keyword", "source.address"],
    ["event.src_ip", "ip", "source.ip"],
    ["event.src_port", "long", "source.port"],
    ["event.dest_ip", "keyword", "destination.address"],
    ["event.dest_ip", "ip", "destination.ip"],
    ["event.dest_port", "long", "destination.port"],
    ["event.icmp_type", "long", `${NS}.icmp.type`],
    ["event.icmp_code", "long", `${NS}.icmp.code`],
    ["event.alert.action", "keyword", "event.action"],
    ["event.alert.category", "keyword", "rule.category"],
    ["event.alert.signature_id", "keyword", "rule.id"],
    ["event.alert.signature", "keyword", "rule.name"],
    ["event.alert.rev", "keyword", "rule.version"],
    ["event.alert.severity", "long", "event.severity"],
    ["event.netflow.age", "long", `${NS}.flow.age`],
    ["event.netflow.bytes", "long", `${NS}.flow.bytes`, "network.bytes"],
    ["event.netflow.pkts", "long", `${NS}.flow.pkts`, "network.packets"],
    ["event.netflow.start", "keyword", `${NS}.flow.start`],
    ["event.netflow.start", "time", "event.start"],
    ["event.netflow.end", "keyword", `${NS}.flow.end`],
    ["event.netflow.end", "time", "event.end"],
    ["event.netflow.min_ttl", "long", `${NS}.flow.min_ttl`],
    ["event.netflow.max_ttl", "long", `${NS}.flow.max_ttl`],
    ["event.tcp.tcp_flags", "keyword", `${NS}.tcp_flags`],
    ["event.http.hostname", "keyword", "destination.domain"],
    ["event.http.http_method", "keyword", "http.request.method"],
    ["event.http.http_user_agent", "keyword", "user_agent.original"],
    ["event.http.http_refer", "keyword", "http.request.referrer"],
    ["event.http.http_content_type", "keyword", "http.response.mime_type"],
    ["event.http.status", "long", "http.response.status_code"],
    ["event.http.length", "long", "http.response.body.bytes"],
    ["event.sni", "keyword", "tls.client.server_name", "destination.domain"],
    ["event.tls.sni", "keyword", "tls.client.server_name", "destination.domain"],
    ["event.tls.subject", "keyword", "tls.server.subject"],
    ["event.tls.issuerdn", "keyword", "tls.server.issuer"],
    ["event.tls.ja3.hash", "keyword", "tls.server.ja3"],
    ["event.tls.ja3s.hash", "keyword", "tls.server.ja3s"],
    ["event.tls.certificate", "keyword", "tls.server.certificate"],
    ["event.tls.notafter", "time", "tls.server.x509.not_after"],
    ["event.tls.notbefore", "time", "tls.server.x509.not_before"],
    ["event.tls_inspected", "boolean", `${NS}.tls_inspected`],
    ["event.tls_error.error_message", "keyword", `${NS}.tls_error.message`, "error.message"],
    ["event.revocation_check.status", "keyword", `${NS}.revocation_check.status`],
    ["event.revocation_check.action", "keyword", `${NS}.revocation_check.action`],
    ["event.revocation_check.leaf_cert_fpr", "keyword", `${NS}.revocation_check.leaf_certificate_fingerprint`],
  ],
  others: ["event.event_type", "event.proto", "event.app_proto", "event.http.url", "event.http.protocol"].concat(
    "event.tls.version",
    "event.tls.serial",
  ),
  time: ["event.timestamp", "event_timestamp"],
  detects: (members) => ["firewall_name", "event_timestamp", "event"].every((name) => members.has(name)),
  fits: (event) => event.has("firewall_name") && event.to("event.timestamp") > 0,
  derived: {
    ...URL_FIELDS,
    [`${NS}.tcp_flags_array`]: "json",
    "cloud.region": "keyword",
    "event.kind": "keyword",
    "event.type": "json",
    "http.version": "keyword",
    "network.community_id": "keyword",
    "network.protocol": "keyword",
    "network.transport": "keyword",
    "network.type": "keyword",
    "related.hosts": "json",
    "related.ip": "json",
    "tls.server.x509.serial_number": "keyword",
    "tls.version": "keyword",
    "tls.version_protocol": "keyword",
  },
  overrides: ["cloud.region"],
  derive: (layout) => {
    const url = new UrlFields(layout);
    return (event) => {
      event.setText("cloud.region", /^(.*\d)[a-z]$/.exec(event.text("availability_zone") ?? "")?.[1]);
      setKind(event);
      setNetwork(event);
      setFlags(event);
      const request = event.text("event.http.url");
      if (request !== undefined) url.setText(request, event.values);
      event.setText("http.version", /^HTTP\/(.+)$/.exec(event.text("event.http.protocol") ?? "")?.[1]);
      setTls(event);
      setRelated(event);
    };
  },
});

/** `blocked` and `allowed`, or what the event does without an alert. */
function setKind(event: JsonEvent): void {
  event.set("event.kind", event.text("event.event_type") === "alert" ? "alert" : "event");
  const action = event.text("event.alert.action");
  const type = action === "blocked" ? "denied" : action;
  event.setList("event.type", ["connection", type]);
}

function setNetwork(event: JsonEvent): void {
  event.setText("network.transport", event.text("event.proto")?.toLowerCase());
  const protocol = event.text("event.app_proto");
  event.setText("network.protocol", protocol === undefined || protocol === "failed" ? "unknown" : protocol);
  const version = event.ip("event.src_ip");
  if (version !== 0) event.set("network.type", version === 4 ? "ipv4" : "ipv6");
  if (version !== 0 && event.ip("event.dest_ip") !== 0) event.set("network.community_id", communityId(flowOf(event)));
}

function flowOf(event: JsonEvent): Flow {
  const transport = event.text("event.proto")?.toLowerCase() ?? "";
  const icmp = transport.includes("icmp");
  return {
    source: event.text("event.src_ip") ?? "",
    destination: event.text("event.dest_ip") ?? "",
    transport,
    sourcePort: event.number(icmp ? "event.icmp_type" : "event.src_port"),
    destinationPort: event.number(icmp ? "event.icmp_code" : "event.dest_port"),
  };
}

/** In hexadecimal. */
function setFlags(event: JsonEvent): void {
  const text = event.text("event.tcp.tcp_flags") ?? "";
  if (!/^[0-9A-Fa-f]{1,2}$/.test(text)) return;
  const bits = Number.parseInt(text, 16);
  event.setList(
    `${NS}.tcp_flags_array`,
    FLAGS.filter((_flag, i) => (bits >> i) & 1),
  );
}

/** `TLS 1.2`, or UNDETERMINED. */
function setTls(event: JsonEvent): void {
  const version = /^(TLS|SSL)v? ?([\d.]+)$/i.exec(event.text("event.tls.version") ?? "");
  event.set("tls.version_protocol", version?.[1]?.toLowerCase());
  event.set("tls.version", version?.[2]);
  event.setText("tls.server.x509.serial_number", event.text("event.tls.serial")?.replaceAll(":", ""));
}

function setRelated(event: JsonEvent): void {
  const addresses = ["event.src_ip", "event.dest_ip"];
  event.setList(
    "related.ip",
    addresses.map((name) => (event.ip(name) === 0 ? undefined : event.text(name))),
  );
  event.setList("related.hosts", [
    event.text("event.tls.sni"),
    event.text("event.sni"),
    event.text("event.http.hostname"),
  ]);
}
