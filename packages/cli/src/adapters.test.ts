import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { NO_DEADLINE, parseConfig } from "@sluice/core";
import { expect, onTestFinished, test } from "vitest";
import { createAdapters, postponing } from "./adapters.ts";

const MESSAGES = [
  { queueArn: "arn:aws:sqs:eu-west-1:123456789012:logs", receiptHandle: "r1", seconds: 30 },
  { queueArn: "arn:aws:sqs:eu-west-1:123456789012:logs", receiptHandle: "r2", seconds: 60 },
];

test("messages are let go before they are put off", async () => {
  const order: unknown[] = [];
  const postpone = { postpone: async (messages: unknown) => void order.push(messages) };
  const before = async (receiptHandles: readonly string[]): Promise<void> => {
    await Promise.resolve();
    order.push(receiptHandles);
  };
  const { signal } = new AbortController();
  await postponing({ postpone }, before).postpone?.postpone(MESSAGES, signal);
  expect(order).toEqual([["r1", "r2"], MESSAGES]);
});

test("where nobody has to let go, or nobody puts off, nothing is in between", () => {
  expect(postponing({ postpone: { postpone: async () => {} } }, undefined)).toEqual({});
  expect(postponing({}, async () => {})).toEqual({});
});

test.each([
  [true, {}, "before\nafter\n"],
  [true, { append: false }, "after\n"],
  [false, {}, "after\n"],
])("work that goes on (%s) adds to the file of a sink with %j", async (addsToFiles, options, expected) => {
  const cwd = await mkdtemp(join(tmpdir(), "sluice-adapters-"));
  onTestFinished(() => rm(cwd, { recursive: true }));
  await writeFile(join(cwd, "out.ndjson"), "before\n");
  await writeFile(join(cwd, "in.log"), "line\n");
  const config = parseConfig({ sinks: { out: { type: "file", path: "out.ndjson", ...options } } });
  const pipeline = createAdapters({ env: {}, cwd }).open(
    { config, name: "test", baseDir: cwd, found: true },
    { addsToFiles },
  );
  await pipeline.objects([{ store: "file", bucket: cwd, key: "in.log" }], { deadline: NO_DEADLINE });
  await pipeline.close();
  const text = await readFile(join(cwd, "out.ndjson"), "utf8");
  expect(text.replace(/^\{.*\}$/m, "after")).toBe(expected);
});
