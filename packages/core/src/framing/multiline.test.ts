import { Buffer } from "node:buffer";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Pattern } from "../ports/patterns.ts";
import { chunked, type Framed, framed, limited, oneByOne, type Span } from "./framed.testing.ts";
import { type Multiline, MultilineFramer } from "./multiline.ts";
import { OVERSIZED, type Oversized } from "./oversize.ts";

interface Limit {
  readonly max: number;
  readonly oversized: Oversized;
}

const pattern = (expression: RegExp): Pattern => ({
  test: (text) => expression.test(text),
  replace: (text) => text,
});

const records = (chunks: Iterable<Uint8Array>, rules: Multiline, limit?: Limit): Framed =>
  framed(new MultilineFramer(rules, { maxFrameBytes: limit?.max, oversized: limit?.oversized }), chunks);

interface Line {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

function linesOf(bytes: Buffer): Line[] {
  const lines: Line[] = [];
  let at = 0;
  for (const part of bytes.toString("latin1").split("\n")) {
    const to = at + part.replace(/\r$/, "").length;
    if (at < bytes.length) lines.push({ from: at, to, text: bytes.toString("utf8", at, to) });
    at += part.length + 1;
  }
  return lines;
}

/** The same rules over a list of all lines. */
function reference(bytes: Buffer, rules: Multiline, limit: Limit): Framed {
  const groups: Line[][] = [];
  let group: Line[] | undefined;
  const begin = (): Line[] => {
    group = [];
    groups.push(group);
    return group;
  };
  const { start, end, continued, count, maxLines = count === undefined ? 1000 : 1e9, maxBytes = limit.max } = rules;
  for (const line of linesOf(bytes)) {
    const begins = start?.test(line.text) === true;
    const ends = end?.test(line.text) === true || (continued === true && !line.text.endsWith("\\"));
    const blank = line.text === "";
    if (line.to - line.from > limit.max) {
      begin().push(line);
      group = undefined;
      continue;
    }
    const first = group?.[0];
    const large = first !== undefined && line.to - first.from > Math.min(maxBytes, limit.max);
    if (group === undefined || begins || (!blank && (large || group.length >= maxLines))) group = undefined;
    if (blank && (group === undefined || ends)) {
      begin().push(line);
      group = undefined;
      continue;
    }
    const open = group ?? begin();
    open.push(line);
    if (ends || open.length === count) group = undefined;
  }
  let skipped = 0;
  const spans = groups.flatMap((lines): Span[] => {
    const full = lines.filter(({ text }) => text !== "");
    const last = lines.findLastIndex(({ text }) => text !== "");
    skipped += lines.length - 1 - last;
    return full.length === 0 ? [] : [{ from: (lines[0] as Line).from, to: (lines[last] as Line).to }];
  });
  return { ...limited(bytes, spans, limit), skipped };
}

const PIECES = ["\n", "\n", "\r\n", "\r", "a", "1", "1 a", " b", "ü", "\\", "\\\n", ";", ";\n", "\n\n"];
const content = fc.array(fc.constantFrom(...PIECES), { maxLength: 40 }).map((parts) => Buffer.from(parts.join("")));
const limit = fc.record<Limit>({
  max: fc.oneof(fc.constant(1000), fc.integer({ min: 1, max: 12 })),
  oversized: fc.constantFrom(...OVERSIZED),
});
const grouping = fc.constantFrom<Multiline>(
  { start: pattern(/^\d/) },
  { start: pattern(/^$/) },
  { start: pattern(/./) },
  { end: pattern(/;$/) },
  { end: pattern(/^$/) },
  { continued: true },
  { count: 1 },
  { count: 3 },
);
const enough = fc.record(
  { maxLines: fc.integer({ min: 1, max: 4 }), maxBytes: fc.integer({ min: 1, max: 20 }) },
  { requiredKeys: [] },
);

test("in any chunks gives the records of the plain rules", () => {
  const cuts = fc.array(fc.nat(), { maxLength: 12 });
  const property = fc.property(content, cuts, grouping, enough, limit, (bytes, places, group, most, size) => {
    const rules = { ...group, ...most };
    const { skipped, ...expected } = reference(bytes, rules, size);
    for (const chunks of [[bytes], chunked(bytes, places), oneByOne(bytes)]) {
      const { skipped: blank, ...found } = records(chunks, rules, size);
      expect(found).toEqual(expected);
      if (found.error === undefined) expect(blank).toBe(skipped);
    }
  });
  fc.assert(property, { numRuns: 4000 });
});

describe("records", () => {
  const texts = (text: string, rules: Multiline, limits?: Limit): readonly string[] =>
    records([Buffer.from(text)], rules, limits).frames.map((frame) => frame.slice(frame.indexOf(" ") + 1));
  const dated = { start: pattern(/^\d{4}-/) };

  test.each<[string, string, Multiline, string[]]>([
    [
      "that begin with a date",
      "2026-01-01 a\n  at b\n\n  at c\n\n2026-01-02 d\r\n  at e\r\n",
      dated,
      ["2026-01-01 a\n  at b\n\n  at c", "2026-01-02 d\r\n  at e"],
    ],
    ["before the first that begins", "tail of\nanother\n2026-01-01 a\n", dated, ["tail of\nanother", "2026-01-01 a"]],
    [
      "that end with a mark",
      "select 1\n  from a;\nselect 2;\nselect",
      { end: pattern(/;$/) },
      ["select 1\n  from a;", "select 2;", "select"],
    ],
    ["continued by a backslash", "a \\\n b \\\n c\nd\ne\\", { continued: true }, ["a \\\n b \\\n c", "d", "e\\"]],
    ["of a number of lines", "a\nb\nc\nd\ne", { count: 2 }, ["a\nb", "c\nd", "e"]],
    [
      "of lines up to a limit",
      "2026- a\nb\nc\nd\n2026- e",
      { ...dated, maxLines: 2 },
      ["2026- a\nb", "c\nd", "2026- e"],
    ],
    ["of bytes up to a limit", "2026- a\nb\nc\nd", { ...dated, maxBytes: 9 }, ["2026- a\nb", "c\nd"]],
    ["between blank lines", "a\nb\n\n\nc\n", { start: pattern(/^$/) }, ["a\nb", "c"]],
  ])("%s", (_, text, rules, expected) => {
    expect(texts(text, rules)).toEqual(expected);
  });

  test("a line that is too large is one by itself", () => {
    const large = { max: 6, oversized: "split" } as const;
    expect(texts("1 a\nxxxxxxxx\nb\n", { start: pattern(/^\d/) }, large)).toEqual([
      "1 a",
      "xxxxxx (split)",
      "xx (split)",
      "b",
    ]);
  });
});

test("a record of many lines in small chunks takes time by its size", () => {
  const chunk = Buffer.from("some line\n".repeat(10));
  const framer = new MultilineFramer({ start: pattern(/^never/), maxLines: 1e9, maxBytes: 1_000_000 });
  const sizes: number[] = [];
  for (let i = 0; i < 50_000; i++)
    framer.push(chunk, ({ from, to }) => sizes.push((to[0] as number) - (from[0] as number)));
  expect(sizes).toEqual([999_999, 999_999, 999_999, 999_999]);
});
