import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ByteWriter } from "../bytes/byte-writer.ts";
import type { SluiceError } from "../errors.ts";
import type { TakeBlock } from "./frame.ts";
import { JsonArrayFramer } from "./json-array.ts";
import { jsonKernel } from "./json-kernel.ts";
import { MAX_DEPTH } from "./json-skip.ts";

interface Framed {
  /** `start-end text` of each element. */
  readonly frames: readonly string[];
  readonly error: string | undefined;
}

const BOTH = [
  ["with the kernel", undefined],
  ["without", null],
] as const;

type Options = NonNullable<ConstructorParameters<typeof JsonArrayFramer>[1]>;

function framed(chunks: Iterable<Uint8Array>, options: Options = {}): Framed {
  const framer = new JsonArrayFramer("Records", options);
  const frames: string[] = [];
  const take: TakeBlock = ({ bytes, base, count, from, to, escaped }) => {
    for (let i = 0; i < count; i++) {
      const frame = Buffer.from(bytes.subarray(from[i], to[i]));
      frames.push(`${base + (from[i] as number)}-${base + (to[i] as number)} ${frame.toString("utf8")}`);
      if (escaped === undefined) continue;
      const out = new ByteWriter();
      out.jsonText(frame, 0, frame.length);
      expect(Buffer.from(escaped.bytes.subarray(escaped.from[i], escaped.to[i])).equals(out.view())).toBe(true);
      const other = frame.some((byte) => byte < 0x20 || byte === 0x5c);
      expect(escaped.quotes[i]).toBe(other ? -1 : frame.filter((byte) => byte === 0x22).length);
    }
  };
  try {
    for (const chunk of chunks) {
      // The chunk is the framer's only while it takes it.
      const lent = Uint8Array.from(chunk);
      framer.push(lent, take);
      lent.fill(0x22);
    }
    framer.end();
    return { frames, error: undefined };
  } catch (error) {
    return { frames, error: (error as SluiceError).code };
  }
}

const bytesOf = (text: string): Buffer[] => [...Buffer.from(text)].map((byte) => Buffer.of(byte));
const spans = ({ frames }: Framed): string[] => frames.map((frame) => frame.slice(frame.indexOf(" ") + 1));

function chunked(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
  return places.slice(1).map((end, i) => bytes.subarray(places[i], end));
}

/** A value as JSON with white space of any kind in it, and the texts of an array's elements as they stand there. */
const TRICKY = [
  '"',
  "\\",
  "{",
  "}",
  "[",
  "]",
  ",",
  ":",
  '\\"',
  "\\\\",
  "\n",
  "\t",
  "\u0001",
  "ü",
  "😀",
  "Records",
  "a",
];
const tricky = fc.array(fc.constantFrom(...TRICKY), { maxLength: 12 }).map((parts) => parts.join(""));
const long = fc.nat({ max: 200 }).map((size) => "x\\".repeat(size));
const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.constantFrom(null, true, false, 0, -1.5e-7),
    tricky,
    long,
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(tricky, tie("value"), { maxKeys: 4 }),
  ),
}));
const object = fc.dictionary(tricky, value, { maxKeys: 5 });
const spaces = fc.array(fc.constantFrom("", "", " ", "\n", "\r\n", "\t  "), { minLength: 9, maxLength: 9 });
const indent = fc.constantFrom(undefined, 1, "\t");
const others = fc.dictionary(
  tricky.filter((name) => name !== "Records"),
  value,
  { maxKeys: 2 },
);

interface Made {
  readonly text: string;
  readonly elements: readonly string[];
}

const document = fc
  .record({
    elements: fc.array(fc.oneof({ weight: 4, arbitrary: object }, value), { maxLength: 6 }),
    spaces,
    indent,
    before: others,
    after: others,
  })
  .map(({ elements, spaces: s, indent: by, before, after }): Made => {
    const texts = elements.map((element) => JSON.stringify(element, null, by));
    const members = (all: object): string[] =>
      Object.entries(all).map(([name, each]) => `${JSON.stringify(name)}${s[7]}:${s[8]}${JSON.stringify(each)}`);
    const array = `"Records"${s[0]}:${s[1]}[${s[2]}${texts.join(`${s[3]},${s[4]}`)}${s[5]}]`;
    const all = [...members(before), array, ...members(after)].join(`${s[6]},`);
    return { text: `${s[0]}{${s[1]}${all}${s[2]}}${s[3]}`, elements: texts };
  });

