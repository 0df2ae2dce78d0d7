import fc from "fast-check";
import { expect, test } from "vitest";
import { MAX_DEPTH } from "../../framing/json-skip.ts";
import { JsonScanner } from "./json-scanner.ts";
import { MemberTable } from "./member-table.ts";

const NAMES = ["a", "b", "aa", 'q"', "ü", "in"] as const;
const table = new MemberTable({ a: 0, b: 1, aa: 2, 'q"': 3, ü: 4, in: [5, { a: 6, deep: [undefined, { b: 7 }] }] });
const PATHS = [["a"], ["b"], ["aa"], ['q"'], ["ü"], ["in"], ["in", "a"], ["in", "deep", "b"]] as const;
const scanner = new JsonScanner(table);

type Parsed = { readonly [name: string]: unknown } | undefined;

const isObject = (value: unknown): value is NonNullable<Parsed> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** What JSON.parse says, undefined for what is no object. */
function parsed(text: string): Parsed {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function at(value: unknown, path: readonly string[]): unknown {
  return path.reduce(
    (inner: unknown, name) => (isObject(inner) && Object.hasOwn(inner, name) ? inner[name] : undefined),
    value,
  );
}

/** Amid other bytes: they are none of its business. */
function scanned(text: string, around: readonly [string, string] = ['{"a":', '"}']): readonly unknown[] | undefined {
  const before = Buffer.from(around[0]);
  const bytes = Buffer.concat([before, Buffer.from(text), Buffer.from(around[1])]);
  const end = bytes.length - Buffer.byteLength(around[1]);
  if (!scanner.scan(bytes, before.length, end)) return undefined;
  return PATHS.map((_, i) => {
    const to = scanner.to[i] as number;
    return to < 0 ? undefined : JSON.parse(bytes.subarray(scanner.from[i], to).toString());
  });
}

function expectSame(text: string): void {
  const value = parsed(text);
  expect(scanned(text)).toEqual(value && PATHS.map((path) => at(value, path)));
}

const name = fc.oneof(fc.constantFrom(...NAMES, "deep", "other", ""), fc.string({ maxLength: 3 }));
const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.constantFrom(null, true, false, 0, -0.5, 1e21, 1.5e-9),
    fc.string({
      unit: fc.constantFrom('"', "\\", "\n", "\u0000", "/", "{", "]", "ü", "😀", "\ud800", "x"),
      maxLength: 6,
    }),
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(name, tie("value"), { maxKeys: 4 }),
  ),
}));
const spaced = fc
  .tuple(fc.dictionary(name, value, { maxKeys: 6 }), fc.constantFrom(undefined, 1, "\t"))
  .map(([object, by]) => JSON.stringify(object, null, by));

test("any object gives what JSON.parse does", () => {
  fc.assert(
    fc.property(spaced, (text) => expectSame(text)),
    { numRuns: 2000 },
  );
});

test("any change of a few bytes is JSON or isn't, as JSON.parse says", () => {
  const edit = fc.record({
    place: fc.nat(),
    cut: fc.nat(2),
    put: fc.oneof(
      fc.constantFrom(...'{}[]",:\\ \n\t0-+.eEut', "\\u00e", "\\x", "01", "1.", "tru", "\u0001"),
      fc.constant(""),
    ),
  });
  const property = fc.property(spaced, fc.array(edit, { minLength: 1, maxLength: 3 }), (text, edits) => {
    expectSame(
      edits
        .reduce((all, { place, cut, put }) => {
          const from = place % (all.length + 1);
          return all.slice(0, from) + put + all.slice(from + cut);
        }, text)
        .toWellFormed(),
    );
  });
  fc.assert(property, { numRuns: 5000 });
});

test.each([
  ["the last of a name counts", '{"a":1,"a":2}'],
  ["so it does when the last has nothing within", '{"in":{"a":1},"in":2}'],
  ["and when it lacks what the first has", '{"in":{"a":1,"deep":{"b":3}},"in":{"deep":{}}}'],
  ["names written with escapes", '{"\\u0061":1,"\\u0061\\u0061":2,"q\\"":3,"\\u00fc":4}'],
  ["nothing", "{}"],
  ["white space anywhere", ' \r\n{\t"a" : [ 1 , 2 ] , "in" : { } } \n'],
  ["numbers", '{"a":-0.5E+3,"b":0,"aa":-0,"in":1e9}'],
  ["an array", "[1]"],
  ["text", '"a"'],
  ["no text", ""],
  ["two objects", "{}{}"],
  ["a comma too many", '{"a":1,}'],
  ["numbers that are none", '{"a":.5}'],
  ["a form feed is no white space", '{\f"a":1}'],
])("%s", (_, text) => {
  expectSame(text);
});

test("cut off anywhere it is no object", () => {
  const text = '{"a":"x\\u00e9\\n","in":{"a":[1,{"b":-1.5e3}],"deep":{"b":true}},"b":null}';
  for (let size = 0; size < text.length; size++) expect(scanned(text.slice(0, size), ["", ""])).toBeUndefined();
});

test("objects within each other, to a limit", () => {
  const nested = (depth: number): string => `${'{"x":'.repeat(depth)}1${"}".repeat(depth)}`;
  expect(scanned(nested(MAX_DEPTH))).toBeDefined();
  expect(scanned(nested(MAX_DEPTH + 1))).toBeUndefined();
  expect(scanned(`{"a":${"[".repeat(1_000_000)}`)).toBeUndefined();
});

test("what comes behind the last thing asked for isn't looked at", () => {
  const until = new JsonScanner(new MemberTable({ t: 0 }), 0);
  const bytes = Buffer.from('{"x":{"t":1},"t":2,nonsense');
  expect(until.scan(bytes, 0, bytes.length)).toBe(true);
  expect([until.from[0], until.to[0]]).toEqual([17, 18]);
});

test("line ends between values are seen, those behind the object aren't", () => {
  const scanner = new JsonScanner(new MemberTable({}));
  const seen = (text: string): boolean => {
    const bytes = Buffer.from(`${text}\n{}`);
    expect(scanner.scan(bytes, 0, bytes.length - 3)).toBe(true);
    return scanner.hasLineEnd;
  };
  expect(['{"a":[1, 2]} ', '{"a":\n1}', "{}\r", '{"a":"\\n"}', "\n{}", "{}"].map(seen)).toEqual([
    false,
    true,
    true,
    false,
    true,
    false,
  ]);
});
