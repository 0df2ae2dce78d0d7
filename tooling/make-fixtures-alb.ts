// Access log lines of an Application Load Balancer, field by field as "Access log entries" in the AWS guide lists them.

/** Numbers in [0, 1), the same for the same seed on every machine (mulberry32). */
export type Random = () => number;

export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function pick<T>(random: Random, choices: readonly T[]): T {
  return choices[Math.floor(random() * choices.length)] as T;
}

export function hex(random: Random, digits: number): string {
  let text = "";
  while (text.length < digits) text += Math.floor(random() * 16).toString(16);
  return text;
}

const REGION = "eu-west-1";
const ACCOUNT = "123456789012";
const TARGETS = `arn:aws:elasticloadbalancing:${REGION}:${ACCOUNT}:targetgroup/web/73e2d6bc24d8a067`;
const CERTIFICATE = `arn:aws:acm:${REGION}:${ACCOUNT}:certificate/12345678-1234-1234-1234-123456789012`;

/** The fields in the order of the line; quoted ones are those that AWS quotes. */
const LINE = {
  type: "https",
  time: "2026-11-03T09:00:00.000000Z",
  elb: "app/shop/50dc6c495c0c9188",
  client: "203.0.113.7:46532",
  target: "10.0.1.17:8080",
  request_processing_time: "0.001",
  target_processing_time: "0.012",
  response_processing_time: "0.000",
  elb_status_code: "200",
  target_status_code: "200",
  received_bytes: "251",
  sent_bytes: "1764",
  request: '"GET https://www.example.com:443/ HTTP/1.1"',
  user_agent: '"curl/8.9.1"',
  ssl_cipher: "TLS_AES_128_GCM_SHA256",
  ssl_protocol: "TLSv1.3",
  target_group_arn: TARGETS,
  trace_id: '"Root=1-6908e2a0-4f1c2d3e5a6b7c8d9e0f1a2b"',
  domain_name: '"www.example.com"',
  chosen_cert_arn: `"${CERTIFICATE}"`,
  matched_rule_priority: "1",
  request_creation_time: "2026-11-03T08:59:59.987000Z",
  actions_executed: '"forward"',
  redirect_url: '"-"',
  error_reason: '"-"',
  target_port_list: '"10.0.1.17:8080"',
  target_status_code_list: '"200"',
  classification: '"-"',
  classification_reason: '"-"',
  conn_trace_id: "TID_1234abcd5678ef90",
};

export type AlbFields = typeof LINE;

/** One line; what isn't given stands as in a plain HTTPS request. `more`: fields that came after conn_trace_id. */
export function albLine(fields: Partial<AlbFields> = {}, more: readonly string[] = []): string {
  return [...Object.values({ ...LINE, ...fields }), ...more].join(" ");
}

/** Lines as the log had them in 2016: they end with the target group. */
export function oldAlbLine(fields: Partial<AlbFields> = {}): string {
  return Object.values({ ...LINE, ...fields })
    .slice(0, 17)
    .join(" ");
}

const PLAIN = { ssl_cipher: "-", ssl_protocol: "-", domain_name: '"-"', chosen_cert_arn: '"-"' };
const NO_TARGET = { target: "-", target_status_code: "-", target_port_list: '"-"', target_status_code_list: '"-"' };
const NOT_TIMED = {
  request_processing_time: "-1",
  target_processing_time: "-1",
  response_processing_time: "-1",
};

