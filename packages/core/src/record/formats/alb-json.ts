import { TLS_FIELDS, TlsFields } from "../fields/tls.ts";
import { REQUEST_FIELDS, RequestFields } from "../fields/url.ts";
import { BACKEND_FIELDS, ELB_KEYS, SOURCE_FIELDS } from "./elb-columns.ts";
import { listOf, plainSpan, setBackendOf, setSourceOf, withoutNegative } from "./elb-members.ts";
import type { Format } from "./format.ts";
import { type JsonEvent, jsonFormat } from "./json-format.ts";

const TYPES: ReadonlySet<string | undefined> = new Set(["http", "https", "h2", "grpcs", "ws", "wss"]);

const TIMES = [
  ["request_processing_time", "aws.elb.request_processing_time.sec"],
  ["target_processing_time", "aws.elb.backend_processing_time.sec"],
  ["response_processing_time", "aws.elb.response_processing_time.sec"],
] as const;
/** -1 when no rule could be looked at. */
const RULE = ["matched_rule_priority", "aws.elb.matched_rule_priority"] as const;

/** Each with what stands between its parts where it is a text. */
const LISTS = [
  ["actions_executed", "aws.elb.action_executed", ","],
  ["target_port_list", "aws.elb.target_port", " "],
  ["target_status_code_list", "aws.elb.target_status_code", " "],
] as const;

/** Access logs of Application Load Balancers as JSON: the fields of those in text. */
export const albJson: Format = jsonFormat({
  name: "alb-json",
  dataset: "aws.elb_logs",
  keys: ELB_KEYS,
  inLogs: true,
  constants: { "aws.elb.protocol": "http", "cloud.provider": "aws", "event.category": ["web"], "event.kind": "event" },
  otel: { "url.original": "url.full" },
  members: [
    ["type", "keyword", "aws.elb.type"],
    ["time", "keyword", "event.end"],
    ["elb", "keyword", "aws.elb.name"],
    ...TIMES.map(([path, field]) => [path, "double", field] as const),
    ["elb_status_code", "long", "http.response.status_code"],
    ["target_status_code", "long", "aws.elb.backend.http.response.status_code"],
    ["received_bytes", "long", "http.request.body.bytes"],
    ["sent_bytes", "long", "http.response.body.bytes"],
    ["user_agent", "keyword", "user_agent.original"],
    ["ssl_cipher", "keyword", "aws.elb.ssl_cipher", "tls.cipher"],
    ["ssl_protocol", "keyword", "aws.elb.ssl_protocol"],
    ["target_group_arn", "keyword", "aws.elb.target_group.arn"],
    ["trace_id", "keyword", "aws.elb.trace_id", "trace.id"],
    ["domain_name", "keyword", "destination.domain"],
    ["chosen_cert_arn", "keyword", "aws.elb.chosen_cert.arn"],
    [RULE[0], "keyword", RULE[1]],
    ["request_creation_time", "keyword", "event.start"],
    ["redirect_url", "keyword", "aws.elb.redirect_url"],
    ["error_reason", "keyword", "aws.elb.error.reason"],
    ["classification", "keyword", "aws.elb.classification"],
    ["classification_reason", "keyword", "aws.elb.classification_reason"],
    ["conn_trace_id", "keyword", "aws.elb.conn_trace_id"],
  ],
  others: ["client_port", "target_port", "request_line", ...LISTS.map(([path]) => path)],
  aliases: {
    "client:port": "client_port",
    request: "request_line",
    "target:port": "target_port",
    "target:port_list": "target_port_list",
  },
  time: ["time"],
  detects: (members) =>
    ["elb", "elb_status_code", "target_status_code", "target_group_arn"].every((name) => members.has(name)),
  fits: (event) => TYPES.has(event.text("type")) && event.has("elb"),
  derived: {
    ...BACKEND_FIELDS,
    ...REQUEST_FIELDS,
    ...SOURCE_FIELDS,
    ...TLS_FIELDS,
    ...Object.fromEntries(LISTS.map(([, field]) => [field, "json" as const])),
    "event.outcome": "keyword",
  },
  derive: (layout) => {
    const request = new RequestFields(layout);
    const tls = new TlsFields(layout);
    return (event) => {
      setSourceOf(event, "client_port");
      setBackendOf(event, "target_port");
      setRequest(event, request);
      tls.set(event.bytes, ...plainSpan(event, "ssl_protocol"), event.values);
      for (const [path, field, separator] of LISTS) event.setJson(field, listOf(event, path, separator));
      withoutNegative(event, [...TIMES, RULE]);
      const status = event.number("elb_status_code");
      if (!Number.isNaN(status)) event.set("event.outcome", status >= 400 ? "failure" : "success");
    };
  },
});

/** As spans, unless there are escapes in it. */
function setRequest(event: JsonEvent, request: RequestFields): void {
  const [from, to] = plainSpan(event, "request_line");
  if (to > from) request.set(event.bytes, from, to, event.values);
  else request.setText(event.text("request_line") ?? "", event.values);
}
