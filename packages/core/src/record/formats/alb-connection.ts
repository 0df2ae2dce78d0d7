import { parseIsoZ } from "../../bytes/iso-time.ts";
import { parseIsoTime } from "../../bytes/log-time.ts";
import { isWholeNumber, startsWith } from "../fields/text.ts";
import { TlsFields } from "../fields/tls.ts";
import { CONNECTION_FIELDS, ELB_KEYS, TCP_CONSTANTS } from "./elb-columns.ts";
import type { Format } from "./format.ts";
import { type Line, lineFormat } from "./line-format.ts";

// Connection logs of Application Load Balancers: "Connection log entries" in the AWS guide for Application Load Balancers. The
// names are those of Elastic's AWS integration.

export const albConnection: Format = lineFormat({
  name: "alb-connection",
  dataset: "aws.elb_logs",
  keys: ELB_KEYS,
  inLogs: true,
  constants: TCP_CONSTANTS,
  columns: [
    ["timestamp", "keyword", "event.end"],
    ["client_ip", "keyword", "client.address", "client.ip"],
    ["client_port", "long", "client.port"],
    ["listener_port", "keyword", "aws.elb.listener"],
    ["tls_protocol", "keyword", "aws.elb.ssl_protocol"],
    ["tls_cipher", "keyword", "aws.elb.ssl_cipher", "tls.cipher"],
    ["tls_handshake_latency", "double", "aws.elb.tls_handshake_latency"],
    ["leaf_client_cert_subject", "keyword", "aws.elb.leaf_client_cert_subject"],
    ["leaf_client_cert_validity", "keyword"],
    ["leaf_client_cert_serial_number", "keyword", "aws.elb.leaf_client_cert_serial_number"],
    ["tls_verify_status", "keyword"],
    ["conn_trace_id", "keyword", "aws.elb.conn_trace_id"],
  ],
  fewest: 11,
  begins: (bytes, from, to) => to - from > 27 && bytes[from + 10] === 0x54 && bytes[from + 26] === 0x5a,
  fits: (line) =>
    line.ip("client_ip") !== 0 &&
    isWholeNumber(line.bytes, line.from("client_port"), line.to("client_port")) &&
    isWholeNumber(line.bytes, line.from("listener_port"), line.to("listener_port")),
  time: (line) => parseIsoZ(line.bytes, line.from("timestamp"), line.to("timestamp")),
  derived: CONNECTION_FIELDS,
  derive: (layout) => {
    const tls = new TlsFields(layout);
    return (line) => {
      setValidity(line);
      setStatus(line);
      tls.set(line.bytes, line.from("tls_protocol"), line.to("tls_protocol"), line.values);
    };
  },
});

/** `NotBefore=2023-09-21T22:43:21Z;NotAfter=2026-06-17T22:43:21Z` */
function setValidity(line: Line): void {
  const { bytes } = line;
  const from = line.from("leaf_client_cert_validity");
  const to = line.to("leaf_client_cert_validity");
  let semicolon = from;
  while (semicolon < to && bytes[semicolon] !== 0x3b) semicolon++;
  setDate(line, "aws.elb.leaf_client_cert_not_before", from, semicolon, "NotBefore=");
  setDate(line, "aws.elb.leaf_client_cert_not_after", semicolon + 1, to, "NotAfter=");
}

function setDate(line: Line, field: string, from: number, to: number, name: string): void {
  if (!startsWith(line.bytes, from, to, name)) return;
  if (!Number.isNaN(parseIsoTime(line.bytes, from + name.length, to))) line.span(field, from + name.length, to);
}

/** `Success`, or `Failed:` and why. */
function setStatus(line: Line): void {
  if (!line.has("tls_verify_status")) return;
  const from = line.from("tls_verify_status");
  const to = line.to("tls_verify_status");
  let colon = from;
  while (colon < to && line.bytes[colon] !== 0x3a) colon++;
  line.span("aws.elb.tls_verify_status", from, colon);
  if (colon + 1 < to) line.span("aws.elb.tls_error_code", colon + 1, to);
}
