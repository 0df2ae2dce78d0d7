import { isoMillis } from "../../bytes/iso-time.ts";
import { TlsFields } from "../fields/tls.ts";
import { ELB_KEYS, NLB_FIELDS, TCP_CONSTANTS } from "./elb-columns.ts";
import { listOf, plainSpan, setBackendOf, setSourceOf, withoutNegative } from "./elb-members.ts";
import type { Format } from "./format.ts";
import { jsonFormat } from "./json-format.ts";

const TIMES = [
  ["connection_time", "aws.elb.connection_time.ms"],
  ["tls_handshake_time", "aws.elb.tls_handshake_time.ms"],
] as const;

/** Access logs of Network Load Balancers as JSON: the fields of those in text. */
export const nlbJson: Format = jsonFormat({
  name: "nlb-json",
  dataset: "aws.elb_logs",
  keys: ELB_KEYS,
  inLogs: true,
  constants: TCP_CONSTANTS,
  members: [
    ["type", "keyword", "aws.elb.type"],
    ["elb", "keyword", "aws.elb.name"],
    ["listener", "keyword", "aws.elb.listener"],
    ...TIMES.map(([path, field]) => [path, "double", field] as const),
    ["received_bytes", "long", "source.bytes"],
    ["sent_bytes", "long", "destination.bytes"],
    ["incoming_tls_alert", "keyword", "aws.elb.incoming_tls_alert"],
    ["chosen_cert_arn", "keyword", "aws.elb.chosen_cert.arn"],
    ["chosen_cert_serial", "keyword", "aws.elb.chosen_cert.serial"],
    ["tls_cipher", "keyword", "aws.elb.ssl_cipher", "tls.cipher"],
    ["tls_protocol_version", "keyword", "aws.elb.ssl_protocol"],
    ["tls_keyexchange", "keyword", "aws.elb.ssl_named_group"],
    ["domain_name", "keyword", "destination.domain"],
    ["alpn_fe_protocol", "keyword", "aws.elb.alpn_fe_protocol"],
    ["alpn_be_protocol", "keyword", "aws.elb.alpn_be_protocol"],
  ],
  others: ["client_port", "destination_port", "alpn_client_preference_list", "tls_connection_creation_time"],
  aliases: {
    "client:port": "client_port",
    "destination:port": "destination_port",
    tls_named_group: "tls_keyexchange",
  },
  time: ["time"],
  detects: (members) =>
    ["elb", "listener", "tls_handshake_time", "incoming_tls_alert"].every((name) => members.has(name)),
  fits: (event) => event.text("elb")?.startsWith("net/") === true,
  derived: NLB_FIELDS,
  derive: (layout) => {
    const tls = new TlsFields(layout);
    return (event) => {
      setSourceOf(event, "client_port");
      setBackendOf(event, "destination_port");
      withoutNegative(event, TIMES);
      event.set("event.end", isoMillis(event.time("time")));
      const created = event.time("tls_connection_creation_time");
      if (!Number.isNaN(created)) event.set("aws.elb.tls_connection_creation_time", isoMillis(created));
      const protocols = listOf(event, "alpn_client_preference_list", ",")?.map((name) => name.replace(/[\\"]/g, ""));
      event.setList("aws.elb.alpn_client_preference_list", protocols ?? []);
      tls.set(event.bytes, ...plainSpan(event, "tls_protocol_version"), event.values);
    };
  },
});
