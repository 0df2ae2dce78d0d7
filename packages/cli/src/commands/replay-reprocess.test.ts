import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import {
  createPipeline,
  defineSink,
  encodeDocument,
  type LetterFate,
  type LetterName,
  parseConfig,
  type RecordOutcome,
  SluiceError,
  type TransformFunction,
} from "@sluice/core";
import { createFileDeadLetters, localFiles } from "@sluice/lambda-entry";
import { expect, onTestFinished, test } from "vitest";
import * as z from "zod";
import { fakeContext, outcomeOf } from "../fake-context.testing.ts";
import { main } from "../main.ts";

/** Of object `o`; records of ten bytes. */
const id = (n: number, o: string): string => `1${o.repeat(32)}-${n * 10}-${n * 10 + 9}`;

interface Over {
  readonly sink?: string;
  readonly object?: string;
  readonly origin?: Readonly<Record<string, string>>;
}

const line = (n: number, { sink = "search", object = "a", origin }: Over = {}): string =>
  JSON.stringify({
    v: 1,
    id: id(n, object),
    sink,
    reason: { code: "mapping", message: "no" },
    origin: origin ?? { "aws.s3.bucket.name": "logs", "aws.s3.object.key": object },
    start: n * 10,
    end: n * 10 + 9,
    at: "2026-01-01T00:00:00.000Z",
    document: { message: `line ${n}` },
  });

const FROM_LOGS = { "aws.cloudwatch.log_group": "/app" };

type Answer = (letter: LetterName) => LetterFate | SluiceError;

/** Files of letters, and a pipeline that says what becomes of each. */
async function world(files: Readonly<Record<string, string>>, answer: Answer = () => "delivered", stop?: AbortSignal) {
  const cwd = await mkdtemp(join(tmpdir(), "sluice-reprocess-"));
  onTestFinished(() => rm(cwd, { recursive: true }));
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(cwd, name)), { recursive: true });
    await writeFile(join(cwd, name), text);
  }
  const batches: LetterName[][] = [];
  const config = parseConfig({ sinks: { search: { type: "file", path: "x" } } }, "test");
  const json = async (...args: string[]) => {
    const context = fakeContext({
      cwd,
      load: async () => ({ config, name: "test", baseDir: ".", found: true }),
      pipeline: {
        reprocess: async (letters) => {
          batches.push([...letters]);
          const answers = letters.map(answer);
          const errors = answers.map((each) => (each instanceof SluiceError ? each : undefined));
          const units = letters.map((letter, i) => {
            return { id: letter.id, ok: errors[i] === undefined, items: 1, records: 1, error: errors[i] };
          });
          const fates = answers.map((each) => (each instanceof SluiceError ? "failed" : each));
          return { ...outcomeOf({}, { units }), fates };
        },
      },
      ...(stop && { stop }),
    });
    const exit = await main(["replay", "--json", ...args], context);
    const { out, err } = context.terminal.written;
    return { exit, err, calls: context.calls, ...JSON.parse(out || "{}") };
  };
  return { cwd, batches, json };
}

test.each([
  [["--reprocess"], "expected DEADLETTERS"],
  [["--reprocess", "--queue", "https://sqs.eu-west-1.amazonaws.com/1/q"], "--queue and --reprocess"],
])("%j is bad usage", async (args, message) => {
  const { json, batches } = await world({});
  const { exit, err } = await json(...args);
  expect(exit).toBe(2);
  expect(err).toContain(message);
  expect(batches).toEqual([]);
});

test("letters of one object come together, from whatever files; nothing is sent as it is", async () => {
  const { json, batches } = await world({
    "dead/1": [line(1), line(2, { object: "b" })].join("\n"),
    "dead/2": [line(3, { object: "b" }), line(4)].join("\n"),
  });
  const summary = await json("--reprocess", "dead");
  expect(summary).toMatchObject({ exit: 0, letters: 4, delivered: { search: 4 }, objects: 2 });
  expect(batches.map((letters) => letters.map((letter) => letter.id))).toEqual([
    [id(1, "a"), id(4, "a"), id(2, "b"), id(3, "b")],
  ]);
  expect(batches[0]?.[0]).toEqual({
    id: id(1, "a"),
    sink: "search",
    origin: { "aws.s3.bucket.name": "logs", "aws.s3.object.key": "a" },
  });
  expect(summary.calls).toEqual(["check", "reprocess", "close"]);
});

