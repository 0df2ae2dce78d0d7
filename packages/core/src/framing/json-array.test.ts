import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { TakeBlock } from "./frame.ts";
import { chunked, type Framed, framed, oneByOne } from "./framed.testing.ts";
import { JsonArrayFramer } from "./json-array.ts";
import type { JsonOptions } from "./json-elements.ts";
import { jsonKernel } from "./json-kernel.ts";
import { MAX_DEPTH } from "./json-skip.ts";
import { indent, jsonObject, jsonValue, space, trickyText } from "./json-texts.testing.ts";

const BOTH = [
  ["with the kernel", undefined],
  ["without", null],
] as const;

interface Options extends JsonOptions {
  readonly path?: readonly string[];
}

const elementsOf = (chunks: Iterable<Uint8Array>, { path = ["Records"], ...options }: Options = {}): Framed =>
  framed(new JsonArrayFramer(path, options), chunks);

const utf8 = (latin1: string): string => Buffer.from(latin1, "latin1").toString("utf8");
const texts = ({ frames }: Framed): string[] => frames.map((frame) => utf8(frame.slice(frame.indexOf(" ") + 1)));

const spaces = fc.array(space, { minLength: 9, maxLength: 9 });
const others = fc.dictionary(
  trickyText.filter((name) => name !== "Records"),
  jsonValue,
  { maxKeys: 2 },
);

interface Made {
  readonly text: string;
  readonly elements: readonly string[];
}

const document = fc
  .record({
    elements: fc.array(fc.oneof({ weight: 4, arbitrary: jsonObject }, jsonValue), { maxLength: 6 }),
    spaces,
    indent,
    before: others,
    after: others,
  })
  .map(({ elements, spaces: s, indent: by, before, after }): Made => {
    const parts = elements.map((element) => JSON.stringify(element, null, by));
    const members = (all: object): string[] =>
      Object.entries(all).map(([name, each]) => `${JSON.stringify(name)}${s[7]}:${s[8]}${JSON.stringify(each)}`);
    const array = `"Records"${s[0]}:${s[1]}[${s[2]}${parts.join(`${s[3]},${s[4]}`)}${s[5]}]`;
    const all = [...members(before), array, ...members(after)].join(`${s[6]},`);
    return { text: `${s[0]}{${s[1]}${all}${s[2]}}${s[3]}`, elements: parts };
  });

describe("any document", () => {
  test("in any chunks gives the elements' texts and places", () => {
    const cuts = fc.array(fc.nat(), { maxLength: 8 });
    const property = fc.property(document, cuts, ({ text, elements }, places) => {
      JSON.parse(text);
      const bytes = Buffer.from(text);
      const whole = elementsOf([bytes]);
      expect(whole.error).toBeUndefined();
      expect(texts(whole)).toEqual(elements);
      for (const frame of whole.frames) {
        const [, from, to] = /^(\d+)-(\d+) /.exec(frame) as unknown as [string, string, string];
        expect(frame.slice(from.length + to.length + 2)).toBe(bytes.toString("latin1", Number(from), Number(to)));
      }
      for (const [, kernel] of BOTH) {
        const options = kernel === null ? { kernel } : {};
        expect(elementsOf([bytes], options)).toEqual(whole);
        expect(elementsOf(chunked(bytes, places), options)).toEqual(whole);
        expect(elementsOf(oneByOne(Buffer.from(text)), options)).toEqual(whole);
      }
    });
    fc.assert(property, { numRuns: 600 });
  });

  test("cut off anywhere gives the whole elements before, and says so", () => {
    const property = fc.property(document, ({ text, elements }) => {
      fc.pre(text.length < 800);
      const bytes = Buffer.from(text);
      const end = Buffer.byteLength(text.trimEnd());
      const start = bytes.length - Buffer.byteLength(text.trimStart());
      for (let size = 0; size < end; size++) {
        const cut = elementsOf([bytes.subarray(0, size)]);
        const { frames, error } = cut;
        expect(error).toBe(size <= start ? undefined : "OBJECT_TRUNCATED");
        const given = texts(cut);
        expect(given).toEqual(elements.slice(0, given.length));
        const ends = frames.map((frame) => Number(/-(\d+) /.exec(frame)?.[1]));
        expect(ends.every((each) => each <= size)).toBe(true);
        expect(elementsOf([bytes.subarray(0, size)], { kernel: null })).toEqual(cut);
      }
    });
    fc.assert(property, { numRuns: 60 });
  });

  test("with any byte changed gives the same with and without the kernel, and never what isn't there", () => {
    const property = fc.property(document, fc.nat(), fc.nat(255), ({ text }, place, byte) => {
      const bytes = Buffer.from(text);
      bytes[place % bytes.length] = byte;
      const whole = elementsOf([bytes]);
      expect(elementsOf([bytes], { kernel: null })).toEqual(whole);
      expect(elementsOf(oneByOne(bytes))).toEqual(whole);
      if (whole.error === undefined) return;
      expect(["OBJECT_TRUNCATED", "OBJECT_CORRUPT", "FORMAT_MISMATCH"]).toContain(whole.error);
    });
    fc.assert(property, { numRuns: 2000 });
  });
});

