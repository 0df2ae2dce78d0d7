import type { DeadLetter } from "@sluice/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { deadLetterLines } from "./dead-letter-lines.ts";
import { parseDeadLetter } from "./parse-dead-letter.ts";

const times = fc.integer({ min: 0, max: Date.UTC(2100, 0) });
const text = fc.string({ unit: "grapheme", minLength: 1 }).filter((each) => each !== "__proto__");
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });

/** JSON as any encoder might have written it, line ends between its tokens too. */
const documents = fc
  .tuple(fc.json(), fc.constantFrom(undefined, 1))
  .map(([json, space]) => Buffer.from(JSON.stringify(JSON.parse(json), null, space)));

const letters: fc.Arbitrary<DeadLetter> = fc
  .record({
    id: text,
    sink: text,
    at: times,
    status: maybe(fc.nat()),
    reason: fc.record({ code: fc.string(), message: fc.oneof(fc.string(), fc.constant(',"document":')) }),
    origin: fc.dictionary(fc.oneof(text, fc.constant("document")), fc.string(), { noNullPrototype: true }),
    start: fc.nat(),
    end: fc.nat(),
    encoded: maybe(fc.constant(true as const)),
    dataset: maybe(text),
    namespace: maybe(text),
    timestamp: maybe(times),
    service: maybe(fc.constantFrom("s3" as const, "direct" as const)),
    source: maybe(text),
    versionId: maybe(text),
    resent: maybe(fc.nat()),
  })
  .chain((head) =>
    fc.oneof(
      documents.map((document) => ({ ...head, json: true, document })),
      fc.string({ unit: "grapheme" }).map((each) => ({ ...head, json: false, document: Buffer.from(each) })),
    ),
  );

const linesOf = (all: readonly DeadLetter[]): string[] =>
  Buffer.from(deadLetterLines(all)).toString().split("\n").slice(0, -1);

const shown = ({ document, ...letter }: DeadLetter): object => ({
  ...letter,
  document: Buffer.from(document)
    .toString()
    .replaceAll("\n", letter.json ? " " : "\n"),
});

test("what is written is read again, a line each, the document byte by byte", () => {
  fc.assert(
    fc.property(fc.array(letters, { maxLength: 4 }), (all) => {
      expect(linesOf(all).map((line) => shown(parseDeadLetter(line)))).toEqual(all.map(shown));
    }),
  );
});

const LETTER: DeadLetter = {
  id: "1k-0-5",
  sink: "search",
  at: 0,
  reason: { code: "c", message: "m" },
  origin: {},
  start: 0,
  end: 5,
  document: Buffer.from('{"n":12345678901234567890,"n2":1e400}'),
  json: true,
};
const [LINE] = linesOf([LETTER]) as [string];

test("numbers that JavaScript doesn't hold stay what they are", () => {
  expect(Buffer.from(parseDeadLetter(LINE).document).toString()).toBe(Buffer.from(LETTER.document).toString());
});

test("keys may come in any order, and others beside them", () => {
  const { document, ...members } = JSON.parse(LINE.replace("1e400", "2"));
  const line = JSON.stringify({ document, "added by hand": 1, ...members });
  expect(parseDeadLetter(line)).toMatchObject({ id: "1k-0-5", json: true });
  expect(JSON.parse(Buffer.from(parseDeadLetter(line).document).toString())).toEqual(document);
});

test("lines of before there was a version are read", () => {
  expect(parseDeadLetter(LINE.replace('"v":1,', ""))).toMatchObject({ id: "1k-0-5" });
});

test.each([
  ["", "expected JSON"],
  ["{", "expected JSON"],
  ["[]", "expected a JSON object"],
  ["{}", "id: Invalid input: expected string, received undefined"],
  [LINE.replace('"v":1', '"v":2'), "v: Invalid input: expected 1"],
  [LINE.replace('"at":"1970', '"at":"x1970'), "at: Invalid ISO datetime"],
  [LINE.replace('"sink":"search"', '"sink":""'), "sink: Too small"],
  [LINE.replace('"document"', '"dokument"'), "document: expected a document or a text, got neither"],
  [LINE.slice(0, -3), "expected JSON"],
  ['{"v":1,"kind":"unit","sink":null,"text":"{"}', "kind: a unit that nobody could read"],
])("%j is no dead letter", (line, message) => {
  expect(() => parseDeadLetter(line)).toThrow(
    expect.objectContaining({ code: "DEAD_LETTER_MALFORMED", message: expect.stringContaining(message) }),
  );
});