test("many letters of one object aren't parted; those of other objects come after", async () => {
  const many = Array.from({ length: 6000 }, (_, n) => line(n));
  const others = Array.from({ length: 6000 }, (_, n) => line(n, { object: n % 2 === 0 ? "b" : "c" }));
  const { json, batches } = await world({ "dead/1": [...many, ...others].join("\n") });
  expect(await json("--reprocess", "--delete", "dead")).toMatchObject({
    exit: 0,
    delivered: { search: 12_000 },
    objects: 3,
    files: { deleted: 1 },
  });
  expect(batches.map((letters) => letters.length)).toEqual([6000, 6000]);
});

test("what can't be read again stays where it is, by reason; --delete takes only what was delivered whole", async () => {
  const { json, cwd } = await world(
    {
      "dead/delivered": line(1),
      "dead/replaced": [line(2), line(3, { object: "b" })].join("\n"),
      "dead/from-logs": line(4, { origin: FROM_LOGS }),
      "dead/unwanted": line(5, { object: "c" }),
    },
    ({ id: own, origin }) => {
      if (origin["aws.s3.object.key"] === undefined) return new SluiceError("ORIGIN_NOT_KEPT", "cloudwatch-logs /app");
      if (own === id(3, "b")) return new SluiceError("OBJECT_CHANGED", "s3://logs/b: it was replaced");
      return own === id(5, "c") ? "unwanted" : "delivered";
    },
  );
  const summary = await json("--reprocess", "--delete", "dead");
  expect(summary).toMatchObject({
    exit: 1,
    delivered: { search: 2 },
    failed: { search: 2 },
    unwanted: { search: 1 },
    failures: { ORIGIN_NOT_KEPT: 1, OBJECT_CHANGED: 1 },
    files: { deleted: 1 },
  });
  expect((await readdir(join(cwd, "dead"))).toSorted()).toEqual(["from-logs", "replaced", "unwanted"]);
  expect(summary.err).toContain("dead/replaced:2: OBJECT_CHANGED: s3://logs/b: it was replaced");
  expect(summary.err).toContain("1 letter failed: ORIGIN_NOT_KEPT");
});

test("what today's config takes out isn't a failure, and isn't delivered either", async () => {
  const { json } = await world({ dead: line(1) }, () => "unwanted");
  const summary = await json("--reprocess", "dead");
  expect(summary).toMatchObject({ exit: 0, delivered: {}, unwanted: { search: 1 } });
  expect(summary.err).toMatch(/sink +reason +letters +delivered +refused again +unwanted +failed\n/);
});

test("--dry-run counts objects, and what can't be read again; reads none of them", async () => {
  const { json, batches } = await world({
    "dead/1": [line(1), line(2), line(3, { object: "b" }), line(4, { origin: FROM_LOGS })].join("\n"),
    "dead/2": [line(5), line(6, { sink: "archive", object: "c" })].join("\n"),
  });
  const summary = await json("--reprocess", "--dry-run", "--sink", "search", "dead");
  expect(summary).toMatchObject({ exit: 0, letters: 5, filtered: 1, objects: 2, failures: { ORIGIN_NOT_KEPT: 1 } });
  expect(summary.err).toContain("2 objects to be read");
  expect(summary.err).toContain("ORIGIN_NOT_KEPT: cloudwatch-logs /app");
  expect(batches).toEqual([]);
  expect(summary.calls).toEqual([]);
});

test("--state: what was settled isn't read again, by either way of sending; what failed is", async () => {
  let mended = false;
  const { json, batches } = await world({ "dead/1": [line(1), line(2, { object: "b" })].join("\n") }, ({ id: own }) =>
    own === id(2, "b") && !mended ? new SluiceError("OBJECT_MISSING", "gone") : "delivered",
  );
  expect(await json("--reprocess", "--state", "s", "dead")).toMatchObject({ exit: 1, failed: { search: 1 } });
  mended = true;
  expect(await json("--reprocess", "--state", "s", "dead")).toMatchObject({ exit: 0, letters: 1 });
  expect(batches.map((letters) => letters.map((letter) => letter.id))).toEqual([
    [id(1, "a"), id(2, "b")],
    [id(2, "b")],
  ]);
  expect(await json("--state", "s", "dead")).toMatchObject({ exit: 0, letters: 0 });
});

