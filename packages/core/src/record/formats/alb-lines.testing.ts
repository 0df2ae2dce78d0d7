export const TARGETS: string =
  "arn:aws:elasticloadbalancing:us-east-2:123456789012:targetgroup/my-targets/73e2d6bc24d8a067";
export const CERTIFICATE: string =
  "arn:aws:acm:us-east-2:123456789012:certificate/12345678-1234-1234-1234-123456789012";

/** The HTTPS example of "Access log entries" in the AWS guide, field by field. */
export const EXAMPLE: readonly string[] = [
  "https",
  "2018-07-02T22:23:00.186641Z",
  "app/my-loadbalancer/50dc6c495c0c9188",
  "192.168.131.39:2817",
  "10.0.0.1:80",
  "0.086",
  "0.048",
  "0.037",
  "200",
  "200",
  "0",
  "57",
  '"GET https://www.example.com:443/ HTTP/1.1"',
  '"curl/7.46.0"',
  "ECDHE-RSA-AES128-GCM-SHA256",
  "TLSv1.2",
  TARGETS,
  '"Root=1-58337281-1d84f3d73c47ec4e58577259"',
  '"www.example.com"',
  `"${CERTIFICATE}"`,
  "1",
  "2018-07-02T22:22:48.364000Z",
  '"authenticate,forward"',
  '"-"',
  '"-"',
  '"10.0.0.1:80"',
  '"200"',
  '"-"',
  '"-"',
  "TID_1234abcd5678ef90",
];

/** The example with other fields, by number. */
export const line = (changes: Readonly<Record<number, string>> = {}): string =>
  EXAMPLE.map((field, i) => changes[i] ?? field).join(" ");
