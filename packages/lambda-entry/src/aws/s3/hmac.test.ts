import { createHmac } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { hmacSha256 } from "./hmac.ts";

test("is what Node's own HMAC is, text after text", () => {
  const key = fc.uint8Array({ maxLength: 64 });
  fc.assert(
    fc.property(key, fc.array(fc.string({ unit: "binary" })), (bytes, texts) => {
      const hmac = hmacSha256(bytes);
      for (const text of texts) expect(hmac(text)).toBe(createHmac("sha256", bytes).update(text).digest("hex"));
    }),
  );
});
