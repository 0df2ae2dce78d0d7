import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { ByteWriter } from "../../bytes/byte-writer.ts";
import { testRecord } from "../../testing/test-record.ts";
import { encodeDocument } from "../document.ts";
import { editable, settle } from "../edited.ts";
import { encodeLine } from "../line.ts";
import { setMember } from "../members.ts";
import { objectOrigin } from "../origin.ts";
import { ARRIVAL, readRecords, settingsOf } from "../read-records.testing.ts";
import { type RecordCursor, type RecordView, writeId } from "../record.ts";
import { RecordReader } from "../record-reader.ts";
import { formatNamed } from "./index.ts";

const OBJECTS = fileURLToPath(new URL("../../../../../fixtures/objects/", import.meta.url));

function text(write: (out: ByteWriter) => void): string {
  const out = new ByteWriter(1024);
  write(out);
  return out.view().toString("utf8");
}

const document = (record: RecordView): string => text((out) => encodeDocument(record, out));
const archived = (record: RecordView): string => text((out) => encodeDocument(record, out, { id: true }));
const idOf = (record: RecordView): string => text((out) => writeId(record, out));

interface Kept {
  readonly id: string;
  readonly document: string;
  readonly dataset: string;
  readonly namespace: string;
  readonly timestamp: number;
  readonly timestampFrom: string;
  readonly message: string;
}

function kept(record: RecordView): Kept {
  const { timestamp, timestampFrom, context } = record;
  const { dataset, namespace } = context;
  const message = String(record.get("message"));
  return { id: idOf(record), document: document(record), dataset, namespace, timestamp, timestampFrom, message };
}

function readBack<T>(lines: string, take: (record: RecordCursor) => T): { all: T[]; unparsed: number } {
  const all: T[] = [];
  const counts = { in: 0, skipped: 0, unparsed: 0 };
  const origin = objectOrigin({ store: "s3", bucket: "archive", key: "k" }, "other", undefined, ARRIVAL);
  const settings = settingsOf({ format: formatNamed("sluice") });
  const reader = new RecordReader(origin, settings, "k", counts, (record) => all.push(take(record)));
  const framer = reader.framer({ maxFrameBytes: 16 * 1024 * 1024 });
  framer.push(Buffer.from(lines), (block) => reader.read(block));
  framer.end((block) => reader.read(block));
  return { all, unparsed: counts.unparsed };
}

const fixtures = readdirSync(OBJECTS, { recursive: true, encoding: "utf8" })
  .filter(
    (name) =>
      statSync(join(OBJECTS, name)).isFile() && /(?<!truncated|-cut)\.(?:log|json|ndjson|txt)(?:\.gz)?$/.test(name),
  )
  .map((name) => [name] as const);

test.each(["ecs", "otel"].flatMap((names) => fixtures.map(([name]) => [names, name] as const)))(
  "%s documents of %s come back as they were",
  (names, name) => {
    const bytes = readFileSync(join(OBJECTS, name));
    const content = bytes[0] === 0x1f ? gunzipSync(bytes) : bytes;
    const first: Kept[] = [];
    let lines = "";
    const counts = { in: 0, skipped: 0, unparsed: 0 };
    const ref = { store: "s3", bucket: name.split("/")[0] as string, key: name, region: "eu-west-1" } as const;
    const origin = objectOrigin(ref, "e", undefined, ARRIVAL);
    const reader = new RecordReader(origin, settingsOf({ otel: names === "otel" }), name, counts, (record) => {
      first.push(kept(record));
      lines += `${archived(record)}\n`;
    });
    const framer = reader.framer({ maxFrameBytes: 1024 * 1024 });
    framer.push(content, (block) => reader.read(block));
    framer.end((block) => reader.read(block));
    const { all, unparsed } = readBack(lines, kept);
    expect(unparsed).toBe(0);
    // Which of the two a borrowed time is, documents of OpenTelemetry don't say.
    const same = ({ timestampFrom, ...rest }: Kept): object =>
      names === "ecs" ? { ...rest, timestampFrom } : { ...rest, borrowed: timestampFrom !== "record" };
    expect(all.map(same)).toEqual(first.map(same));
  },
);

