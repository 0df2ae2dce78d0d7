import { isIP } from "node:net";
import fc from "fast-check";
import { expect, test } from "vitest";
import { ipVersion } from "./ip.ts";

const versionOf = (text: string): number => {
  const bytes = Buffer.from(`x${text}1`);
  return ipVersion(bytes, 1, bytes.length - 1);
};

test.each([
  "10.0.0.1",
  "255.255.255.255",
  "256.0.0.1",
  "1.2.3",
  "1.2.3.4.5",
  "1.2.3.",
  ".1.2.3",
  "1..2.3",
  "01.2.3.4",
  "0.0.0.0",
  "::",
  "::1",
  "1::",
  "2001:db8::8a2e:370:7334",
  "1:2:3:4:5:6:7:8",
  "1:2:3:4:5:6:7",
  "1:2:3:4:5:6:7:8:9",
  "1::2::3",
  ":1",
  "1:",
  ":::",
  "1:2:3:4:5:6:7::",
  "::2:3:4:5:6:7:8",
  "12345::",
  "g::",
  "::ffff:10.0.0.1",
  "1:2:3:4:5:6:1.2.3.4",
  "1:2:3:4:5:6:7:1.2.3.4",
  "::1.2.3",
  "1.2.3.4::",
  "s3.amazonaws.com",
  "AWS Internal",
  "",
  "-",
  "a",
  "10",
  "abcd",
  "ABCD::EF",
])("%s", (text) => {
  expect(versionOf(text)).toBe(isIP(text));
});

test("any address, and any text of their characters, is what Node takes it for", () => {
  const alike = fc.string({ unit: fc.constantFrom(..."0129afF:.:."), maxLength: 24 });
  fc.assert(
    fc.property(fc.oneof(fc.ipV4(), fc.ipV6(), alike), (text) => {
      expect(versionOf(text)).toBe(isIP(text));
    }),
    { numRuns: 5000 },
  );
});
