import { parseIsoZ } from "../../bytes/iso-time.ts";
import { startsWith } from "../fields/text.ts";
import { DNS_CONSTANTS, DNS_FIELDS, setDnsOutcome, setNetworkType, setTransport, withoutRoot } from "./dns-fields.ts";
import type { Format } from "./format.ts";
import { lineFormat } from "./line-format.ts";

// Public DNS query logs of Route 53: "Values that appear in DNS query logs" in the Route 53 guide. The names are those that
// Elastic's AWS integration uses for the dataset aws.route53_public_logs.

export const route53Public: Format = lineFormat({
  name: "route53-public",
  dataset: "aws.route53_public_logs",
  logs: /^\/aws\/route53\//,
  inLogs: true,
  constants: DNS_CONSTANTS,
  columns: [
    ["version", "keyword"],
    ["timestamp", "keyword"],
    ["hosted_zone_id", "keyword", "aws.route53.hosted_zone_id"],
    ["query_name", "keyword"],
    ["query_type", "keyword", "dns.question.type"],
    ["response_code", "keyword", "dns.response_code"],
    ["protocol", "keyword"],
    ["edge_location", "keyword", "aws.route53.edge_location"],
    ["resolver_ip", "keyword", "source.address"],
    ["resolver_ip", "ip", "source.ip"],
    ["edns_client_subnet", "keyword", "aws.route53.edns_client_subnet"],
  ],
  fewest: 10,
  begins: (bytes, from, to) => startsWith(bytes, from, to, "1.") && bytes[from + 3] === 0x20,
  fits: (line) => line.ip("resolver_ip") !== 0 && /^Z[A-Z0-9]+$/.test(line.text("hosted_zone_id") ?? ""),
  time: (line) => parseIsoZ(line.bytes, line.from("timestamp"), line.to("timestamp")),
  derived: DNS_FIELDS,
  derive: () => (line) => {
    const name = withoutRoot(line.text("query_name") ?? "");
    if (name !== "") line.setText("dns.question.name", name);
    setTransport(line, "protocol");
    setNetworkType(line, "resolver_ip");
    setDnsOutcome(line, "response_code");
    line.setList("related.ip", [line.text("resolver_ip")]);
    line.setList("related.hosts", [name]);
  },
});