describe("any document", () => {
  test("in any chunks gives the elements' texts and places", () => {
    const cuts = fc.array(fc.nat(), { maxLength: 8 });
    const property = fc.property(document, cuts, ({ text, elements }, places) => {
      JSON.parse(text);
      const bytes = Buffer.from(text);
      const whole = framed([bytes]);
      expect(whole.error).toBeUndefined();
      expect(spans(whole)).toEqual(elements);
      for (const frame of whole.frames) {
        const [, from, to] = /^(\d+)-(\d+) /.exec(frame) as unknown as [string, string, string];
        expect(frame.slice(from.length + to.length + 2)).toBe(bytes.subarray(Number(from), Number(to)).toString());
      }
      for (const [, kernel] of BOTH) {
        const options = kernel === null ? { kernel } : {};
        expect(framed([bytes], options)).toEqual(whole);
        expect(framed(chunked(bytes, places), options)).toEqual(whole);
        expect(framed(bytesOf(text), options)).toEqual(whole);
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
        const { frames, error } = framed([bytes.subarray(0, size)]);
        expect(error).toBe(size <= start ? undefined : "OBJECT_TRUNCATED");
        const given = frames.map((frame) => frame.slice(frame.indexOf(" ") + 1));
        expect(given).toEqual(elements.slice(0, given.length));
        const ends = frames.map((frame) => Number(/-(\d+) /.exec(frame)?.[1]));
        expect(ends.every((each) => each <= size)).toBe(true);
        expect(framed([bytes.subarray(0, size)], { kernel: null })).toEqual({ frames, error });
      }
    });
    fc.assert(property, { numRuns: 60 });
  });

  test("with any byte changed gives the same with and without the kernel, and never what isn't there", () => {
    const property = fc.property(document, fc.nat(), fc.nat(255), ({ text }, place, byte) => {
      const bytes = Buffer.from(text);
      bytes[place % bytes.length] = byte;
      const whole = framed([bytes]);
      expect(framed([bytes], { kernel: null })).toEqual(whole);
      expect(framed([...bytes].map((each) => Buffer.of(each)))).toEqual(whole);
      if (whole.error === undefined) return;
      expect(["OBJECT_TRUNCATED", "OBJECT_CORRUPT", "FORMAT_MISMATCH"]).toContain(whole.error);
    });
    fc.assert(property, { numRuns: 2000 });
  });
});

describe.each(BOTH)("%s", (_, kernel) => {
  const options = kernel === null ? { kernel } : {};
  const of = (text: string): Framed => framed([Buffer.from(text)], options);

  test.each([
    ["an element of each kind", '{"Records":[{"a":1},[1],"s",-1.5,true,null]}', ["0", "1", "2", "3", "4", "5"]],
    ["none", '{"Records":[ ]}', []],
    ["a byte order mark", '\ufeff{"Records":[{}]}', ["0"]],
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
    ["no object", '[{"Records":[]}]', "OBJECT_CORRUPT", 0],
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
    const framer = new JsonArrayFramer("Records", options);
    const take: TakeBlock = () => {};
    framer.push(Buffer.from('{"Records":[{}'), take);
    expect(() => framer.push(Buffer.from(" {}]}"), take)).toThrow("expected after element (at decoded byte 15)");
    const cut = new JsonArrayFramer("Records", options);
    cut.push(Buffer.from('{"Records":[{}'), take);
    expect(() => cut.end()).toThrow("after 14 decoded bytes");
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
    expect(framed([Buffer.from(text)], few)).toMatchObject({ error: "FRAME_TOO_LARGE", frames: ["12-14 {}"] });
    expect(framed(bytesOf(text), few)).toMatchObject({ error: "FRAME_TOO_LARGE", frames: ["12-14 {}"] });
    expect(framed(bytesOf(text), { ...few, maxFrameBytes: 52 })).toMatchObject({ error: undefined });
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