test("an output of a transform keeps its part, a changed document its members, and the archive writes it again as it was", () => {
  const record = editable(testRecord({ message: 'say "hi"', part: 2 ** 48 + 3, json: { a: 1.1e30 } }) as RecordCursor);
  setMember(record.edited as never, "labels.tenant", "t1");
  settle(record);
  const line = archived(record);
  const { all } = readBack(`${line}\n`, (each) => ({
    ...kept(each),
    tenant: each.get("labels.tenant"),
    again: archived(each),
  }));
  expect(all).toEqual([{ ...kept(record), tenant: "t1", again: line }]);
  expect(all[0]?.id).toMatch(/\.281474976710659$/);
});

test("its origin is what routes and keys go by, and changes from line to line", () => {
  const fields = (n: number): Record<string, string> => ({ "aws.s3.bucket.name": `b${n}`, "cloud.account.id": "12" });
  const lines = [0, 0, 1].map((n) => `${archived(testRecord({ dataset: `set${n}`, fields: fields(n) }))}\n`);
  const { all } = readBack(lines.join(""), (record) => [
    record.get("aws.s3.bucket.name"),
    record.context.origin.constants.get("cloud.account.id"),
    record.get("event.dataset"),
    record.get("sluice.id") !== undefined,
  ]);
  expect(all).toEqual([
    ["b0", "12", "set0", true],
    ["b0", "12", "set0", true],
    ["b1", "12", "set1", true],
  ]);
});

test("a document written anew by others keeps its id and loses the member all the same", () => {
  const record = testRecord({ timestampFrom: "object" });
  const spaced = JSON.stringify(JSON.parse(archived(record)), undefined, 1).replaceAll("\n", "");
  const { all } = readBack(spaced, (each) => [idOf(each), JSON.parse(document(each)), each.timestampFrom]);
  expect(all).toEqual([[idOf(record), JSON.parse(document(record)), "object"]]);
});

test("a changed copy has the document's members, and the archive's id", () => {
  const line = archived(testRecord({ message: "a" }));
  const { all } = readBack(line, (record) => {
    const copy = editable(record);
    setMember(copy.edited as never, "labels.x", "y");
    settle(copy);
    return [idOf(copy), JSON.parse(document(copy))];
  });
  expect(all).toEqual([
    [
      idOf(testRecord()).replace(/-0-6$/, "-0-1"),
      { ...JSON.parse(document(testRecord({ message: "a" }))), labels: { x: "y" } },
    ],
  ]);
});

test("a sink of lines gets the whole document: nothing of it is lost", () => {
  const line = archived(testRecord());
  expect(readBack(line, (record) => text((out) => encodeLine(record, out))).all).toEqual([`${line}\n`]);
});

test.each([
  ["no id", '{"@timestamp":"2026-01-02T03:04:05.678Z","message":"m"}'],
  ["an id of another kind", '{"@timestamp":"2026-01-02T03:04:05.678Z","message":"m","sluice":{"id":"abc"}}'],
  ["no time", `{"message":"m","sluice":{"id":"1${"0".repeat(32)}-0-1"}}`],
  ["an end before its start", `{"@timestamp":"2026-01-02T03:04:05Z","sluice":{"id":"1${"0".repeat(32)}-2-1"}}`],
  ["no JSON", "a line"],
])("%s: goes on as a line of the archive's object, and says so", (_, line) => {
  const good = archived(testRecord());
  const { all, unparsed } = readBack(`${good}\n${line}\n${good}`, (record) => [idOf(record), record.get("message")]);
  expect(unparsed).toBe(1);
  expect(all[1]?.[1]).toBe(line);
  expect(all[1]?.[0]).not.toBe(all[0]?.[0]);
  expect(all[2]).toEqual(all[0]);
});

test("no content is taken for it: what a line says of itself is no proof", () => {
  expect(readRecords(`${archived(testRecord())}\n`).format).toBe("json");
});
