import { describe, expect, test } from "vitest";
import { member, readRecords } from "../read-records.testing.ts";
import { CERTIFICATE, EXAMPLE, line, TARGETS } from "./alb-lines.testing.ts";

const request = (text: string): string => line({ 12: `"${text}"` });

function only(text: string): ReturnType<typeof readRecords>["records"][number] {
  const { records, counts } = readRecords(`${text}\n`, { format: "alb" });
  expect(counts).toEqual({ in: 1, skipped: 0, unparsed: 0 });
  return records[0] as (typeof records)[number];
}

test("the documented example, field by field", () => {
  const { document, timestampFrom } = only(line());
  const { aws, data_stream, ecs, log, cloud, message, ...rest } = document as Record<string, Record<string, unknown>>;
  expect(message).toBe(line());
  expect(timestampFrom).toBe("record");
  expect(aws?.elb).toEqual({
    type: "https",
    name: "app/my-loadbalancer/50dc6c495c0c9188",
    protocol: "http",
    request_processing_time: { sec: 0.086 },
    backend_processing_time: { sec: 0.048 },
    response_processing_time: { sec: 0.037 },
    backend: { ip: "10.0.0.1", port: "80", http: { response: { status_code: 200 } } },
    ssl_cipher: "ECDHE-RSA-AES128-GCM-SHA256",
    ssl_protocol: "TLSv1.2",
    target_group: { arn: TARGETS },
    trace_id: "Root=1-58337281-1d84f3d73c47ec4e58577259",
    chosen_cert: { arn: CERTIFICATE },
    matched_rule_priority: "1",
    action_executed: ["authenticate", "forward"],
    target_port: ["10.0.0.1:80"],
    target_status_code: ["200"],
    conn_trace_id: "TID_1234abcd5678ef90",
  });
  expect(rest).toEqual({
    "@timestamp": "2018-07-02T22:23:00.186Z",
    destination: { domain: "www.example.com" },
    event: {
      category: ["web"],
      dataset: "aws.elb_logs",
      kind: "event",
      outcome: "success",
      start: "2018-07-02T22:22:48.364000Z",
      end: "2018-07-02T22:23:00.186641Z",
    },
    http: {
      request: { method: "GET", body: { bytes: 0 } },
      response: { body: { bytes: 57 }, status_code: 200 },
      version: "1.1",
    },
    source: { address: "192.168.131.39", ip: "192.168.131.39", port: 2817 },
    tls: { cipher: "ECDHE-RSA-AES128-GCM-SHA256", version: "1.2", version_protocol: "tls" },
    trace: { id: "Root=1-58337281-1d84f3d73c47ec4e58577259" },
    url: { domain: "www.example.com", original: "https://www.example.com:443/", path: "/", port: 443, scheme: "https" },
    user_agent: { original: "curl/7.46.0" },
  });
});

const NO_TARGET = { 4: "-", 9: "-", 25: '"-"', 26: '"-"' } as const;
const NOT_TIMED = { 5: "-1", 6: "-1", 7: "-1" } as const;

