import { isPlausibleTime } from "../../bytes/iso-time.ts";
import { parseIsoTime } from "../../bytes/log-time.ts";
import { TlsFields } from "../fields/tls.ts";
import { CONNECTION_FIELDS, ELB_KEYS, TCP_CONSTANTS } from "./elb-columns.ts";
import { plainSpan } from "./elb-members.ts";
import type { Format } from "./format.ts";
import { type JsonEvent, jsonFormat } from "./json-format.ts";

/** Connection logs of Application Load Balancers as JSON: the fields of those in text, and the load balancer's name. */
export const albConnectionJson: Format = jsonFormat({
  name: "alb-connection-json",
  dataset: "aws.elb_logs",
  keys: ELB_KEYS,
  inLogs: true,
  constants: TCP_CONSTANTS,
  members: [
    ["time", "keyword", "event.end"],
    ["client_ip", "keyword", "client.address"],
    ["client_ip", "ip", "client.ip"],
    ["client_port", "long", "client.port"],
    ["listener_port", "keyword", "aws.elb.listener"],
    ["tls_protocol", "keyword", "aws.elb.ssl_protocol"],
    ["tls_cipher", "keyword", "aws.elb.ssl_cipher", "tls.cipher"],
    ["tls_handshake_latency", "double", "aws.elb.tls_handshake_latency"],
    ["leaf_client_cert_subject", "keyword", "aws.elb.leaf_client_cert_subject"],
    ["leaf_client_cert_serial_number", "keyword", "aws.elb.leaf_client_cert_serial_number"],
    ["conn_trace_id", "keyword", "aws.elb.conn_trace_id"],
    ["tls_keyexchange", "keyword", "aws.elb.ssl_named_group"],
    ["elb", "keyword", "aws.elb.name"],
  ],
  others: ["leaf_client_cert_validity", "tls_verify_status"],
  aliases: { timestamp: "time" },
  time: ["time"],
  detects: (members) =>
    ["listener_port", "tls_handshake_latency", "tls_verify_status", "conn_trace_id"].every((name) => members.has(name)),
  derived: CONNECTION_FIELDS,
  derive: (layout) => {
    const tls = new TlsFields(layout);
    return (event) => {
      setValidity(event);
      const [status, ...why] = event.text("tls_verify_status")?.split(":") ?? [];
      event.setText("aws.elb.tls_verify_status", status);
      event.setText("aws.elb.tls_error_code", why.length === 0 || why[0] === "" ? undefined : why.join(":"));
      tls.set(event.bytes, ...plainSpan(event, "tls_protocol"), event.values);
    };
  },
});

/** `NotBefore=2023-09-21T22:43:21Z;NotAfter=2026-06-17T22:43:21Z` */
function setValidity(event: JsonEvent): void {
  const [, from, to] = /^NotBefore=([^;]*);NotAfter=(.*)$/.exec(event.text("leaf_client_cert_validity") ?? "") ?? [];
  setDate(event, "aws.elb.leaf_client_cert_not_before", from);
  setDate(event, "aws.elb.leaf_client_cert_not_after", to);
}

function setDate(event: JsonEvent, field: string, text = ""): void {
  const bytes = Buffer.from(text);
  if (isPlausibleTime(parseIsoTime(bytes, 0, bytes.length))) event.setText(field, text);
}
