import { REGION } from "./make-fixtures-events.ts";

// Lines as the S3 guide describes them for server access logs.

const OWNER = "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be";

const access = (changes: Readonly<Record<number, string>> = {}): string =>
  [
    OWNER,
    "acme-shop-images",
    "[03/Nov/2026:09:05:38 +0000]",
    "192.0.2.3",
    `arn:aws:sts::123456789012:assumed-role/shop/session`,
    "3E57427F3EXAMPLE",
    "REST.GET.OBJECT",
    "img/a+b/logo%20(1).svg",
    '"GET /img/a+b/logo%2520(1).svg?versionId=3 HTTP/1.1"',
    "200",
    "-",
    "2662",
    "3462",
    "70",
    "10",
    '"https://www.example.com/"',
    '"aws-cli/2.15 (quoted: "x")"',
    "QpfoV3UPzLxqHbGdFQhhVOJbZr1GpBoW",
    "s9lzHYrFp76ZVxRcpX9+5cjAnEH2ROuNkd2BHfIa6UkFVdtjf5mKR3/eTPFvsiP/XV/VLi31234=",
    "SigV4",
    "ECDHE-RSA-AES128-GCM-SHA256",
    "AuthHeader",
    `acme-shop-images.s3.${REGION}.amazonaws.com`,
    "TLSv1.3",
    "-",
    "Yes",
    REGION,
  ]
    .map((field, i) => changes[i] ?? field)
    .filter((field) => field !== "")
    .join(" ");

const BARE = { 18: "", 19: "", 20: "", 21: "", 22: "", 23: "", 24: "", 25: "", 26: "" };

const lines = [
  access(),
  access({
    6: "REST.GET.VERSIONING",
    7: "-",
    8: '"GET /acme-shop-images?versioning HTTP/1.1"',
    12: "-",
    13: "0",
    15: '"-"',
    16: '"-"',
    17: "-",
  }),
  access({
    4: "-",
    9: "403",
    10: "AccessDenied",
    11: "243",
    12: "-",
    19: "-",
    20: "-",
    21: "-",
    22: "s3.amazonaws.com",
    23: "-",
    25: "-",
    26: "-",
  }),
  // Deletions by a lifecycle rule have neither a caller nor a request.
  access({
    3: "-",
    4: "AmazonS3",
    6: "S3.EXPIRE.OBJECT",
    8: '"-"',
    9: "-",
    11: "-",
    13: "-",
    14: "-",
    15: '"-"',
    16: '"-"',
    18: "-",
    19: "-",
    20: "-",
    21: "-",
    22: "-",
    23: "-",
    25: "-",
    26: "-",
  }),
  access({ 3: "2001:db8::3", 23: "TLSv1.2", 24: `arn:aws:s3:${REGION}:123456789012:accesspoint/shop`, 26: "" }),
  // As before signatures and TLS were logged.
  access(BARE),
  // A quote and a space within the user agent: its end can't be told.
  access({ 16: '"Mozilla/5.0 (the "odd one" out)"' }),
  access({ 9: "20x" }),
];

export const s3Fixtures: Readonly<Record<string, string>> = {
  "s3-access/logs/2026-11-03-09-17-01-A1B2C3D4E5F60718": `${lines.join("\n")}\n`,
};