/** What each kind of line has, and what it has not. */
test.each<[string, string, Readonly<Record<string, unknown>>]>([
  [
    "http",
    line({ 0: "http", 14: "-", 15: "-", 18: '"-"', 19: '"-"' }),
    {
      "aws.elb.type": "http",
      tls: undefined,
      destination: undefined,
      "aws.elb.chosen_cert": undefined,
      "aws.elb.ssl_cipher": undefined,
    },
  ],
  [
    "h2",
    line({ 0: "h2", 12: '"GET https://10.0.2.105:773/ HTTP/2.0"' }),
    { "http.version": "2.0", "url.domain": "10.0.2.105", "url.port": 773 },
  ],
  [
    "grpcs",
    line({ 0: "grpcs", 12: '"POST https://grpc.example.com:443/helloworld.Greeter/SayHello HTTP/2.0"' }),
    { "url.path": "/helloworld.Greeter/SayHello", "http.request.method": "POST" },
  ],
  [
    "ws",
    line({ 0: "ws", 8: "101", 9: "101", 13: '"-"' }),
    { "http.response.status_code": 101, "event.outcome": "success", user_agent: undefined },
  ],
  ["wss", line({ 0: "wss", 8: "101", 9: "101" }), { "aws.elb.type": "wss" }],
  [
    "a Lambda target",
    line(NO_TARGET),
    { "aws.elb.backend": undefined, "aws.elb.target_port": undefined, "http.response.status_code": 200 },
  ],
  [
    "a Lambda function that fails",
    line({ ...NO_TARGET, 8: "502", 24: '"LambdaInvalidResponse"' }),
    { "aws.elb.error.reason": "LambdaInvalidResponse", "event.outcome": "failure" },
  ],
  [
    "a target that was never reached",
    line({ ...NO_TARGET, ...NOT_TIMED, 8: "503" }),
    {
      "aws.elb.request_processing_time": undefined,
      "aws.elb.backend_processing_time": undefined,
      "aws.elb.response_processing_time": undefined,
    },
  ],
  [
    "a client that went away",
    line({ 8: "-", 9: "-" }),
    { "http.response.status_code": undefined, "event.outcome": undefined, "http.response.body.bytes": 57 },
  ],
  [
    "IPv6",
    line({ 3: "2001:db8:85a3::8a2e:370:7334:49152", 4: "[2001:db8::17]:8080" }),
    {
      "source.ip": "2001:db8:85a3::8a2e:370:7334",
      "source.port": 49152,
      "aws.elb.backend.ip": "2001:db8::17",
      "aws.elb.backend.port": "8080",
    },
  ],
  [
    "stopped by a WAF",
    line({ ...NO_TARGET, 8: "403", 22: '"waf"' }),
    { "aws.elb.action_executed": ["waf"], "event.outcome": "failure" },
  ],
  [
    "a WAF that couldn't be asked",
    line({ ...NO_TARGET, 8: "500", 22: '"waf-failed"', 24: '"WAFConnectionTimeout"' }),
    { "aws.elb.action_executed": ["waf-failed"], "aws.elb.error.reason": "WAFConnectionTimeout" },
  ],
  [
    "a redirect",
    line({ ...NO_TARGET, 8: "301", 22: '"redirect"', 23: '"https://example.com:80/"' }),
    { "aws.elb.redirect_url": "https://example.com:80/", "event.outcome": "success" },
  ],
  [
    "a fixed response",
    line({ ...NO_TARGET, 8: "404", 22: '"fixed-response"', 16: "-" }),
    { "aws.elb.action_executed": ["fixed-response"], "aws.elb.target_group": undefined },
  ],
  [
    "a desynchronisation",
    line({ 27: '"Ambiguous"', 28: '"UndefinedContentLengthSemantics"' }),
    { "aws.elb.classification": "Ambiguous", "aws.elb.classification_reason": "UndefinedContentLengthSemantics" },
  ],
  ["an SSLv3 client", line({ 15: "SSLv3" }), { "tls.version": "3", "tls.version_protocol": "ssl" }],
  [
    "an escaped quote in the user agent",
    line({ 13: '"say \\x22hi\\x22 \\x5C"' }),
    { "user_agent.original": "say \\x22hi\\x22 \\x5C" },
  ],
  ["a raw quote in the user agent", line({ 13: '"say "hi"!"' }), { "user_agent.original": 'say "hi"!' }],
  ["characters beyond ASCII", line({ 13: '"grün 😀"' }), { "user_agent.original": "grün 😀" }],
  [
    "more fields than are known",
    `${line()} "-" "/new" "TransformSuccess" "of later years" -`,
    { "aws.elb.conn_trace_id": "TID_1234abcd5678ef90" },
  ],
  [
    "17 fields, as in 2016",
    EXAMPLE.slice(0, 17).join(" "),
    {
      "aws.elb.target_group.arn": TARGETS,
      trace: undefined,
      "event.start": undefined,
      "aws.elb.action_executed": undefined,
    },
  ],
])("%s", (_, text, expected) => {
  const { document } = only(text);
  for (const [path, value] of Object.entries(expected)) expect([path, member(document, path)]).toEqual([path, value]);
});

describe("the request", () => {
  test.each<[string, Readonly<Record<string, unknown>>]>([
    ["GET https://www.example.com:443/a/b?c=d&e=%C3%BC HTTP/1.1", { "url.path": "/a/b", "url.query": "c=d&e=%C3%BC" }],
    ["GET https://www.example.com:443/? HTTP/1.1", { "url.path": "/", "url.query": undefined }],
    [
      "GET https://www.example.com?q HTTP/1.1",
      { "url.domain": "www.example.com", "url.path": undefined, "url.query": "q" },
    ],
    [
      "GET https://[2001:db8::1]:443/six HTTP/1.1",
      { "url.domain": "2001:db8::1", "url.port": 443, "url.path": "/six" },
    ],
    [
      "GET https://example.com:443/a b c HTTP/1.1",
      { "url.original": "https://example.com:443/a b c", "url.path": "/a b c", "http.version": "1.1" },
    ],
    [
      "- http://www.example.com:80- -",
      { "http.request.method": undefined, "http.version": undefined, "url.original": "http://www.example.com:80-" },
    ],
    ["- - -", { "http.request.method": undefined, url: undefined }],
    ["-", { "http.request.method": undefined, url: undefined }],
    ["", { "http.request.method": undefined, url: undefined }],
    ["OPTIONS * HTTP/1.1", { "http.request.method": "OPTIONS", "url.original": "*", "url.path": undefined }],
    ["GET /relative HTTP/1.1", { "url.original": "/relative", "url.scheme": undefined, "http.version": "1.1" }],
  ])("%s", (text, expected) => {
    const { document } = only(request(text));
    for (const [path, value] of Object.entries(expected)) expect([path, member(document, path)]).toEqual([path, value]);
  });
});

test("a line of the log's first version has nothing of the line before it", () => {
  const head =
    "http 2026-11-03T09:00:00.000000Z app/shop/1 203.0.113.7:46532 10.0.1.17:8080 0.001 0.012 0.000 200 200 251 1764";
  const short = `${head} "GET http://www.example.com:80/ HTTP/1.1" "curl/8.9.1" - - arn:aws:x`;
  const long = `${short} "Root=1" "-" "-" 1 2026-11-03T08:59:59.987000Z "forward" "-" "-" "-" "-" "-" "-"`;
  const { records } = readRecords(`${long}\n${short}\n`, { format: "alb" });
  const aws = records.map(
    ({ document }) => (document.aws as { elb: Record<string, unknown> }).elb.matched_rule_priority,
  );
  expect(aws).toEqual(["1", undefined]);
});
