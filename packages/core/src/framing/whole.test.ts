import { Buffer } from "node:buffer";
import fc from "fast-check";
import { expect, test } from "vitest";
import { chunked, framed, limited, oneByOne } from "./framed.testing.ts";
import { OVERSIZED } from "./oversize.ts";
import { WholeFramer } from "./whole.ts";

test("all of the content is one frame, whatever the chunks are", () => {
  const content = fc
    .array(fc.constantFrom("\n", "a", "ü", "😀", "\r\n", "\0"), { maxLength: 12 })
    .map((parts) => Buffer.from(parts.join("")));
  const limit = fc.record({ max: fc.integer({ min: 1, max: 20 }), oversized: fc.constantFrom(...OVERSIZED) });
  const property = fc.property(content, fc.array(fc.nat(), { maxLength: 5 }), limit, (bytes, cuts, most) => {
    const expected = limited(bytes, bytes.length === 0 ? [] : [{ from: 0, to: bytes.length }], most);
    const options = { maxFrameBytes: most.max, oversized: most.oversized };
    for (const chunks of [[bytes], chunked(bytes, cuts), oneByOne(bytes)])
      expect(framed(new WholeFramer(options), chunks)).toEqual({ ...expected, skipped: 0 });
  });
  fc.assert(property);
});