const NAMES = ["a", "b.c", "ü"] as const;

/** What stands at a path, and the texts of the elements there: an array of values at its end; on the way objects, and arrays of them. */
function at(path: readonly string[]): fc.Arbitrary<Made> {
  const [name, ...rest] = path;
  if (name === undefined) {
    return fc.array(jsonValue, { maxLength: 3 }).map((values) => {
      const elements = values.map((value) => JSON.stringify(value));
      return { text: `[${elements.join(" ,")}]`, elements };
    });
  }
  const aside = fc.constantFrom("", '"x":[{"a":[1]}],', '"":null , ');
  const one = fc
    .tuple(aside, at(rest), space)
    .map(([other, { text, elements }, gap]) => ({ text: `{${other}${JSON.stringify(name)}:${gap}${text}}`, elements }));
  const several = fc.array(one, { minLength: 1, maxLength: 3 }).map((all) => ({
    text: `[ ${all.map(({ text }) => text).join(",")},7,[{"a":[1]}] ]`,
    elements: all.flatMap(({ elements }) => elements),
  }));
  return fc.oneof({ weight: 2, arbitrary: one }, several);
}

describe("any path", () => {
  test("in any chunks gives the elements' texts", () => {
    const made = fc.subarray([...NAMES]).chain((path) => at(path).map((each) => ({ ...each, path })));
    const property = fc.property(made, fc.array(fc.nat(), { maxLength: 8 }), ({ text, elements, path }, cuts) => {
      JSON.parse(text);
      const bytes = Buffer.from(text);
      const whole = elementsOf([bytes], { path });
      expect(whole.error).toBeUndefined();
      expect(texts(whole)).toEqual(elements);
      expect(elementsOf(chunked(bytes, cuts), { path, kernel: null })).toEqual(whole);
      expect(elementsOf(oneByOne(bytes), { path })).toEqual(whole);
    });
    fc.assert(property, { numRuns: 600 });
  });

  test.each([
    ["the document itself", [], ' [{"a":1},[2],3]\n[]\n[4]', ['{"a":1}', "[2]", "3", "4"]],
    ["three deep", ["a", "b", "c"], '{"a":{"c":[0],"b":{"c":[1,{"c":[2]}]}}}', ["1", '{"c":[2]}']],
    ["through arrays", ["a", "b"], '{"a":[{"b":[1]},null,{"c":[2]},{"b":[3,4]}]}', ["1", "3", "4"]],
    ["in each document of an array", ["a"], '[{"a":[1]},{"a":[2]}]', ["1", "2"]],
    ["a name that holds a dot", ["a.b"], '{"a":{"b":[1]},"a.b":[2]}', ["2"]],
    ["a name twice", ["a", "b"], '{"a":{"b":[1]},"a":{"b":[2]}}', ["1", "2"]],
    ["a name beyond ASCII, written with escapes", ["grün"], '{"gr\\u00fcn":[1]}', ["1"]],
  ])("finds %s", (_name, path, text, elements) => {
    const whole = elementsOf([Buffer.from(text)], { path });
    expect([texts(whole), whole.error]).toEqual([elements, undefined]);
    expect(elementsOf(oneByOne(Buffer.from(text)), { path })).toEqual(whole);
  });

  test.each([
    ["where the document is an object", [], '{"a":[1]}', "OBJECT_CORRUPT"],
    ["where it ends in an object", ["a", "b"], '{"a":{"b":{}}}', "FORMAT_MISMATCH"],
    ["where it ends before", ["a", "b"], '{"a":[1,2]}', "FORMAT_MISMATCH"],
    ["where the document is cut off on the way", ["a", "b"], '{"a":[{"b":[1]}', "OBJECT_TRUNCATED"],
    ["where brackets on the way don't fit", ["a", "b"], '{"a":[{"b":[1]}}', "OBJECT_CORRUPT"],
  ])("fails %s", (_name, path, text, error) => {
    expect(elementsOf([Buffer.from(text)], { path }).error).toBe(error);
    expect(elementsOf(oneByOne(Buffer.from(text)), { path }).error).toBe(error);
  });
});

test("elements that are too large are cut when told so, whatever the chunks", () => {
  const bytes = Buffer.from('[{"a":"üüü"},{"b":1},"xyxyxyxyxy"]');
  const cut = (oversized: "split" | "truncate"): readonly string[] => {
    const options = { path: [], maxFrameBytes: 8, oversized };
    const whole = elementsOf([bytes], options);
    expect(elementsOf(oneByOne(bytes), options)).toEqual(whole);
    expect(whole.error).toBeUndefined();
    return whole.frames.map(utf8);
  };
  expect(cut("truncate")).toEqual(['1-9 {"a":"ü (truncated)', '16-23 {"b":1}', '24-32 "xyxyxyx (truncated)']);
  expect(cut("split")).toEqual([
    '1-9 {"a":"ü (split)',
    '9-15 üü"} (split)',
    '16-23 {"b":1}',
    '24-32 "xyxyxyx (split)',
    '32-36 yxy" (split)',
  ]);
});

