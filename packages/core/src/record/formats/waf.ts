import type { Format } from "./format.ts";
import { type JsonEvent, jsonFormat } from "./json-format.ts";
import { isExact } from "./json-object.ts";

// Web ACL traffic logs of WAF: "Log fields for protection pack (web ACL) traffic" in the WAF guide. The names are those that
// Elastic's AWS integration uses for the dataset aws.waf.

const NS = "aws.waf";

/** Lists of rules, as they are but for what is null or empty. */
const LISTS = [
  ["terminatingRuleMatchDetails", `${NS}.terminating_rule_match_details`],
  ["ruleGroupList", `${NS}.rule_group_list`],
  ["rateBasedRuleList", `${NS}.rate_based_rule_list`],
  ["nonTerminatingMatchingRules", `${NS}.non_terminating_matching_rules`],
  ["labels", `${NS}.labels`],
  ["oversizeFields", `${NS}.oversize_fields`],
] as const;

const HEADERS = "httpRequest.headers";
const INSERTED = "requestHeadersInserted";

export const waf: Format = jsonFormat({
  name: "waf",
  dataset: "aws.waf",
  keys: /(?:^|\/)(?:WAFLogs\/|aws-waf-logs-)/,
  logs: /^aws-waf-logs-/,
  inLogs: true,
  constants: { "cloud.provider": "aws", "event.category": ["web", "network"], "event.kind": "alert" },
  members: [
    ["formatVersion", "keyword", `${NS}.format_version`],
    ["webaclId", "keyword", `${NS}.arn`],
    ["terminatingRuleId", "keyword", "rule.id"],
    ["terminatingRuleType", "keyword", "rule.ruleset"],
    ["action", "keyword", "event.action"],
    ["httpSourceName", "keyword", `${NS}.source.name`],
    ["httpSourceId", "keyword", `${NS}.source.id`],
    ["responseCodeSent", "long", `${NS}.response_code_sent`],
    ["requestBodySize", "long", `${NS}.request_body_size`],
    ["requestBodySizeInspectedByWAF", "long", `${NS}.request_body_size_inspected_by_waf`],
    ["captchaResponse.responseCode", "long", `${NS}.captcha_response.response_code`],
    ["captchaResponse.solveTimestamp", "time", `${NS}.captcha_response.solve_timestamp`],
    ["captchaResponse.failureReason", "keyword", `${NS}.captcha_response.failure_reason`],
    ["challengeResponse.responseCode", "long", `${NS}.challenge_response.response_code`],
    ["challengeResponse.solveTimestamp", "time", `${NS}.challenge_response.solve_timestamp`],
    ["challengeResponse.failureReason", "keyword", `${NS}.challenge_response.failure_reason`],
    ["httpRequest.clientIp", "keyword", "source.address"],
    ["httpRequest.clientIp", "ip", "source.ip"],
    ["httpRequest.country", "keyword", "source.geo.country_iso_code"],
    ["httpRequest.host", "keyword", "host.domain", "url.domain"],
    ["httpRequest.httpMethod", "keyword", "http.request.method"],
    ["httpRequest.requestId", "keyword", "http.request.id"],
    ["httpRequest.uri", "keyword", "url.path"],
    ["httpRequest.args", "keyword", "url.query"],
    ["httpRequest.fragment", "keyword", "url.fragment"],
    ["httpRequest.scheme", "keyword", "url.scheme"],
    ["ja3Fingerprint", "keyword", "tls.client.ja3"],
    ["ja4Fingerprint", "keyword", `${NS}.ja4_fingerprint`],
    ["ClientASN", "long", "source.as.number"],
    ["clientAsn", "long", "source.as.number"],
  ],
  others: [...LISTS.map(([member]) => member), HEADERS, INSERTED, "httpRequest.httpVersion"],
  time: ["timestamp"],
  detects: (members) => ["webaclId", "terminatingRuleId", "httpRequest"].every((name) => members.has(name)),
  fits: (event) => event.has("webaclId") && event.to("httpRequest.clientIp") > 0,
  derived: {
    ...Object.fromEntries(LISTS.map(([, field]) => [field, "json" as const])),
    [`${NS}.id`]: "keyword",
    [`${NS}.request.headers`]: "json",
    [`${NS}.request_headers_inserted`]: "json",
    "cloud.account.id": "keyword",
    "cloud.region": "keyword",
    "cloud.service.name": "keyword",
    "event.type": "json",
    "http.version": "keyword",
    "network.protocol": "keyword",
    "network.transport": "keyword",
    "related.ip": "json",
    "user_agent.original": "keyword",
  },
  overrides: ["cloud.account.id", "cloud.region"],
  derive: () => (event) => {
    for (const [member, field] of LISTS) if (event.has(member)) event.setJson(field, withoutEmpty(event.value(member)));
    setArn(event);
    setAction(event);
    setVersion(event);
    setHeaders(event);
    if (event.ip("httpRequest.clientIp") !== 0) event.setList("related.ip", [event.text("httpRequest.clientIp")]);
  },
});

