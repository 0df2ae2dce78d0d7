import { Buffer } from "node:buffer";
import fc from "fast-check";
import { expect, test } from "vitest";
import { eachSpan } from "./spans.ts";

test("gives the same spans, whatever the pieces are", () => {
  const lengths = fc.array(fc.nat({ max: 9 }), { maxLength: 20 });
  const property = fc.property(fc.uint8Array({ maxLength: 60 }), lengths, lengths, (text, cuts, pieceSizes) => {
    const ends = [0];
    for (const size of cuts) ends.push((ends.at(-1) as number) + size);
    const places = ends.filter((end) => end <= text.length);
    const all = places.slice(1).map((to, k) => [places[k] as number, to] as const);
    const spans = all.filter((_, k) => k % 3 !== 1);
    const pieces: Uint8Array[] = [];
    let at = 0;
    for (const size of [...pieceSizes, text.length]) {
      pieces.push(text.slice(at, at + size));
      at += size;
    }
    const got: [number, string][] = [];
    const from = (k: number): number => spans[k]?.[0] as number;
    const to = (k: number): number => spans[k]?.[1] as number;
    eachSpan(lent(pieces), { count: spans.length, from, to }, (bytes, k) => got.push([k, bytes.toString("hex")]));
    expect(got).toEqual(spans.map(([start, end], k) => [k, Buffer.from(text.slice(start, end)).toString("hex")]));
  });
  fc.assert(property, { numRuns: 500 });
});

/** Each piece is overwritten once the next one is asked for. */
function* lent(pieces: readonly Uint8Array[]): Generator<Uint8Array> {
  for (const piece of pieces) {
    const own = piece.slice();
    yield own;
    own.fill(0xee);
  }
}
