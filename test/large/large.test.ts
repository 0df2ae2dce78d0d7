import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test } from "vitest";
import { unzip, ZIP } from "../chaos/stand/stand.ts";
import { KINDS, type Kind, makeObject } from "./object/kinds.ts";
import { isKept, type LargeOptions, type LargeResult, lineOf, runLarge } from "./run.ts";
import { ElasticsearchTarget } from "./target/elasticsearch.ts";
import { StubTarget } from "./target/stub.ts";
import type { Target } from "./target/target.ts";

// The small form of `pnpm large`. README.md says how it works and what is counted.

const LINE_BYTES = 2000;

function streamName(): string {
  return `logs-large.t${randomBytes(6).toString("hex")}-default`;
}

describe("the object", () => {
  test.each([LINE_BYTES, 97])("of lines of %i bytes is one gzip member that expands to the plain one", (lineBytes) => {
    const [plain, gzip] = KINDS.map((kind) => makeObject(kind, 3_000_000, lineBytes).object);
    const text = plain?.read(0, plain.size) ?? Buffer.alloc(0);
    const packed = gzip?.read(0, gzip.size) ?? Buffer.alloc(0);
    const { buffer, engine } = gunzipSync(packed, { info: true }) as unknown as Unzipped;
    expect(buffer.equals(text)).toBe(true);
    expect(engine.bytesWritten).toBe(packed.length);
    expect(packed.length).toBeLessThan(text.length / 3);
  });

  test.each(KINDS)("%s: any part of it is the same, whoever asks", (kind) => {
    const { object } = makeObject(kind, 3_000_000, LINE_BYTES);
    const whole = object.read(0, object.size);
    const pieces = [0, 1, 9, 11, 4711, 300_000, 333_333, object.size - 9, object.size];
    for (const [i, start] of pieces.slice(0, -1).entries()) {
      const end = pieces[i + 1] as number;
      expect(object.read(start, end).equals(whole.subarray(start, end))).toBe(true);
    }
  });

  test("holds each serial once, one a line", () => {
    const { object, text, records } = makeObject("plain", 3_000_000, LINE_BYTES);
    const lines = object.read(0, object.size).toString("latin1").split("\n");
    expect(lines.pop()).toBe("");
    const serials = lines.map((line) => text.serialIn(Buffer.from(line), 0, line.length));
    expect(serials).toEqual(Array.from({ length: records }, (_, serial) => serial));
  });
});

interface Unzipped {
  readonly buffer: Buffer;
  readonly engine: { readonly bytesWritten: number };
}

/** Where a few lines are put by this test itself. */
async function targets(): Promise<{ readonly name: string; readonly url: string; readonly target: Target }[]> {
  const { text, records } = makeObject("plain", 1, LINE_BYTES);
  const name = streamName();
  const stub = await new StubTarget(text, records).open();
  const elasticsearch = await new ElasticsearchTarget(inject("esUrl"), name, text, records).open();
  return [stub, elasticsearch].map((target) => ({ name, url: String(target.sink.url), target }));
}

describe("it would be noticed", () => {
  test("that lines are lost, doubled, or not as they were", async () => {
    const { object, records } = makeObject("plain", 1, LINE_BYTES);
    const lines = object.read(0, object.size).toString("latin1").split("\n").slice(0, -1);
    const sent = [
      ...lines.slice(2).map((line, i) => [`id ${i}`, line]),
      ["id 0", lines[2]],
      ["another", lines[3]],
      ["cut", lines[0]?.slice(0, -1)],
    ];
    const document = (message: string | undefined): string =>
      JSON.stringify({ "@timestamp": "2026-11-20T07:41:09.512Z", message });
    for (const { name, url, target } of await targets()) {
      onTestFinished(() => target.close());
      const bulk = sent.map(
        ([_id, message]) => `{"create":${JSON.stringify({ _index: name, _id })}}\n${document(message)}\n`,
      );
      const headers = { "content-type": "application/x-ndjson" };
      const answer = await fetch(`${url}/_bulk`, { method: "POST", headers, body: bulk.join("") });
      const { errors, items } = (await answer.json()) as { errors: boolean; items: { create: { status: number } }[] };
      expect(errors).toBe(true);
      expect(items.map(({ create }) => create.status)).toEqual(sent.map((_, i) => (i === records - 2 ? 409 : 201)));
      expect(await target.count()).toEqual({ lost: 2, doubled: 1, strange: 1 });
    }
  });

  test("that two lines share an id", async () => {
    const { text, object } = makeObject("plain", 1, LINE_BYTES);
    const target = await new StubTarget(text, 2).open();
    onTestFinished(() => target.close());
    const lines = object
      .read(0, 2 * LINE_BYTES)
      .toString("latin1")
      .split("\n")
      .slice(0, -1);
    const body = lines.map((message) => `{"create":{"_id":"same"}}\n${JSON.stringify({ message })}\n`).join("");
    await fetch(`${target.sink.url}/_bulk`, { method: "POST", body });
    expect(await target.count()).toEqual({ lost: 1, doubled: 0, strange: 0 });
  });
});

describe("is finished by invocations that are each too short for it", () => {
  const BYTES = 24e6;
  const SECONDS = 10;
  /** S3 gives the object in so much time, whatever the machine: in three invocations at least. */
  const READING_SECONDS = 16;
  let taskRoot = "";

  beforeAll(async () => {
    taskRoot = await mkdtemp(path.join(tmpdir(), "sluice-large-"));
    await unzip(ZIP, taskRoot);
  });
  afterAll(() => rm(taskRoot, { recursive: true, force: true }));

  interface Case extends Partial<LargeOptions> {
    readonly kind: Kind;
    readonly toElasticsearch: boolean;
  }

  async function carry({ kind, toElasticsearch, ...more }: Case): Promise<LargeResult> {
    const made = makeObject(kind, BYTES, LINE_BYTES);
    const { text, records, object } = made;
    const target = await (toElasticsearch
      ? new ElasticsearchTarget(inject("esUrl"), streamName(), text, records)
      : new StubTarget(text, records)
    ).open();
    const bytesPerSecond = object.size / READING_SECONDS;
    const what = { kind, made, target, taskRoot, seconds: SECONDS, memoryMb: 512 };
    try {
      return await runLarge({ ...what, compression: "gzip", bytesPerSecond, ...more });
    } finally {
      await target.close();
    }
  }

  test.concurrent.each<[string, Case]>([
    ["gzip, to Elasticsearch", { kind: "gzip", toElasticsearch: true }],
    ["plain", { kind: "plain", toElasticsearch: false, compression: "none" }],
    ["plain, in ranges", { kind: "plain", toElasticsearch: false, splitBytes: BYTES / 5 }],
  ])(
    "%s",
    async (_, each) => {
      const result = await carry(each);
      expect(result, result.logs).toMatchObject({ lost: 0, doubled: 0, strange: 0 });
      expect(result.invocations.length).toBeGreaterThan(2);
      expect(isKept(result), lineOf(result)).toBe(true);
    },
    120_000,
  );
});
