import fc from "fast-check";
import { expect, test } from "vitest";
import { type Line, linesOf, MAX_LINE_BYTES } from "./lines.ts";

async function* cut(bytes: Buffer, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const size = sizes[i % sizes.length] as number;
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

async function collected(chunks: AsyncIterable<Uint8Array>, start?: Parameters<typeof linesOf>[1]): Promise<Line[]> {
  const lines: Line[] = [];
  for await (const some of linesOf(chunks, start)) lines.push(...some);
  return lines;
}

test("the same lines however they are cut, each with its place and number; from any line's end on, the rest", async () => {
  const texts = fc.array(fc.oneof(fc.string({ unit: "grapheme" }), fc.constantFrom("", "  ", "\r", "é")), {
    maxLength: 12,
  });
  const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(texts, sizes, fc.boolean(), async (parts, cuts, ended) => {
      const bytes = Buffer.from(parts.join("\n") + (ended ? "\n" : ""));
      const lines = await collected(cut(bytes, cuts));
      const expected = bytes.toString().split("\n");
      const kept = expected.map((text, i) => ({ text, number: i + 1 })).filter(({ text }) => text.trim() !== "");
      expect(lines.map(({ text, number }) => ({ text, number }))).toEqual(kept);
      for (const { text, from, to } of lines) expect(bytes.subarray(from, to).toString().replace(/\n$/, "")).toBe(text);
      for (const [i, { to, number }] of lines.entries()) {
        const rest = await collected(cut(bytes.subarray(to), cuts), { offset: to, line: number + 1 });
        expect(rest).toEqual(lines.slice(i + 1));
      }
    }),
  );
});

test("a line that is too long is told, not held, and its neighbours are there", async () => {
  async function* chunks(): AsyncGenerator<Uint8Array> {
    yield Buffer.from("a\n");
    const chunk = Buffer.alloc(1024 * 1024, "x");
    for (let bytes = 0; bytes <= MAX_LINE_BYTES; bytes += chunk.length) yield chunk;
    yield Buffer.from("\nb");
  }
  const lines = await collected(chunks());
  expect(lines.map(({ text, number }) => [text, number])).toEqual([
    ["a", 1],
    [undefined, 2],
    ["b", 3],
  ]);
});
