import { parseIsoZ } from "../../bytes/iso-time.ts";
import { isDecimal, isWholeNumber, portColon } from "../fields/text.ts";
import { TLS_FIELDS, TlsFields } from "../fields/tls.ts";
import { REQUEST_FIELDS, RequestFields } from "../fields/url.ts";
import { BACKEND_FIELDS, ELB_KEYS, SOURCE_FIELDS, setBackend, setSource } from "./elb-columns.ts";
import type { Format } from "./format.ts";
import { type Line, lineFormat } from "./line-format.ts";

// Access logs of Classic Load Balancers: "Access log entries" in the AWS guide for Classic Load Balancers. The names are those
// that Elastic's AWS integration uses for the dataset aws.elb_logs.

const TIMES = ["request_processing_time", "backend_processing_time", "response_processing_time"] as const;

export const elb: Format = lineFormat({
  name: "elb",
  dataset: "aws.elb_logs",
  keys: ELB_KEYS,
  inLogs: true,
  constants: { "cloud.provider": "aws", "event.kind": "event" },
  otel: { "url.original": "url.full" },
  columns: [
    ["timestamp", "keyword", "event.end"],
    ["elb", "keyword", "aws.elb.name"],
    ["client:port", "keyword"],
    ["backend:port", "keyword"],
    ["request_processing_time", "double", "aws.elb.request_processing_time.sec"],
    ["backend_processing_time", "double", "aws.elb.backend_processing_time.sec"],
    ["response_processing_time", "double", "aws.elb.response_processing_time.sec"],
    ["elb_status_code", "long", "http.response.status_code"],
    ["backend_status_code", "long", "aws.elb.backend.http.response.status_code"],
    ["received_bytes", "keyword"],
    ["sent_bytes", "keyword"],
    ["request", "keyword"],
    ["user_agent", "keyword", "user_agent.original"],
    ["ssl_cipher", "keyword", "aws.elb.ssl_cipher", "tls.cipher"],
    ["ssl_protocol", "keyword", "aws.elb.ssl_protocol"],
  ],
  // User agent and TLS came later.
  fewest: 12,
  most: 15,
  begins: (bytes, from, to) => to - from > 27 && bytes[from + 10] === 0x54 && bytes[from + 26] === 0x5a,
  fits: (line) => isClient(line) && TIMES.every((column) => isSeconds(line, column)),
  time: (line) => parseIsoZ(line.bytes, line.from("timestamp"), line.to("timestamp")),
  derived: {
    ...BACKEND_FIELDS,
    ...REQUEST_FIELDS,
    ...SOURCE_FIELDS,
    ...TLS_FIELDS,
    "aws.elb.protocol": "keyword",
    "destination.bytes": "long",
    "event.category": "json",
    "event.outcome": "keyword",
    "http.request.body.bytes": "long",
    "http.response.body.bytes": "long",
    "source.bytes": "long",
  },
  derive: (layout) => {
    const request = new RequestFields(layout);
    const tls = new TlsFields(layout);
    return (line) => {
      const { bytes, values } = line;
      const http = line.has("elb_status_code");
      setSource(line, line.from("client:port"), line.to("client:port"));
      setBackend(line, line.from("backend:port"), line.to("backend:port"));
      setBytes(line, "received_bytes", http ? "http.request.body.bytes" : "source.bytes");
      setBytes(line, "sent_bytes", http ? "http.response.body.bytes" : "destination.bytes");
      line.set("aws.elb.protocol", http ? "http" : "tcp");
      line.set("event.category", http ? '["web"]' : '["network"]');
      if (http) {
        line.set("event.outcome", isFailure(line) ? "failure" : "success");
        request.set(bytes, line.from("request"), line.to("request"), values);
      }
      tls.set(bytes, line.from("ssl_protocol"), line.to("ssl_protocol"), values);
    };
  },
});

function isClient(line: Line): boolean {
  return portColon(line.bytes, line.from("client:port"), line.to("client:port")) > 0;
}

/** -1 stands for no value. */
function isSeconds(line: Line, column: string): boolean {
  const from = line.from(column);
  const to = line.to(column);
  return (
    isDecimal(line.bytes, from, to) || (to - from === 2 && line.bytes[from] === 0x2d && line.bytes[from + 1] === 0x31)
  );
}

function setBytes(line: Line, column: string, field: string): void {
  const from = line.from(column);
  const to = line.to(column);
  if (isWholeNumber(line.bytes, from, to)) line.span(field, from, to);
}

/** A status of 400 and more. */
function isFailure(line: Line): boolean {
  return (line.bytes[line.from("elb_status_code")] as number) >= 0x34;
}
