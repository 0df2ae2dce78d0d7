// Lines as the CloudFront guide describes them for standard logs, legacy and v2, and real-time logs.

const STANDARD = [
  "date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status cs(Referer) cs(User-Agent) cs-uri-query",
  "cs(Cookie) x-edge-result-type x-edge-request-id x-host-header cs-protocol cs-bytes time-taken x-forwarded-for ssl-protocol",
  "ssl-cipher x-edge-response-result-type cs-protocol-version fle-status fle-encrypted-fields c-port time-to-first-byte",
  "x-edge-detailed-result-type sc-content-type sc-content-len sc-range-start sc-range-end",
]
  .join(" ")
  .split(" ");

type Values = Readonly<Record<string, string>>;

const REQUEST: Values = {
  date: "2026-11-03",
  time: "09:05:02",
  "x-edge-location": "DUB2-C1",
  "sc-bytes": "392",
  "c-ip": "198.51.100.17",
  "cs-method": "GET",
  "cs(Host)": "d111111abcdef8.cloudfront.net",
  "cs-uri-stem": "/img/logo.svg",
  "sc-status": "200",
  "cs(User-Agent)": "Mozilla/5.0%20(X11;%20Linux%20x86_64)%20caf%C3%A9/1.0+beta",
  "x-edge-result-type": "Hit",
  "x-edge-request-id": "SOX4xwn4XV6Q4rgb7XiVGOHms_BGlTAC4KyHmureZmBNrjGdRLiNIQ==",
  "x-host-header": "www.example.com",
  "cs-protocol": "https",
  "cs-bytes": "23",
  "time-taken": "0.238",
  "ssl-protocol": "TLSv1.3",
  "ssl-cipher": "TLS_AES_128_GCM_SHA256",
  "x-edge-response-result-type": "Hit",
  "cs-protocol-version": "HTTP/2.0",
  "c-port": "11040",
  "time-to-first-byte": "0.001",
  "x-edge-detailed-result-type": "Hit",
  "sc-content-type": "image/svg+xml",
  "sc-content-len": "78",
};

const REQUESTS: readonly Values[] = [
  REQUEST,
  {
    ...REQUEST,
    "c-ip": "2001:db8::91f2:a9b2",
    "sc-status": "502",
    "cs(Referer)": "https://www.example.com/basket",
    "cs-uri-stem": "/api/items",
    "cs-uri-query": "page=2&sort=name",
    "cs(Cookie)": "session=none",
    "x-edge-result-type": "Error",
    "x-edge-detailed-result-type": "OriginDnsError",
    "x-forwarded-for": "203.0.113.9,%202001:db8::7,[2001:db8::8],unknown,198.51.100.1:8080",
  },
  // The viewer closed the connection.
  {
    ...REQUEST,
    "sc-status": "000",
    "cs-protocol": "http",
    "ssl-protocol": "-",
    "ssl-cipher": "-",
    "sc-content-len": "-",
  },
  { ...REQUEST, "sc-status": "206", "sc-range-start": "100", "sc-range-end": "199", "cs(User-Agent)": "%E9%ZZ%20old" },
];

const line = (names: readonly string[], values: Values): string => names.map((name) => values[name] ?? "-").join("\t");
const file = (names: readonly string[]): string =>
  `#Version: 1.0\n#Fields: ${names.join(" ")}\n${REQUESTS.map((values) => `${line(names, values)}\n`).join("")}`;

const CHOSEN = [
  "timestamp(ms)",
  "DistributionId",
  "c-ip",
  "cs-method",
  "cs(Host)",
  "cs-uri-stem",
  "sc-status",
  "time-taken",
];
const chosen = (values: Values): Values => ({
  ...values,
  "timestamp(ms)": "1793696702123",
  DistributionId: "E2K2LNL5N3WR51",
  asn: "64496",
  "c-country": "IE",
});

const REALTIME = [
  "timestamp c-ip s-ip time-to-first-byte sc-status sc-bytes cs-method cs-protocol cs-host cs-uri-stem cs-bytes x-edge-location",
  "x-edge-request-id x-host-header time-taken cs-protocol-version c-ip-version cs-user-agent cs-referer cs-cookie cs-uri-query",
  "x-edge-response-result-type x-forwarded-for ssl-protocol ssl-cipher x-edge-result-type fle-encrypted-fields fle-status",
  "sc-content-type sc-content-len sc-range-start sc-range-end c-port x-edge-detailed-result-type c-country cs-accept-encoding",
  "cs-accept cache-behavior-path-pattern cs-headers cs-header-names cs-headers-count primary-distribution-id",
  "primary-distribution-dns-name origin-fbl origin-lbl asn",
]
  .join(" ")
  .split(" ");

const realtime = (values: Values): Values => ({
  ...values,
  timestamp: "1793696702.123",
  "s-ip": "192.0.2.44",
  "c-ip-version": "IPv4",
  "cs-host": values["cs(Host)"] as string,
  "cs-user-agent": values["cs(User-Agent)"] as string,
  "cs-referer": values["cs(Referer)"] ?? "-",
  "cs-cookie": values["cs(Cookie)"] ?? "-",
  "c-country": "IE",
  "cs-accept-encoding": "gzip,%20br",
  "cs-accept": "*/*",
  "cache-behavior-path-pattern": "*",
  "cs-headers": "host:www.example.com%0Aaccept:*/*%0A",
  "cs-header-names": "host%0Aaccept%0A",
  "cs-headers-count": "2",
  "origin-fbl": "0.021",
  "origin-lbl": "0.022",
  asn: "64496",
});

const columnOf = (name: string): string =>
  name
    .replace(/[^A-Za-z0-9]+/g, "_")
    .replace(/_$/, "")
    .toLowerCase();

export const cloudfrontFixtures: Readonly<Record<string, string>> = {
  "cloudfront/E2K2LNL5N3WR51.2026-11-03-09.a1b2c3d4": file(STANDARD),
  // A line cut off in the middle; it lacks the last fields.
  "cloudfront/cut.log": file(STANDARD).slice(0, -20),
  "cloudfront/v2-w3c.log": file([...STANDARD.slice(0, 15), "origin-fbl", "x-field-not-known-yet"]),
  "cloudfront/v2-plain.log": REQUESTS.map((values) => `${line(STANDARD, values)}\n`).join(""),
  "cloudfront/AWSLogs/E2K2LNL5N3WR51.2026-11-03-09.a1b2c3d4": `#Version: 1.0\n#Fields: ${CHOSEN.join(" ")}\n${line(CHOSEN, chosen(REQUEST))}\n`,
  "cloudfront-json/v2.json": REQUESTS.map((values) =>
    JSON.stringify(Object.fromEntries(STANDARD.map((name) => [name, values[name] ?? "-"]))).concat("\n"),
  ).join(""),
  // As rows of Parquet are: columns have no brackets or hyphens in their names.
  "cloudfront-json/v2-columns.json": REQUESTS.map((values) =>
    JSON.stringify(Object.fromEntries(STANDARD.map((name) => [columnOf(name), values[name] ?? "-"]))).concat("\n"),
  ).join(""),
  "cloudfront-json/v2-chosen.json": `${JSON.stringify(
    Object.fromEntries([...CHOSEN, "asn", "c-country"].map((name) => [name, chosen(REQUEST)[name] ?? "-"])),
  )}\n`,
  "cloudfront-realtime/all.log": REQUESTS.map((values) => `${line(REALTIME, realtime(values))}\n`).join(""),
  "cloudfront-realtime/first-40.log": `${line(REALTIME.slice(0, 40), realtime(REQUEST))}\n`,
};
