import type { Random } from "../../fuzz/random.ts";

const EPOCH_MS = Date.UTC(2026, 10, 3, 9);
const WORDS = [
  "order",
  "placed",
  "by",
  "customer",
  "cart",
  "größe",
  "naïve",
  "漢字",
  "🚚",
  "retry",
  "took",
  "\\d+",
  "<b>",
];
const LEVELS = ["INFO", "WARN", "ERROR", "DEBUG"];

export type LineKind = "text" | "json" | "alb" | "cloudtrail";

/** One record without its line end. `isBad`: the index refuses it (only of `json`). */
export function line(kind: LineKind, serial: string, random: Random, isBad: boolean): string {
  const at = new Date(EPOCH_MS + random.below(3_600_000)).toISOString();
  switch (kind) {
    case "text":
      return `${at} ${random.pick(LEVELS)} [worker-${random.below(9)}] ${words(random)} ${serial}`;
    case "json": {
      const amount = isBad ? "not a number" : random.below(1000);
      return JSON.stringify({
        "@timestamp": at,
        level: random.pick(LEVELS),
        message: `${words(random)} ${serial}`,
        amount,
      });
    }
    case "alb":
      return alb(at, serial, random);
    case "cloudtrail":
      return JSON.stringify(apiCall(at, serial, random));
  }
}

function words(random: Random): string {
  return Array.from({ length: 1 + random.below(20) }, () => random.pick(WORDS)).join(" ");
}

function alb(at: string, serial: string, random: Random): string {
  const time = at.replace("Z", "000Z");
  const client = `203.0.113.${random.below(255)}:${1024 + random.below(60_000)}`;
  const group = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/shop/73e2d6bc24d8a067";
  return (
    `https ${time} app/shop/50dc6c495c0c9188 ${client} 10.0.0.${random.below(255)}:8080 0.001 0.00${random.below(10)} 0.000 200 200 ` +
    `${random.below(900)} ${random.below(9000)} "GET https://shop.example.com:443/items?q=${serial} HTTP/2.0" "curl/8.5.0" ` +
    `TLS_AES_128_GCM_SHA256 TLSv1.3 ${group} "Root=1-67286b00-000000000000000000000000" "shop.example.com" "-" 0 ${time} "forward" "-" "-" ` +
    `"10.0.0.1:8080" "200" "-" "-" TID_0123456789abcdef`
  );
}

function apiCall(at: string, serial: string, random: Random): object {
  return {
    eventVersion: "1.11",
    userIdentity: { type: "AssumedRole", principalId: `AROAEXAMPLE:${random.below(99)}`, accountId: "123456789012" },
    eventTime: `${at.slice(0, 19)}Z`,
    eventSource: "s3.amazonaws.com",
    eventName: random.pick(["GetObject", "PutObject", "ListObjects"]),
    awsRegion: "eu-west-1",
    sourceIPAddress: `203.0.113.${random.below(255)}`,
    requestParameters: { bucketName: "acme-artifacts", key: words(random) },
    responseElements: null,
    eventID: serial,
    readOnly: true,
    eventType: "AwsApiCall",
    recipientAccountId: "123456789012",
  };
}
