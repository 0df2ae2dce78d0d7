import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { Writable } from "node:stream";
import { type Sink, silentLogger } from "@sluice/core";
import { encodeBatch, type SinkHarness, sendCall, sinkContract, testRecord } from "@sluice/core/testing";
import { describe, expect, onTestFinished, test } from "vitest";
import { tempFolder } from "../testing/temp-folder.testing.ts";
import file from "./file/index.ts";
import stdout from "./stdout/index.ts";
import { createStdoutSink } from "./stdout/sink.ts";

const RECORDS = [testRecord({ message: "one" }), testRecord({ message: "two", start: 4 })];
const fileSink = (baseDir: string, given: object): Sink => {
  const context = { name: "out", baseDir, logger: silentLogger };
  return file.create(file.options.parse(given), context) as Sink;
};
const messagesOf = (text: string) =>
  text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line).message);
const sendAll = (sink: Sink) => sink.send(encodeBatch(sink, RECORDS), sendCall());

const HARNESSES: readonly SinkHarness[] = [
  { name: "stdout", create: () => createStdoutSink(new Writable()) },
  { name: "file", create: () => fileSink("/nowhere", { path: "out.ndjson" }) },
];
for (const each of HARNESSES)
  describe(each.name, () => {
    for (const { name, run } of sinkContract(each)) test(name, run);
  });

describe("file", () => {
  test("makes its folders and writes a document a line, with its id", async () => {
    const cwd = await tempFolder(onTestFinished);
    const sink = fileSink(cwd, { path: "a/b/out.ndjson" });
    expect(await sendAll(sink)).toEqual({ kind: "delivered" });
    expect(await sendAll(sink)).toEqual({ kind: "delivered" });
    await sink.close?.();
    const text = await readFile(join(cwd, "a/b/out.ndjson"), "utf8");
    expect(messagesOf(text)).toEqual(["one", "two", "one", "two"]);
    expect(JSON.parse(text.split("\n")[1] as string).sluice.id).toMatch(/-4-7$/);
  });

  test("is replaced by the next run, unless it is to be appended to", async () => {
    const cwd = await tempFolder(onTestFinished);
    for (const append of [false, false, true]) {
      const sink = fileSink(cwd, { path: "out", append });
      await sendAll(sink);
      await sink.close?.();
    }
    expect(messagesOf(await readFile(join(cwd, "out"), "utf8"))).toEqual(["one", "two", "one", "two"]);
  });

  test("is not touched by a sink that sends nothing", async () => {
    const cwd = await tempFolder(onTestFinished, { out: "before" });
    await fileSink(cwd, { path: "out" }).close?.();
    expect((await stat(join(cwd, "out"))).size).toBe(6);
  });

  test("says why it can't be written, and is tried anew", async () => {
    const cwd = await tempFolder(onTestFinished, { folder: "a file" });
    const sink = fileSink(cwd, { path: "folder/out" });
    expect(await sendAll(sink)).toMatchObject({ kind: "unavailable", reason: { code: expect.stringMatching(/^E/) } });
    expect(await sendAll(sink)).toMatchObject({ kind: "unavailable" });
  });
});

describe("stdout", () => {
  test("takes no options", () => {
    expect(stdout.options.safeParse({ path: "x" }).success).toBe(false);
  });

  test("is delivered once the stream has taken the bytes", async () => {
    const taken = Promise.withResolvers<() => void>();
    const slow = new Writable({ write: (_chunk, _encoding, done) => taken.resolve(done) });
    const result = sendAll(createStdoutSink(slow)).then(({ kind }) => kind);
    const done = await taken.promise;
    expect(await Promise.race([result, Promise.resolve("waiting")])).toBe("waiting");
    done();
    expect(await result).toBe("delivered");
  });

  test("that nobody reads any more is unavailable and ends nothing", async () => {
    const broken = new Writable({
      write: (_chunk, _encoding, done) => done(Object.assign(new Error("write EPIPE"), { code: "EPIPE" })),
    });
    const sink = createStdoutSink(broken);
    expect(await sendAll(sink)).toMatchObject({ kind: "unavailable", reason: { code: "EPIPE" } });
    expect(await sendAll(sink)).toMatchObject({ kind: "unavailable", reason: { code: "ERR_STREAM_DESTROYED" } });
  });
});
