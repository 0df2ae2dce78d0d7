import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import {
  createPipeline,
  DELIVERED,
  type DirectRecord,
  defineSink,
  encodeDocument,
  type Pipeline,
  parseConfig,
} from "@sluice/core";
import { createFileDeadLetters, localFiles } from "@sluice/lambda-entry";
import { expect, onTestFinished, test } from "vitest";
import * as z from "zod";
import { fakeContext } from "../fake-context.testing.ts";
import { main } from "../main.ts";

const lines = Array.from({ length: 50 }, (_, i) => `line ${i} ${"x".repeat(50)}`).join("\n");
const packed = gzipSync(lines).toString("base64");
const logs = {
  awslogs: {
    data: gzipSync(
      JSON.stringify({
        messageType: "DATA_MESSAGE",
        owner: "123456789012",
        logGroup: "g",
        logStream: "s",
        logEvents: Array.from({ length: 50 }, (_, i) => ({
          id: String(i),
          timestamp: 1.7e12,
          message: "m".repeat(50),
        })),
      }),
    ).toString("base64"),
  },
};

const STREAM = "arn:aws:kinesis:eu-west-1:123456789012:stream/s";
const QUEUE = "arn:aws:sqs:eu-west-1:123456789012:q";

/** Everything from triggers is too large at first. */
const EVENTS: Readonly<Record<string, (folder: string) => unknown>> = {
  "a Kinesis record": () => ({
    Records: [
      {
        eventSource: "aws:kinesis",
        eventSourceARN: STREAM,
        eventID: "shardId-000000000000:7",
        kinesis: { sequenceNumber: "7", data: packed },
      },
    ],
  }),
  "a Kafka record": () => ({
    eventSource: "aws:kafka",
    eventSourceArn: "arn:aws:kafka:eu-west-1:123456789012:cluster/c",
    records: { "topic-0": [{ offset: 7, timestamp: 1.7e12, value: packed }] },
  }),
  "an SQS message": () => ({
    Records: [{ eventSource: "aws:sqs", eventSourceARN: QUEUE, messageId: "m", body: JSON.stringify(logs) }],
  }),
  "an invocation": () => logs,
};

test.each(Object.entries(EVENTS))("%s that could not be read is sent again once it can be", async (_, event) => {
  const cwd = await mkdtemp(join(tmpdir(), "sluice-units-"));
  onTestFinished(() => rm(cwd, { recursive: true }));
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
      send: async ({ bytes }) => {
        got.push(...Buffer.from(bytes).toString().trimEnd().split("\n"));
        return DELIVERED;
      },
    }),
  });
  const pipelineOf = (read: object): Pipeline =>
    createPipeline(parseConfig({ sinks: { one: { type: "one" } }, onUndecodable: "deadLetter", read }, "test"), {
      sinks: async () => sink,
      reader: localFiles(),
      deadLetters: createFileDeadLetters({ path: "dead", cwd }),
    });
  const broken = await pipelineOf({ maxInlineBytes: 100 }).handle(event(cwd), { region: "eu-west-1" });
  expect(broken.counts.units).toMatchObject({ ok: 1, deadLettered: 1 });
  expect(got).toEqual([]);

  const replayed = async (read: object) => {
    const context = fakeContext({ cwd, pipeline: pipelineOf(read) });
    const exit = await main(["replay", "--json", "--delete", "dead"], context);
    return { exit, err: context.terminal.written.err, ...JSON.parse(context.terminal.written.out) };
  };
  expect(await replayed({ maxInlineBytes: 100 })).toMatchObject({
    exit: 1,
    groups: [{ sink: "(events)", reason: "EXPANSION_LIMIT", letters: 1, deadLettered: 1 }],
  });
  const mended = await replayed({});
  expect(mended).toMatchObject({ exit: 0, delivered: { "(events)": 1 }, files: { deleted: 1 } });
  expect(got).toHaveLength(50);
  expect(await readdir(join(cwd, "dead/undecodable"))).toEqual([]);

  const first = got.splice(0);
  await pipelineOf({}).handle(event(cwd), { region: "eu-west-1" });
  const ids = (documents: readonly string[]) => documents.map((line) => JSON.parse(line).sluice.id.slice(-8));
  expect(ids(first)).toEqual(ids(got));
});

test("an object that could not be read is read as it is now; what says nothing fails alone", async () => {
  const cwd = await mkdtemp(join(tmpdir(), "sluice-units-"));
  onTestFinished(() => rm(cwd, { recursive: true }));
  const head = { v: 1, kind: "unit", id: "1", sink: null, at: "2026-01-01T00:00:00.000Z", origin: {}, records: 0 };
  const reason = { code: "OBJECT_CORRUPT", message: "no" };
  const ref = { store: "s3", bucket: "b", key: "k", etag: "old", size: 5, region: "eu-west-1" };
  const unit = { kind: "invocation", id: "", receiveCount: 1 };
  await writeFile(
    join(cwd, "dead"),
    [
      { ...head, reason, unit, document: ref },
      { ...head, reason, unit: { ...unit, kind: "firehose" }, document: null },
    ]
      .map((line) => `${JSON.stringify(line)}\n`)
      .join(""),
  );
  const asked: unknown[] = [];
  const context = fakeContext({ cwd });
  const { pipeline } = { pipeline: context.adapters };
  const open = pipeline.open;
  const exit = await main(["replay", "dead"], {
    ...context,
    adapters: {
      ...pipeline,
      open: (...args) => ({
        ...open(...args),
        objects: async (refs, invocation) => {
          asked.push([refs, invocation?.again]);
          return open(...args).write([] as DirectRecord[]);
        },
      }),
    },
  });
  expect(exit).toBe(1);
  expect(asked).toEqual([[[{ store: "s3", bucket: "b", key: "k", region: "eu-west-1" }], true]]);
  expect(context.terminal.written.err).toContain("dead:2: DEAD_LETTER_MALFORMED: unit: a letter of firehose");
});