describe.each(BOTH)("%s", (_, kernel) => {
  const options = kernel === null ? { kernel } : {};
  const of = (text: string): Framed => elementsOf([Buffer.from(text)], options);

  test.each([
    ["an element of each kind", '{"Records":[{"a":1},[1],"s",-1.5,true,null]}', ["0", "1", "2", "3", "4", "5"]],
    ["none", '{"Records":[ ]}', []],
    ["a name written with escapes", '{"R\\u0065cords":[{}]}', ["0"]],
    ["the array behind other members", '{"a":{"Records":[{}]},"b":[{"c":"]}"}],"Records":[{}]}', ["0"]],
    ["a member of that name that is no array first", '{"Records":null,"Records":[{}]}', ["0"]],
    ["two documents behind each other", '{"Records":[{}]}\n{"Records":[{}]}', ["0", "1"]],
  ])("takes %s", (_name, text, elements) => {
    const { frames, error } = of(text);
    expect([frames.length, error]).toEqual([elements.length, undefined]);
  });

  test.each([
    ["no array", '{"a":[{}]}', "FORMAT_MISMATCH", 0],
    ["another kind of value", '{"Records":{"a":1}}', "FORMAT_MISMATCH", 0],
    ["only deeper", '{"a":{"Records":[{}]}}', "FORMAT_MISMATCH", 0],
    ["no object", '"Records"', "OBJECT_CORRUPT", 0],
    ["an array of objects without one", '[{"a":[]},[{"Records":[]}]]', "FORMAT_MISMATCH", 0],
    ["no comma", '{"Records":[{} {}]}', "OBJECT_CORRUPT", 1],
    ["a comma too many", '{"Records":[{},]}', "OBJECT_CORRUPT", 1],
    ["the wrong bracket", '{"Records":[{},{"a":[1}]}', "OBJECT_CORRUPT", 1],
    ["something behind it", '{"Records":[{}]} x', "OBJECT_CORRUPT", 1],
    ["no colon", '{"Records"[{}]}', "OBJECT_CORRUPT", 0],
    ["two commas", '{"Records":[{},,{}]}', "OBJECT_CORRUPT", 1],
    ["a quote in between", '{"Records":[{}"x"]}', "OBJECT_CORRUPT", 1],
  ])("refuses %s, after what came before", (_name, text, code, elements) => {
    const { frames, error } = of(text);
    expect([error, frames.length]).toEqual([code, elements]);
  });

  test("says where", () => {
    const framer = new JsonArrayFramer(["Records"], options);
    const take: TakeBlock = () => {};
    framer.push(Buffer.from('{"Records":[{}'), take);
    expect(() => framer.push(Buffer.from(" {}]}"), take)).toThrow("expected after element (at decoded byte 15)");
    const cut = new JsonArrayFramer(["Records"], options);
    cut.push(Buffer.from('{"Records":[{}'), take);
    expect(() => cut.end()).toThrow("cut off, after element (at decoded byte 14)");
  });

  test("brackets nest to a limit", () => {
    const nested = (depth: number): string => `${"[".repeat(depth)}${"]".repeat(depth)}`;
    const inObject = (depth: number): string => `{"Records":[{},{"a":${nested(depth - 1)}},{}]}`;
    expect(of(inObject(MAX_DEPTH))).toMatchObject({ error: undefined });
    expect(of(inObject(MAX_DEPTH)).frames).toHaveLength(3);
    expect(of(inObject(MAX_DEPTH + 1))).toMatchObject({ error: "OBJECT_CORRUPT" });
    expect(of(inObject(MAX_DEPTH + 1)).frames).toHaveLength(1);
  });

  test("an element that is too long fails, whatever the chunks, after those before it", () => {
    const text = `{"Records":[{},"${"x".repeat(50)}",{}]}`;
    const few = { ...options, maxFrameBytes: 51 };
    expect(elementsOf([Buffer.from(text)], few)).toMatchObject({ error: "FRAME_TOO_LARGE", frames: ["12-14 {}"] });
    expect(elementsOf(oneByOne(Buffer.from(text)), few)).toMatchObject({
      error: "FRAME_TOO_LARGE",
      frames: ["12-14 {}"],
    });
    expect(elementsOf(oneByOne(Buffer.from(text)), { ...few, maxFrameBytes: 52 })).toMatchObject({ error: undefined });
  });

  test("more than the kernel holds at once: many elements, and one that is larger", () => {
    const many = `{"Records":[${Array.from({ length: 40_000 }, (_e, i) => `{"n":${i}}`).join(" ,\n")}]}`;
    expect(of(many).frames).toHaveLength(40_000);
    const capacity = jsonKernel()?.capacity ?? 0;
    const large = `{"Records":[{"a":1},{"b":"${'\\"'.repeat(capacity)}"},{"c":3},{"d":"${"y".repeat(capacity - 60)}"},{"e":5}]}`;
    const { frames, error } = of(large);
    expect([error, frames.length]).toEqual([undefined, 5]);
    expect(frames[4]).toMatch(/ {"e":5}$/);
  });
});