test("stopped between two batches: what is done is kept in the state, the rest comes with the next", async () => {
  const stop = new AbortController();
  const letters = Array.from({ length: 12_000 }, (_, n) => line(n, { object: n < 6000 ? "a" : "b" }));
  const files = { "dead/1": letters.join("\n") };
  const { json, batches, cwd } = await world(
    files,
    () => {
      if (batches.length > 1) return new SluiceError("DEADLINE", "stopped");
      stop.abort();
      return "delivered";
    },
    stop.signal,
  );
  const summary = await json("--reprocess", "--state", "s", "dead");
  expect(summary).toMatchObject({ exit: 1, delivered: { search: 6000 } });
  const marks = (await readFile(join(cwd, "s"), "utf8")).trimEnd().split("\n").slice(1);
  expect(JSON.parse(marks.at(-1) as string).again).toHaveLength(6000);
});

test("a sink at fault is asked no more, and nothing is read for it", async () => {
  const letters = Array.from({ length: 12_000 }, (_, n) => line(n, { object: n < 6000 ? "a" : "b" }));
  const down = new SluiceError("SINK_UNAVAILABLE", "search is down");
  const { json, batches } = await world({ dead: letters.join("\n") }, () => down);
  expect(await json("--reprocess", "dead")).toMatchObject({ exit: 1, failed: { search: 12_000 } });
  expect(batches).toHaveLength(1);
});

test("files of this machine: a mended transform delivers what the sink refused, once", async () => {
  const cwd = await mkdtemp(join(tmpdir(), "sluice-reprocess-"));
  onTestFinished(() => rm(cwd, { recursive: true }));
  await writeFile(join(cwd, "app.log"), Array.from({ length: 300 }, (_, n) => `line ${n}\n`).join(""));
  const got: string[] = [];
  const sink = defineSink({
    options: z.looseObject({}),
    create: () => ({
      dedupes: "never",
      encode: (record, out) => {
        encodeDocument(record, out, { id: true });
        out.byte(0x0a);
        return undefined;
      },
      send: async (batch) => {
        const lines = Buffer.from(batch.bytes).toString().trimEnd().split("\n");
        const outcomes = lines.map((text): RecordOutcome => {
          const { labels } = JSON.parse(text);
          if (labels?.n === "wrong") return { kind: "reject", reason: { code: "mapping", message: "no" } };
          got.push(JSON.parse(text).sluice.id);
          return { kind: "delivered" };
        });
        return { kind: "each", outcomes };
      },
    }),
  });
  const pipelineOf = (transform: TransformFunction) =>
    createPipeline(parseConfig({ sinks: { one: { type: "one" } }, process: [{ transform: "./t.js" }] }, "test"), {
      sinks: async () => sink,
      transform: async () => transform,
      reader: localFiles(),
      baseDir: cwd,
      deadLetters: createFileDeadLetters({ path: "dead", cwd }),
    });
  const wrong: TransformFunction = (record) => {
    const n = Number(String(record.message).slice(5));
    return { ...record, labels: { n: n % 3 === 0 ? "wrong" : n } };
  };
  const right: TransformFunction = (record) => ({ ...record, labels: { n: "right" } });
  const ref = { store: "file", bucket: cwd, key: "app.log" } as const;
  const { counts } = await pipelineOf(wrong).objects([ref]);
  expect(counts).toMatchObject({ delivered: { one: 200 }, deadLettered: { one: 100 } });

  const replayed = async (transform: TransformFunction, ...args: string[]) => {
    const context = fakeContext({ cwd, pipeline: pipelineOf(transform) });
    const exit = await main(["replay", "--json", ...args, "dead"], context);
    return { exit, err: context.terminal.written.err, ...JSON.parse(context.terminal.written.out) };
  };
  expect(await replayed(right)).toMatchObject({ exit: 1, deadLettered: { one: 100 } });
  const mended = await replayed(right, "--reprocess", "--delete");
  expect(mended).toMatchObject({ exit: 0, letters: 200, delivered: { one: 200 }, objects: 1, files: { deleted: 2 } });
  expect(new Set(got).size).toBe(300);
  expect(got).toHaveLength(300);
});
