import { isoMillis } from "../../bytes/iso-time.ts";
import { parseIsoTime } from "../../bytes/log-time.ts";
import { startsWith } from "../fields/text.ts";
import { TlsFields } from "../fields/tls.ts";
import { ELB_KEYS, NLB_FIELDS, setBackend, setSource, TCP_CONSTANTS } from "./elb-columns.ts";
import type { Format } from "./format.ts";
import { type Line, lineFormat } from "./line-format.ts";

// Access logs of Network Load Balancers, which are of TLS listeners: "Access log entries" in the AWS guide for Network Load
// Balancers, versions 1.0 and 2.0. The names are those of Elastic's AWS integration.

export const nlb: Format = lineFormat({
  name: "nlb",
  dataset: "aws.elb_logs",
  keys: ELB_KEYS,
  inLogs: true,
  constants: TCP_CONSTANTS,
  columns: [
    ["type", "keyword", "aws.elb.type"],
    ["version", "keyword"],
    ["time", "keyword"],
    ["elb", "keyword", "aws.elb.name"],
    ["listener", "keyword", "aws.elb.listener"],
    ["client:port", "keyword"],
    ["destination:port", "keyword"],
    ["connection_time", "double", "aws.elb.connection_time.ms"],
    ["tls_handshake_time", "double", "aws.elb.tls_handshake_time.ms"],
    ["received_bytes", "long", "source.bytes"],
    ["sent_bytes", "long", "destination.bytes"],
    ["incoming_tls_alert", "keyword", "aws.elb.incoming_tls_alert"],
    ["chosen_cert_arn", "keyword", "aws.elb.chosen_cert.arn"],
    ["chosen_cert_serial", "keyword", "aws.elb.chosen_cert.serial"],
    ["tls_cipher", "keyword", "aws.elb.ssl_cipher", "tls.cipher"],
    ["tls_protocol_version", "keyword", "aws.elb.ssl_protocol"],
    ["tls_named_group", "keyword", "aws.elb.ssl_named_group"],
    ["domain_name", "keyword", "destination.domain"],
    ["alpn_fe_protocol", "keyword", "aws.elb.alpn_fe_protocol"],
    ["alpn_be_protocol", "keyword", "aws.elb.alpn_be_protocol"],
    ["alpn_client_preference_list", "keyword"],
    ["tls_connection_creation_time", "keyword"],
  ],
  fewest: 18,
  begins: (bytes, from, to) => startsWith(bytes, from, to, "tls ") && bytes[from + 5] === 0x2e,
  fits: (line) => startsWith(line.bytes, line.from("elb"), line.to("elb"), "net/"),
  time: (line) => timeOf(line, "time"),
  derived: NLB_FIELDS,
  derive: (layout) => {
    const tls = new TlsFields(layout);
    return (line) => {
      setSource(line, line.from("client:port"), line.to("client:port"));
      setBackend(line, line.from("destination:port"), line.to("destination:port"));
      line.set("event.end", isoMillis(timeOf(line, "time")));
      const created = timeOf(line, "tls_connection_creation_time");
      if (!Number.isNaN(created)) line.set("aws.elb.tls_connection_creation_time", isoMillis(created));
      line.setList("aws.elb.alpn_client_preference_list", protocols(line.text("alpn_client_preference_list")));
      tls.set(line.bytes, line.from("tls_protocol_version"), line.to("tls_protocol_version"), line.values);
    };
  },
});

function timeOf(line: Line, column: string): number {
  return parseIsoTime(line.bytes, line.from(column), line.to(column));
}

/** `h2","http/1.1`: quoted one by one, and the outermost quotes gone. */
function protocols(list = ""): readonly string[] {
  return list.split(",").map((name) => name.replace(/[\\"]/g, ""));
}
