import fc from "fast-check";
import { expect, test } from "vitest";
import { ByteWriter } from "../bytes/byte-writer.ts";
import { parseConfig } from "../config/parse-config.ts";
import { createPipeline } from "../pipeline.ts";
import { scriptedSink } from "../sink/scripted-sink.testing.ts";
import { testRecord } from "../testing/test-record.ts";
import { encodeLine, lineDocument } from "./line.ts";
import type { RecordView } from "./record.ts";

function line(record: RecordView): string {
  const out = new ByteWriter();
  encodeLine(record, out);
  return out.view().toString();
}

test.each([
  ["GET / 200", "GET / 200\n"],
  ['a "quoted" path\\name', 'a "quoted" path\\name\n'],
  ["drei, früh", "drei, früh\n"],
  ["two\nlines\n", "two\nlines\n\n"],
  ["a lone\rreturn", "a lone\rreturn\n"],
])("%j as it came", (message, expected) => {
  expect(line(testRecord({ message }))).toBe(expected);
});

test("JSON is the whole of it, not its message", () => {
  const record = testRecord({ message: "inside", json: { message: "inside", other: 1 } });
  expect(line(record)).toBe('{"message":"inside","other":1}\n');
});

test("the dead letters' document has the line", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", minLength: 1 }), (message) => {
      const text = line(testRecord({ message }));
      expect(text).toBe(`${message}\n`);
      expect(JSON.parse(Buffer.from(lineDocument(Buffer.from(text))).toString())).toEqual({ message });
    }),
  );
});

async function written(content: Uint8Array | string, config: object = {}): Promise<string[]> {
  const sink = scriptedSink(undefined, {
    encode: (record, out) => {
      encodeLine(record, out);
      return undefined;
    },
  });
  const bytes = Buffer.from(content);
  const body = async function* (): AsyncGenerator<Uint8Array> {
    yield bytes;
  };
  const reader = { read: async () => ({ etag: "e", size: bytes.length, body: body() }) };
  const transform = async () => (record: Readonly<Record<string, unknown>>) => [record, { message: 1 }];
  const pipeline = createPipeline(parseConfig({ sinks: { sink: { type: "sink" } }, ...config }, "test"), {
    sinks: async () => sink.definition,
    reader,
    transform,
  });
  await pipeline.objects([{ store: "s3", bucket: "b", key: "k" }]);
  return sink.sent.flatMap(({ lines }) => lines);
}

const CSV = { format: "csv", framing: { type: "csv" } };

test.each([
  ["text", ["plain", 'with "quotes"', "with \t tab and \\ backslash", "é€😀"], {}],
  [
    "JSON lines",
    ['{"level":"info","message":"in JSON"}', '{ "level": "info", "message": "spaced\\n" }', "{broken"],
    {},
  ],
  ["logfmt", ['level=info msg="a b" n=1', "level=info msg=other n=2"], {}],
  ["Lambda's", ["START RequestId: 1 Version: 2", "2026-01-02T03:04:05.678Z\t1\tINFO\thello"], { format: "lambda" }],
  ["CSV", ['1,"two, three"', "4,5"], CSV],
])("lines of %s as they were", async (_, lines, source) => {
  const header = source === CSV ? "a,b\n" : "";
  expect(await written(`${header}${lines.join("\n")}\n`, { sources: [source] })).toEqual(
    lines.map((each) => `${each}\n`),
  );
});

test("bytes that aren't UTF-8 as they were", async () => {
  const sink = scriptedSink(undefined, {
    encode: (record, out) => {
      const from = out.length;
      encodeLine(record, out);
      expect(out.view(from).toString("latin1")).toBe("caf\xe9\n");
      return undefined;
    },
  });
  const body = async function* (): AsyncGenerator<Uint8Array> {
    yield Buffer.from("caf\xe9\n", "latin1");
  };
  const reader = { read: async () => ({ etag: "e", size: 5, body: body() }) };
  const config = parseConfig({ sinks: { sink: { type: "sink" } } }, "test");
  const pipeline = createPipeline(config, { sinks: async () => sink.definition, reader });
  const { counts } = await pipeline.objects([{ store: "s3", bucket: "b", key: "k" }]);
  expect(counts).toMatchObject({ in: 1, delivered: { sink: 1 } });
});

const redact = (field: string): object => ({ process: [{ redact: { field, with: "[gone]" } }] });

test("nothing of what was redacted comes back: a line is its message, anything else its document", async () => {
  expect(await written("a secret line\n", redact("message"))).toEqual(["[gone]\n"]);
  const [json = ""] = await written('{"message":"fine","password":"secret"}\n', redact("json.password"));
  expect(JSON.parse(json)).toMatchObject({ message: "fine", json: { password: "[gone]" } });
  const [dropped = ""] = await written("a secret line\n", { process: [{ drop: ["message"] }] });
  expect(dropped).not.toContain("secret");
  expect(JSON.parse(dropped)).toMatchObject({ log: { offset: 0 } });
});

test("what a transform made", async () => {
  const lines = await written("a line\n", { process: [{ transform: "./two.js" }] });
  expect(lines[0]).toBe("a line\n");
  expect(lines).toHaveLength(2);
  expect(JSON.parse(lines[1] as string)).toMatchObject({ message: 1 });
});

test("programs' records: messages, or documents where there are fields", async () => {
  const lines: string[] = [];
  const sink = scriptedSink(undefined, {
    encode: (record, out) => {
      const from = out.length;
      encodeLine(record, out);
      lines.push(out.view(from).toString());
      return undefined;
    },
  });
  const config = parseConfig({ sinks: { sink: { type: "sink" } } }, "test");
  const pipeline = createPipeline(config, { sinks: async () => sink.definition });
  await pipeline.write([{ message: "alone" }, { message: "with", fields: { user: "x" } }]);
  expect(lines[0]).toBe("alone\n");
  expect(JSON.parse(lines[1] as string)).toMatchObject({ message: "with", json: { user: "x" } });
});
