import { ipVersion } from "../../bytes/ip.ts";
import { parseIsoZ } from "../../bytes/iso-time.ts";
import { bracketed, isDecimal, isWholeNumber, portColon, startsWith } from "../fields/text.ts";
import { TLS_FIELDS, TlsFields } from "../fields/tls.ts";
import { REQUEST_FIELDS, RequestFields } from "../fields/url.ts";
import { Layout, LayoutValues } from "../layout.ts";
import type { RecordCursor } from "../record.ts";
import { ELB_KEYS } from "./elb-columns.ts";
import type { Format, FormatHint, ParseResult } from "./format.ts";
import { Tokens } from "./tokens.ts";

// Access logs of Application Load Balancers: "Access log entries" in the AWS guide for Application Load Balancers.
// ECS names as Elastic's AWS integration uses them for the dataset aws.elb_logs.

const layout: Layout = new Layout({
  "aws.elb.type": "keyword",
  "aws.elb.name": "keyword",
  "aws.elb.request_processing_time.sec": "double",
  "aws.elb.backend_processing_time.sec": "double",
  "aws.elb.response_processing_time.sec": "double",
  "aws.elb.backend.ip": "keyword",
  "aws.elb.backend.port": "keyword",
  "aws.elb.backend.http.response.status_code": "long",
  "aws.elb.ssl_cipher": "keyword",
  "aws.elb.ssl_protocol": "keyword",
  "aws.elb.target_group.arn": "keyword",
  "aws.elb.trace_id": "keyword",
  "aws.elb.chosen_cert.arn": "keyword",
  "aws.elb.matched_rule_priority": "keyword",
  "aws.elb.action_executed": "keywords",
  "aws.elb.redirect_url": "keyword",
  "aws.elb.error.reason": "keyword",
  "aws.elb.target_port": "words",
  "aws.elb.target_status_code": "words",
  "aws.elb.classification": "keyword",
  "aws.elb.classification_reason": "keyword",
  "aws.elb.conn_trace_id": "keyword",
  "destination.domain": "keyword",
  "event.outcome": "keyword",
  "event.start": "keyword",
  "event.end": "keyword",
  "http.request.body.bytes": "long",
  "http.response.body.bytes": "long",
  "http.response.status_code": "long",
  "source.address": "keyword",
  "source.ip": "keyword",
  "source.port": "long",
  "tls.cipher": "keyword",
  "trace.id": "keyword",
  "user_agent.original": "keyword",
  ...REQUEST_FIELDS,
  ...TLS_FIELDS,
});

const S = (path: string): number => layout.slot(path);

/** Log fields that go over as they are: number of the field in the line → slot. */
const PLAIN: readonly (readonly [number, number])[] = [
  [0, S("aws.elb.type")],
  [2, S("aws.elb.name")],
  [13, S("user_agent.original")],
  [14, S("aws.elb.ssl_cipher")],
  [14, S("tls.cipher")],
  [15, S("aws.elb.ssl_protocol")],
  [16, S("aws.elb.target_group.arn")],
  [17, S("aws.elb.trace_id")],
  [17, S("trace.id")],
  [18, S("destination.domain")],
  [19, S("aws.elb.chosen_cert.arn")],
  [21, S("event.start")],
  [22, S("aws.elb.action_executed")],
  [23, S("aws.elb.redirect_url")],
  [24, S("aws.elb.error.reason")],
  [25, S("aws.elb.target_port")],
  [26, S("aws.elb.target_status_code")],
  [27, S("aws.elb.classification")],
  [28, S("aws.elb.classification_reason")],
  [29, S("aws.elb.conn_trace_id")],
  [1, S("event.end")],
];
const WHOLE: readonly (readonly [number, number])[] = [
  [8, S("http.response.status_code")],
  [9, S("aws.elb.backend.http.response.status_code")],
  [10, S("http.request.body.bytes")],
  [11, S("http.response.body.bytes")],
  // -1 when no rule could be looked at.
  [20, S("aws.elb.matched_rule_priority")],
];
const DECIMAL: readonly (readonly [number, number])[] = [
  [5, S("aws.elb.request_processing_time.sec")],
  [6, S("aws.elb.backend_processing_time.sec")],
  [7, S("aws.elb.response_processing_time.sec")],
];
const SOURCE_ADDRESS = S("source.address");
const SOURCE_IP = S("source.ip");
const SOURCE_PORT = S("source.port");
const BACKEND_IP = S("aws.elb.backend.ip");
const BACKEND_PORT = S("aws.elb.backend.port");
const OUTCOME = S("event.outcome");
const REQUEST = new RequestFields(layout);
const TLS = new TlsFields(layout);

const TYPES: readonly string[] = ["http ", "https ", "h2 ", "grpcs ", "ws ", "wss "];
const SPACE = 0x20;
/** Fields up to the target group were there from the first version of the log on. */
const MIN_FIELDS = 17;

/** Of the line at hand. */
const tokens = new Tokens();