/** One line of every kind that AWS documents. */
export function albKinds(): string[] {
  return [
    albLine({ ...PLAIN, type: "http", request: '"GET http://www.example.com:80/ HTTP/1.1"' }),
    albLine(),
    albLine({ type: "h2", request: '"GET https://www.example.com:443/?a=1&b=%C3%BC HTTP/2.0"' }),
    albLine({
      ...PLAIN,
      type: "ws",
      elb_status_code: "101",
      target_status_code: "101",
      target_status_code_list: '"101"',
      request: '"GET http://ws.example.com:80/feed HTTP/1.1"',
      user_agent: '"-"',
    }),
    albLine({
      type: "wss",
      elb_status_code: "101",
      target_status_code: "101",
      target_status_code_list: '"101"',
      request: '"GET https://ws.example.com:443/feed HTTP/1.1"',
    }),
    albLine({
      type: "grpcs",
      request: '"POST https://grpc.example.com:443/helloworld.Greeter/SayHello HTTP/2.0"',
      user_agent: '"grpc-node-js/1.12.0"',
      received_bytes: "0",
      sent_bytes: "0",
    }),
    albLine({
      ...NO_TARGET,
      ...NOT_TIMED,
      elb_status_code: "500",
      actions_executed: '"waf-failed"',
      error_reason: '"WAFConnectionTimeout"',
      target_group_arn: "-",
    }),
    albLine({
      ...NO_TARGET,
      ...NOT_TIMED,
      elb_status_code: "403",
      actions_executed: '"waf"',
      target_group_arn: "-",
    }),
    albLine({ ...NO_TARGET, target_group_arn: `${TARGETS.replace("/web/", "/function/")}` }),
    albLine({
      ...NO_TARGET,
      elb_status_code: "502",
      target_group_arn: `${TARGETS.replace("/web/", "/function/")}`,
      error_reason: '"LambdaInvalidResponse"',
    }),
    albLine({
      ...NOT_TIMED,
      request_processing_time: "0.000",
      elb_status_code: "502",
      target_status_code: "-",
      target_status_code_list: '"-"',
    }),
    albLine({
      ...PLAIN,
      ...NO_TARGET,
      ...NOT_TIMED,
      type: "http",
      elb_status_code: "400",
      request: '"- http://www.example.com:80- -"',
      user_agent: '"-"',
      target_group_arn: "-",
      trace_id: '"-"',
      matched_rule_priority: "-",
      actions_executed: '"-"',
    }),
    albLine({
      ...NO_TARGET,
      elb_status_code: "301",
      actions_executed: '"redirect"',
      redirect_url: '"https://www.example.com:443/new"',
      target_group_arn: "-",
    }),
    albLine({ actions_executed: '"waf,authenticate,forward"', user_agent: '"agent \\x22quoted\\x22 \\x5C 1.0"' }),
    albLine({
      client: "2001:db8:85a3::8a2e:370:7334:49152",
      request: '"GET https://[2001:db8::1]:443/six HTTP/1.1"',
    }),
    albLine({
      elb_status_code: "460",
      ...NO_TARGET,
      classification: '"Ambiguous"',
      classification_reason: '"UndefinedContentLengthSemantics"',
    }),
    albLine({}, ['"backend.example.com"', '"/v2/items?id=7"', '"TransformSuccess"']),
    albLine({}, ['"-"', '"-"', '"-"', '"a field of later years"', "-"]),
    oldAlbLine({ time: "2016-08-10T22:08:42.945958Z", ...PLAIN, type: "http" }),
    oldAlbLine({
      time: "2016-08-10T23:39:43.065466Z",
      ssl_protocol: "TLSv1.2",
      ssl_cipher: "ECDHE-RSA-AES128-GCM-SHA256",
    }),
  ];
}

const AGENTS = [
  "curl/8.9.1",
  "ELB-HealthChecker/2.0",
  "Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0",
  "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1",
  "Googlebot/2.1 (+http://www.google.com/bot.html)",
] as const;
const PATHS = ["/", "/cart", "/checkout?step=2", "/items/1017", "/search?q=gr%C3%BCn+tea", "/static/app.js"] as const;
const STATUSES = ["200", "200", "200", "200", "200", "204", "301", "304", "404", "502"] as const;

export interface AlbFile {
  readonly random: Random;
  readonly lines: number;
  /** ISO time of the first line; the lines share out the five minutes after it. */
  readonly start: string;
  readonly balancer: string;
}

/** Lines of ordinary traffic. */
export function albTraffic({ random, lines, start, balancer }: AlbFile): string[] {
  const step = 300_000 / lines;
  return Array.from({ length: lines }, (_, i) => {
    const ms = Date.parse(start) + Math.floor(i * step + random() * step);
    const status = pick(random, STATUSES);
    const target = `10.0.${1 + Math.floor(random() * 3)}.${10 + Math.floor(random() * 40)}:8080`;
    const agent = pick(random, AGENTS);
    const path = agent.startsWith("ELB-") ? "/health" : pick(random, PATHS);
    return albLine({
      time: iso(ms, random),
      elb: balancer,
      client: `198.51.100.${1 + Math.floor(random() * 254)}:${1024 + Math.floor(random() * 64_000)}`,
      target,
      target_processing_time: (random() * 0.4).toFixed(3),
      elb_status_code: status,
      target_status_code: status,
      received_bytes: String(80 + Math.floor(random() * 900)),
      sent_bytes: String(120 + Math.floor(random() * 40_000)),
      request: `"${random() < 0.8 ? "GET" : "POST"} https://www.example.com:443${path} HTTP/2.0"`,
      type: "h2",
      user_agent: `"${agent}"`,
      trace_id: `"Root=1-${Math.floor(ms / 1000).toString(16)}-${hex(random, 24)}"`,
      request_creation_time: iso(ms - 15, random),
      target_port_list: `"${target}"`,
      target_status_code_list: `"${status}"`,
      conn_trace_id: `TID_${hex(random, 32)}`,
    });
  });
}

function iso(ms: number, random: Random): string {
  const micros = String(Math.floor(random() * 1000)).padStart(3, "0");
  return `${new Date(ms).toISOString().slice(0, -1)}${micros}Z`;
}
