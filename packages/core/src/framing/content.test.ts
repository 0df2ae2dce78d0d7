import { Buffer } from "node:buffer";
import { expect, test } from "vitest";
import { framingByContent } from "./by-content.ts";
import { ContentFramer, type Framing } from "./content.ts";
import { framed, oneByOne } from "./framed.testing.ts";

const MiB = 1024 * 1024;

test.each([
  ["lines", '{"a":1}\n{"a":2}\n', ['{"a":1}', '{"a":2}']],
  ["an array", ' {"Records":[{"a":1},{"a":2}]}', ['{"a":1}', '{"a":2}']],
])("the first bytes may change once they were taken: %s", (name, text, expected) => {
  const heads: string[] = [];
  const framer = new ContentFramer((head) => {
    heads.push(Buffer.from(head).toString());
    return name === "lines" ? "lines" : { array: "Records" };
  });
  const { frames } = framed(framer, oneByOne(Buffer.from(text)));
  expect({ heads, frames: frames.map((frame) => frame.slice(frame.indexOf(" ") + 1)) }).toEqual({
    heads: [text],
    frames: expected,
  });
});

/** The framing chosen, and the frames' number or the error. */
function chosen(text: string, chunks: (bytes: Buffer) => Iterable<Uint8Array> = (bytes) => [bytes]): unknown {
  let framing: Framing | undefined;
  const framer = new ContentFramer((head, last) => {
    framing = framingByContent(head, last);
    return framing;
  });
  const { frames, error } = framed(framer, chunks(Buffer.from(text)));
  return [framing, error ?? frames.length];
}

const large = `{"a":"${"x".repeat(300_000)}"}`;
const many = `{"a":1}\n`.repeat(1000);

test.each<[string, string, Framing, number | string]>([
  ["text", "a\nb\n", "lines", 2],
  ["nothing", "", "lines", 0],
  ["blank lines", "\n\n", "lines", 0],
  ["an object on each line", many, "lines", 1000],
  ["one object", '{"a":1}', "lines", 1],
  ["one object and a line end", '{"a":1}\r\n', "lines", 1],
  ["an object on each line, the last cut off", '{"a":1}\n{"a":', "lines", 2],
  ["an object on each line, large", `${large}\n${large}\n`, "lines", 2],
  ["an object and text on its line", '{"a":1} and more\n{"a":1}{"a":2}', "lines", 2],
  ["objects with commas between", '{"a":1},\n{"a":2}', "lines", 2],
  ["braces that are no JSON", "{a}{b}\n", "lines", 1],
  ["braces over lines that are no JSON", "{\na: 1\n}\n", "lines", 3],
  ["an object that isn't closed", '{\n"a":1,\n', "lines", 2],
  ["objects behind each other", '{"a":1}{"a":2}', "json", 2],
  ["objects behind each other, large", large + large, "json", 2],
  ["objects on a line after others on theirs", '{"a":1}\n{"a":2}{"a":3}\n', "json", 3],
  ["an object over several lines", '{\n  "a": 1\n}\n', "json", 1],
  ["objects over several lines, large", `{\n${large.slice(1)}\n{\n${large.slice(1)}`, "json", 2],
  ["record separators", '\x1e{"a":1}\n\x1e{"a":2}\n', "json", 2],
  ["an array of objects", ' [{"a":1}, {"a":2}]', { array: [] }, 2],
  ["an array of objects, large", `[${large},${large}]`, { array: [] }, 2],
  ["an array of objects over several lines", '[\n  {\n    "a": 1\n  }\n]\n', { array: [] }, 1],
  ["an array that is cut off", '[{"a":1},', { array: [] }, "OBJECT_TRUNCATED"],
  ["an array of something else", "[1,2]", "lines", 1],
  ["a line in brackets", "[2026-01-01] a\n[{x}] b\n", "lines", 2],
  ["brackets and braces that are no JSON", "[{x}] a\n", "lines", 1],
  ["an array and text behind its first element", '[{"a":1} b]\n', "lines", 1],
])("by content: %s", (_, text, framing, outcome) => {
  expect(chosen(text)).toEqual([framing, outcome]);
  const some = (bytes: Buffer): Uint8Array[] => [bytes.subarray(0, 5), bytes.subarray(5, 77), bytes.subarray(77)];
  expect(chosen(text, some)).toEqual([framing, outcome]);
  if (text.length < 10_000) expect(chosen(text, oneByOne)).toEqual([framing, outcome]);
});

test("a first object that has no end within a MiB is no reason to wait for more", () => {
  let asked = 0;
  const framer = new ContentFramer((head, last) => {
    asked = head.length;
    return framingByContent(head, last);
  });
  const chunk = Buffer.from("x".repeat(100_000));
  const chunks = [Buffer.from('{"a":"'), ...Array.from({ length: 30 }, () => chunk)];
  expect(framed(framer, chunks).frames).toHaveLength(1);
  expect(asked).toBeGreaterThanOrEqual(MiB);
  expect(asked).toBeLessThan(2 * MiB);
});

test.each([
  ["is no content", "\ufeffa\n\ufeffb\n", ["3-4 a", "5-9 \xef\xbb\xbfb"], 0],
  ["alone", "\ufeff", [], 0],
  ["before a blank line", "\ufeff\na", ["4-5 a"], 1],
  ["before an object", '\ufeff{"a":1}{"a":2}', ['3-10 {"a":1}', '10-17 {"a":2}'], 0],
  ["before an array", '\ufeff[{"a":1}]', ['4-11 {"a":1}'], 0],
])("a byte order mark %s", (_, text, frames, skipped) => {
  for (const chunks of [[Buffer.from(text)], oneByOne(Buffer.from(text))])
    expect(framed(new ContentFramer(framingByContent), chunks)).toEqual({ frames, skipped, error: undefined });
});

test.each(["\xef", "\xef\xbb", "\xff", "\xfe", "\xefa", "\xef\xbba"])("the beginning of one is content: %j", (text) => {
  const bytes = Buffer.from(text, "latin1");
  for (const chunks of [[bytes], oneByOne(bytes)])
    expect(framed(new ContentFramer(framingByContent), chunks).frames).toEqual([`0-${bytes.length} ${text}`]);
});