export const alb: Format = {
  name: "alb",
  shape: "line",
  keys: ELB_KEYS,
  inLogs: true,
  dataset: "aws.elb_logs",
  layout,
  constants: { "aws.elb.protocol": "http", "cloud.provider": "aws", "event.category": ["web"], "event.kind": "event" },
  otel: { "url.original": "url.full" },
  detect: ({ head }: FormatHint) => isEntry(head, 0, head.length) && !Number.isNaN(timeOf(head)),
  parser: ({ fields }) => {
    if (!fields) return setTimeOnly;
    const values = new LayoutValues(layout);
    return (record) => parse(record, values);
  },
};

function isEntry(bytes: Uint8Array, from: number, to: number): boolean {
  return isType(bytes, from, to) && tokens.split(bytes, from, to) && tokens.count >= MIN_FIELDS;
}

/** http, https, h2, grpcs, ws or wss, and a space. */
function isType(bytes: Uint8Array, from: number, to: number): boolean {
  return TYPES.some((type) => startsWith(bytes, from, to, type));
}

function timeOf(bytes: Uint8Array): number {
  return parseIsoZ(bytes, tokens.from[1] as number, tokens.to[1] as number);
}

/** Where fields aren't asked for, the time is read from its place behind the type. */
function setTimeOnly(record: RecordCursor): ParseResult {
  const { bytes, from, to } = record;
  if (!isType(bytes, from, to)) return "unparsed";
  let start = from;
  while (bytes[start] !== SPACE) start++;
  start += 1;
  let end = start;
  while (end < to && bytes[end] !== SPACE) end++;
  return setTime(record, parseIsoZ(bytes, start, end)) ? "record" : "unparsed";
}

function setTime(record: RecordCursor, time: number): boolean {
  if (Number.isNaN(time)) return false;
  record.timestamp = time;
  record.timestampFrom = "record";
  return true;
}

function parse(record: RecordCursor, values: LayoutValues): ParseResult {
  const { bytes } = record;
  if (!isEntry(bytes, record.from, record.to) || !setTime(record, timeOf(bytes))) return "unparsed";
  values.clear();
  // All quotes in the line are those around fields, and nothing else needs an escape.
  values.plain = record.quotes === 2 * tokens.quoted;
  setListed(bytes, values);
  setClient(bytes, values);
  setTarget(bytes, values);
  REQUEST.set(bytes, tokens.from[12] as number, tokens.to[12] as number, values);
  if (!tokens.absent(15, bytes)) TLS.set(bytes, tokens.from[15] as number, tokens.to[15] as number, values);
  setOutcome(bytes, values);
  record.values = values;
  return "record";
}

function setListed(bytes: Uint8Array, values: LayoutValues): void {
  for (const [field, slot] of PLAIN) {
    if (!tokens.absent(field, bytes)) values.span(slot, tokens.from[field] as number, tokens.to[field] as number);
  }
  for (const [field, slot] of WHOLE) {
    const from = tokens.from[field] as number;
    const to = tokens.to[field] as number;
    // Of a line that ends before, what stands there is the last one's.
    if (field < tokens.count && isWholeNumber(bytes, from, to)) values.span(slot, from, to);
  }
  // -1 stands for no value: the target was never reached, or closed the connection.
  for (const [field, slot] of DECIMAL) {
    const from = tokens.from[field] as number;
    const to = tokens.to[field] as number;
    if (isDecimal(bytes, from, to)) values.span(slot, from, to);
  }
}

function setAddress(bytes: Uint8Array, from: number, colon: number, slot: number, values: LayoutValues): void {
  const inner = bracketed(bytes, from, colon);
  values.span(slot, from + inner, colon - inner);
}

function isAddress(bytes: Uint8Array, from: number, to: number): boolean {
  const inner = bracketed(bytes, from, to);
  return ipVersion(bytes, from + inner, to - inner) !== 0;
}

function setClient(bytes: Uint8Array, values: LayoutValues): void {
  const from = tokens.from[3] as number;
  const to = tokens.to[3] as number;
  const colon = portColon(bytes, from, to);
  if (colon < 0) return;
  setAddress(bytes, from, colon, SOURCE_ADDRESS, values);
  if (isAddress(bytes, from, colon)) setAddress(bytes, from, colon, SOURCE_IP, values);
  values.span(SOURCE_PORT, colon + 1, to);
}

function setTarget(bytes: Uint8Array, values: LayoutValues): void {
  const from = tokens.from[4] as number;
  const to = tokens.to[4] as number;
  const colon = portColon(bytes, from, to);
  if (colon < 0) return;
  setAddress(bytes, from, colon, BACKEND_IP, values);
  values.span(BACKEND_PORT, colon + 1, to);
}

function setOutcome(bytes: Uint8Array, values: LayoutValues): void {
  if (tokens.absent(8, bytes)) return;
  values.text[OUTCOME] = (bytes[tokens.from[8] as number] as number) >= 0x34 ? "failure" : "success";
}
