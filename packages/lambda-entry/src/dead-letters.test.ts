import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { DeadLetter, UnitLetter } from "@sluice/core";
import { describe, expect, onTestFinished, test } from "vitest";
import { createDeadLetterStore } from "./dead-letters.ts";
import { bodyOf, localServer } from "./testing/local-server.testing.ts";
import { tempFolder } from "./testing/temp-folder.testing.ts";

const never = new AbortController().signal;
const letter = (document: string, json: boolean): DeadLetter => ({
  id: "1k-0-5",
  sink: "search",
  at: Date.UTC(2026, 0, 1),
  status: 400,
  reason: { code: "mapper_parsing_exception", message: "no" },
  origin: { "aws.s3.bucket.name": "logs" },
  start: 0,
  end: 5,
  document: Buffer.from(document),
  json,
});
const COMMON = {
  v: 1,
  id: "1k-0-5",
  sink: "search",
  at: "2026-01-01T00:00:00.000Z",
  status: 400,
  reason: { code: "mapper_parsing_exception", message: "no" },
  origin: { "aws.s3.bucket.name": "logs" },
  start: 0,
  end: 5,
};

test("no deadLetter in the config is no store", () => {
  expect(createDeadLetterStore(undefined, { cwd: "." })).toBeUndefined();
});

describe("file", () => {
  test("keeps one letter a line, the document as JSON or as text", async () => {
    const cwd = await tempFolder(onTestFinished);
    const store = createDeadLetterStore({ type: "file", path: "dead" }, { cwd });
    await store?.put("search/1k.ndjson", [letter('{"a":\n1}', true), letter('not "json"\n', false)], never);
    const text = await readFile(join(cwd, "dead/search/1k.ndjson"), "utf8");
    expect(text.endsWith("\n")).toBe(true);
    expect(
      text
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line)),
    ).toEqual([
      { ...COMMON, document: { a: 1 } },
      { ...COMMON, text: 'not "json"\n' },
    ]);
  });

  test("keeps units that nobody can read, their bytes in base64", async () => {
    const cwd = await tempFolder(onTestFinished);
    const store = createDeadLetterStore({ type: "file", path: "dead" }, { cwd });
    const unit = {
      kind: "kinesis",
      id: "49590",
      source: "arn:aws:kinesis:eu-west-1:1:stream/s",
      receiveCount: 1,
    } as const;
    const { id, at, reason, origin } = letter("", true);
    const common = { kind: "unit", id, sink: null, at, reason, origin, unit, records: 0 } as const;
    const bytes = Buffer.from([0x1f, 0x8b, 0xff]);
    const letters: UnitLetter[] = [
      { ...common, document: bytes, form: "base64" },
      { ...common, document: Buffer.from("{ cut"), form: "text" },
      { ...common, document: Buffer.from('{"bucket":"b"}'), form: "json" },
    ];
    await store?.put("undecodable/k.ndjson", letters, never);
    const lines = (await readFile(join(cwd, "dead/undecodable/k.ndjson"), "utf8")).trimEnd().split("\n");
    const head = { v: 1, kind: "unit", id, sink: null, at: COMMON.at, reason, origin, unit, records: 0 };
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      { ...head, base64: "H4v/" },
      { ...head, text: "{ cut" },
      { ...head, document: { bucket: "b" } },
    ]);
  });

  test("replaces the file of the same key and leaves no draft behind", async () => {
    const cwd = await tempFolder(onTestFinished);
    const store = createDeadLetterStore({ type: "file", path: "dead" }, { cwd });
    await store?.put("k", [letter("{}", true), letter("{}", true)], never);
    await store?.put("k", [letter('{"again":true}', true)], never);
    expect(await readdir(join(cwd, "dead"))).toEqual(["k"]);
    expect(JSON.parse(await readFile(join(cwd, "dead/k"), "utf8")).document).toEqual({ again: true });
  });

  test("never leaves its folder", async () => {
    const cwd = await tempFolder(onTestFinished);
    const store = createDeadLetterStore({ type: "file", path: "dead" }, { cwd });
    await expect(store?.put("../k", [letter("{}", true)], never)).rejects.toMatchObject({ code: "DEAD_LETTER_FAILED" });
    expect(await readdir(cwd)).toEqual([]);
  });

  test("fails when the folder can't be made", async () => {
    const cwd = await tempFolder(onTestFinished, { dead: "a file" });
    const store = createDeadLetterStore({ type: "file", path: "dead" }, { cwd });
    await expect(store?.put("k", [letter("{}", true)], never)).rejects.toMatchObject({ code: "DEAD_LETTER_FAILED" });
  });
});

describe("s3", () => {
  test("puts one object under prefix and key, with a checksum", async () => {
    let body = "";
    const server = await localServer(onTestFinished, async (request, response) => {
      body = await bodyOf(request);
      response.end();
    });
    const store = createDeadLetterStore({ type: "s3", bucket: "b", prefix: "dead/" }, { cwd: ".", aws: server.aws });
    await store?.put("search/1k.ndjson", [letter("{}", true)], never);
    const [request] = server.requests;
    expect(`${request?.method} ${request?.url}`).toBe("PUT /b/dead/search/1k.ndjson?x-id=PutObject");
    expect(request?.headers["x-amz-checksum-crc32"]).toBeTypeOf("string");
    expect(JSON.parse(body)).toEqual({ ...COMMON, document: {} });
  });

  test("fails when S3 refuses", async () => {
    const server = await localServer(onTestFinished, (_, response) =>
      response.writeHead(403).end("<Error><Code>AccessDenied</Code></Error>"),
    );
    const store = createDeadLetterStore({ type: "s3", bucket: "b", prefix: "" }, { cwd: ".", aws: server.aws });
    const put = store?.put("k", [letter("{}", true)], never);
    await expect(put).rejects.toMatchObject({
      code: "DEAD_LETTER_FAILED",
      message: expect.stringContaining("AccessDenied"),
    });
  });
});
