import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { NO_DEADLINE, type RecordView, type Sink } from "@sluice/core";
import { encodeBatch, testRecord } from "@sluice/core/testing";
import { expect, onTestFinished, test } from "vitest";
import { fileOptions } from "./options.ts";
import { MAX_OPEN_FILES } from "./output-files.ts";
import { createFileSink } from "./sink.ts";

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "sluice-file-sink-"));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return path;
}

const make = (options: Record<string, unknown>, baseDir: string): Sink =>
  createFileSink(fileOptions.parse(options), baseDir);

const send = async (sink: Sink, ...records: readonly RecordView[]): Promise<unknown> =>
  sink.send(encodeBatch(sink, records), {
    signal: new AbortController().signal,
    attempt: 1,
    deadline: NO_DEADLINE,
    again: false,
  });

const messages = (text: string): string[] =>
  text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line).message);

test("a run replaces what an earlier one left, unless told to append", async () => {
  const dir = await folder();
  for (const append of [false, false, true]) {
    const sink = make({ path: "a/b.ndjson", append }, dir);
    await send(sink, testRecord({ message: "one" }));
    await send(sink, testRecord({ message: "two" }));
    await sink.close?.();
  }
  expect(messages(await readFile(join(dir, "a/b.ndjson"), "utf8"))).toEqual(["one", "two", "one", "two"]);
});

test("batches of invocations that share the sink don't overwrite each other", async () => {
  const dir = await folder();
  const sink = make({ path: "a.ndjson" }, dir);
  const all = Array.from({ length: 20 }, (_, i) => "x".repeat(i + 1));
  await Promise.all(all.map((message) => send(sink, testRecord({ message }))));
  await sink.close?.();
  expect(messages(await readFile(join(dir, "a.ndjson"), "utf8"))).toEqual(all);
});

test("what is appended doesn't run into a line that a killed run left half-written", async () => {
  const dir = await folder();
  await writeFile(join(dir, "a.ndjson"), '{"message":"one"}\n{"mess');
  const sink = make({ path: "a.ndjson", append: true }, dir);
  await send(sink, testRecord({ message: "two" }));
  await sink.close?.();
  const [first, torn, last] = (await readFile(join(dir, "a.ndjson"), "utf8")).split("\n") as [string, string, string];
  expect([...messages(first), torn, ...messages(last)]).toEqual(["one", '{"mess', "two"]);
});

test("what can't be written is told once", async () => {
  const dir = await folder();
  await writeFile(join(dir, "a"), "");
  const sink = make({ path: "a/b.ndjson" }, dir);
  expect(await send(sink, testRecord({ message: "one" }))).toEqual({
    kind: "unavailable",
    reason: { code: "EEXIST", message: expect.stringMatching(/^file already exists/) },
  });
});

test("batches become gzip members that read as one", async () => {
  const dir = await folder();
  const sink = make({ path: "a.ndjson.gz", compression: "gzip" }, dir);
  await send(sink, testRecord({ message: "one" }), testRecord({ message: "two" }));
  await send(sink, testRecord({ message: "three" }));
  await sink.close?.();
  expect(messages(gunzipSync(await readFile(join(dir, "a.ndjson.gz"))).toString())).toEqual(["one", "two", "three"]);
});

test("records go to files by dataset and hour, none of them outside", async () => {
  const dir = await folder();
  const sink = make({ path: "{dataset}/{yyyy}-{MM}-{dd}T{HH}.ndjson" }, dir);
  await send(sink, testRecord({ dataset: "aws.elb_logs", timestamp: Date.UTC(2026, 1, 3, 4, 59) }));
  await send(sink, testRecord({ dataset: "..", timestamp: Date.UTC(2026, 1, 3, 5) }));
  await send(sink, testRecord({ dataset: "../../x", timestamp: Date.UTC(2026, 1, 3, 5) }));
  await sink.close?.();
  const found = await readdir(dir, { recursive: true, withFileTypes: true });
  const files = found.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  expect(files.map((file) => file.slice(dir.length + 1)).sort()).toEqual([
    ".._.._x/2026-02-03T05.ndjson",
    "_/2026-02-03T05.ndjson",
    "aws.elb_logs/2026-02-03T04.ndjson",
  ]);
});

test("a file closed to make room is gone on with", async () => {
  const dir = await folder();
  const sink = make({ path: "{dataset}.ndjson" }, dir);
  for (let round = 0; round < 2; round++)
    for (let i = 0; i <= MAX_OPEN_FILES; i++) await send(sink, testRecord({ dataset: `d${i}`, message: `${round}` }));
  await sink.close?.();
  const texts = await Promise.all((await readdir(dir)).map((name) => readFile(join(dir, name), "utf8")));
  expect(texts.map(messages)).toEqual(Array.from({ length: MAX_OPEN_FILES + 1 }, () => ["0", "1"]));
});

test("an unknown placeholder is refused", () => {
  const message = fileOptions.safeParse({ path: "{day}.ndjson" }).error?.issues[0]?.message;
  expect(message).toMatch(/^expected no placeholders but \{dataset\}/);
});