/** `arn:aws:wafv2:eu-west-1:123456789012:regional/webacl/name/id` */
function setArn(event: JsonEvent): void {
  const [, , service, region, account, ...rest] = (event.text("webaclId") ?? "").split(":");
  if (rest.length === 0) return;
  event.setText("cloud.service.name", service);
  event.setText("cloud.region", region === "" ? undefined : region);
  event.setText("cloud.account.id", account === "" ? undefined : account);
  event.setText(`${NS}.id`, rest.join(":"));
}

const TYPES: Readonly<Record<string, string>> = { ALLOW: '["access","allowed"]', BLOCK: '["access","denied"]' };

function setAction(event: JsonEvent): void {
  event.set("event.type", TYPES[event.text("action") ?? ""] ?? '["access"]');
}

/** `HTTP/1.1` */
function setVersion(event: JsonEvent): void {
  const [protocol = "", version] = (event.text("httpRequest.httpVersion") ?? "").split("/", 2);
  if (version === undefined) return;
  event.setText("http.version", version);
  event.setText("network.protocol", protocol.toLowerCase());
  if (protocol.toLowerCase() === "http") event.set("network.transport", "tcp");
}

/** Each an object of name and value. */
type Header = Readonly<Record<"name" | "value", unknown>>;

/** A name that a field may have: what else a client sends as one is in the message alone. */
const HEADER_NAME = /^[A-Za-z0-9_-]{1,128}$/;

function setHeaders(event: JsonEvent): void {
  const headers = headersOf(event, HEADERS);
  event.setJson(`${NS}.request.headers`, asObject(headers));
  event.setJson(`${NS}.request_headers_inserted`, asObject(headersOf(event, INSERTED)));
  const agent = headers.find(([name]) => name.toLowerCase() === "user-agent")?.[1];
  event.setText("user_agent.original", agent === "" || agent === "-" ? undefined : agent);
}

function headersOf(event: JsonEvent, member: string): readonly (readonly [name: string, value: string])[] {
  const list = event.has(member) ? event.value(member) : undefined;
  if (!Array.isArray(list)) return [];
  return list.flatMap((header: Header | null) => {
    const { name, value } = header ?? {};
    return typeof name === "string" && typeof value === "string" && HEADER_NAME.test(name) ? [[name, value]] : [];
  });
}

function asObject(headers: readonly (readonly [name: string, value: string])[]): object | undefined {
  const known = headers.filter(([, value]) => value !== "" && value !== "-");
  return known.length === 0
    ? undefined
    : Object.fromEntries(known.map(([name, value]) => [name, value.toWellFormed()]));
}

/** Without null, "", "-", [] and {} in objects; undefined when nothing is left. */
function withoutEmpty(value: unknown): unknown {
  if (typeof value === "string") return value.toWellFormed();
  if (typeof value !== "object" || value === null || isExact(value)) return value ?? undefined;
  if (Array.isArray(value)) {
    const list = value.map(withoutEmpty).filter((each) => each !== undefined);
    return list.length === 0 ? undefined : list;
  }
  const kept = Object.entries(value).map(([name, each]) => [name, withoutEmpty(each)] as const);
  const known = kept.filter(([, each]) => each !== undefined && each !== "" && each !== "-");
  return known.length === 0 ? undefined : Object.fromEntries(known);
}
