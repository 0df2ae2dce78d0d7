import { ACCOUNT, REGION } from "./make-fixtures-events.ts";

// Records of WAF and Network Firewall as their guides describe them.

const ACL = `arn:aws:wafv2:${REGION}:${ACCOUNT}:regional/webacl/shop/5933d6d9-9dde-4b82-88aa-9ac28a9b28a9`;
const HEADERS = [
  { name: "Host", value: "www.example.com" },
  { name: "User-Agent", value: 'curl/8.5.0 ("quoted")' },
  { name: "x-test", value: "10 AND 1=1" },
  { name: "x.dotted", value: "kept in the message alone" },
  { name: "__proto__", value: "a name like any other" },
  { name: "empty", value: "" },
];

const waf = (changes: object): string =>
  JSON.stringify({
    timestamp: 1793696717123,
    formatVersion: 1,
    webaclId: ACL,
    terminatingRuleId: "Default_Action",
    terminatingRuleType: "REGULAR",
    action: "ALLOW",
    terminatingRuleMatchDetails: [],
    httpSourceName: "ALB",
    httpSourceId: `${ACCOUNT}-app/shop/50dc6c495c0c9188`,
    ruleGroupList: [],
    rateBasedRuleList: [],
    nonTerminatingMatchingRules: [],
    requestHeadersInserted: null,
    responseCodeSent: null,
    httpRequest: {
      clientIp: "198.51.100.7",
      country: "IE",
      headers: HEADERS,
      uri: "/basket",
      args: "",
      httpVersion: "HTTP/2.0",
      httpMethod: "GET",
      requestId: "1-58337262-36d228ad5d99923122bbe354",
    },
    labels: [{ name: "awswaf:managed:token:absent" }],
    ...changes,
  });

const wafLines = [
  waf({}),
  waf({
    terminatingRuleId: "shop_sqli",
    terminatingRuleType: "GROUP",
    action: "BLOCK",
    terminatingRuleMatchDetails: [
      { conditionType: "SQL_INJECTION", location: "HEADER", matchedData: ["10", "AND", "-"] },
    ],
    httpSourceName: "-",
    httpSourceId: "-",
    ruleGroupList: [
      {
        ruleGroupId: `arn:aws:wafv2:${REGION}:${ACCOUNT}:regional/rulegroup/shop/c05lb698`,
        terminatingRule: { ruleId: "RuleA", action: "BLOCK", ruleMatchDetails: null },
        nonTerminatingMatchingRules: [{ ruleId: "RuleB", action: "COUNT", ruleMatchDetails: [] }],
        excludedRules: null,
      },
      { ruleGroupId: null, terminatingRule: null },
    ],
    rateBasedRuleList: [{ rateBasedRuleId: "r", limitKey: "IP", maxRateAllowed: 100, limitValue: "198.51.100.7" }],
    responseCodeSent: 429,
    requestHeadersInserted: [{ name: "x-shop-waf", value: "block" }],
    httpRequest: {
      clientIp: "2001:db8::7",
      country: "-",
      headers: [],
      uri: "/search",
      args: "q=%27+or+1%3D1",
      httpVersion: "HTTP/1.1",
      httpMethod: "POST",
      requestId: null,
      fragment: "",
      scheme: "https",
      host: "www.example.com",
    },
    requestBodySize: 17,
    requestBodySizeInspectedByWAF: 17,
    ja3Fingerprint: "579ccef312d18482fc42e2b822ca2430",
    ja4Fingerprint: "t13d1516h2_8daaf6152771_b186095e22b6",
    clientAsn: 64496,
    oversizeFields: ["REQUEST_BODY"],
    labels: [],
  }),
  waf({
    action: "CAPTCHA",
    captchaResponse: { responseCode: 405, solveTimestamp: 1793696700, failureReason: "TOKEN_MISSING" },
    challengeResponse: { responseCode: 0, solveTimestamp: 1793696700 },
    httpRequest: { clientIp: "not an address", httpVersion: "", headers: null },
  }),
];

const firewall = (event: object): string =>
  JSON.stringify({
    firewall_name: "shop-egress",
    availability_zone: `${REGION}a`,
    event_timestamp: "1793696732",
    event: {
      timestamp: "2026-11-03T09:05:32.637611+0000",
      flow_id: 1706471429191862,
      src_ip: "10.0.1.7",
      src_port: 51254,
      dest_ip: "203.0.113.57",
      dest_port: 80,
      proto: "TCP",
      ...event,
    },
  });

const firewallLines = [
  firewall({
    event_type: "alert",
    alert: {
      action: "blocked",
      signature_id: 1000003,
      rev: 1,
      signature: "Deny all other TCP",
      category: "",
      severity: 3,
    },
    http: {
      hostname: "www.example.com",
      url: "/download/tool.tar.gz?v=1",
      http_user_agent: "curl/8.5.0",
      http_method: "GET",
      protocol: "HTTP/1.1",
      length: 0,
    },
    app_proto: "http",
  }),
  firewall({
    event_type: "alert",
    dest_port: 443,
    alert: { action: "allowed", signature_id: 2, rev: 1, signature: 'tls "sni"', category: "Policy", severity: 2 },
    app_proto: "tls",
    tls: {
      subject: "CN=www.example.com",
      issuerdn: "C=IE, O=Example CA",
      serial: "0E:40:97:1A",
      sni: "www.example.com",
      version: "TLS 1.2",
      notbefore: "2026-01-01T00:00:00",
      notafter: "2027-01-01T00:00:00",
      ja3: { hash: "e7d705a3286e19ea42f587b344ee6865" },
      ja3s: { hash: "ec74a5c51106f0419184d0dd08fb05bc" },
    },
  }),
  firewall({
    event_type: "netflow",
    app_proto: "failed",
    netflow: {
      pkts: 1,
      bytes: 40,
      start: "2026-11-03T09:05:11.990632+0000",
      end: "2026-11-03T09:05:31.990632+0000",
      age: 20,
      min_ttl: 221,
      max_ttl: 221,
    },
    tcp: { tcp_flags: "1b", syn: true, fin: true, psh: true, ack: true },
  }),
  firewall({
    event_type: "netflow",
    proto: "ICMP",
    icmp_type: 8,
    icmp_code: 0,
    src_ip: "2001:db8::1",
    dest_ip: "2001:db8::2",
  }),
  firewall({
    timestamp: "2026-11-03T09:05:40.000001Z",
    dest_port: 443,
    sni: "www.example.com",
    tls_inspected: true,
    tls_error: { error_message: "SSL_ERROR_SYSCALL" },
    revocation_check: { leaf_cert_fpr: "1234567890EXAMPLE0987654321", status: "REVOKED", action: "DROP" },
  }),
  firewall({ event_type: "alert", http: { url: 'http://www.example.com/a"b\\c?d=e', http_method: "GET" } }).replaceAll(
    "/",
    "\\/",
  ),
];

export const protectionFixtures: Readonly<Record<string, string>> = {
  "waf/traffic.log": `${wafLines.join("\n")}\n`,
  // As Firehose puts records behind each other.
  "waf/one-behind-the-other.log": wafLines.join(""),
  "network-firewall/events.log": `${firewallLines.join("\n")}\n`,
};
