import fc from "fast-check";
import { expect, test } from "vitest";
import { parseConfig } from "../config/parse-config.ts";
import type { Unit } from "../envelope/item.ts";
import { SluiceError } from "../errors.ts";
import { turnOfTheLoop } from "../event-loop.ts";
import { createPipeline } from "../pipeline.ts";
import type { RecordOutcome } from "../ports/sink.ts";
import { REASON, scriptedSink } from "../sink/scripted-sink.testing.ts";
import { rounds } from "./order.ts";

const LINES = 7;

type Fate = "fine" | "denied" | "refused by the sink" | "no event";

interface Message {
  readonly group: string;
  readonly fate: Fate;
}

const fates = fc.oneof(
  { weight: 6, arbitrary: fc.constant<Fate>("fine") },
  { weight: 1, arbitrary: fc.constantFrom<Fate>("denied", "refused by the sink", "no event") },
);
const batches = fc.array(fc.record<Message>({ group: fc.constantFrom("x", "y", "z"), fate: fates }), { maxLength: 10 });

function eventOf(messages: readonly Message[]): unknown {
  const Records = messages.map(({ group, fate }, i) => {
    const s3 = { bucket: { name: "b" }, object: { key: `${i}`, size: 1, eTag: "e" } };
    const notification = { Records: [{ eventSource: "aws:s3", eventName: "ObjectCreated:Put", s3 }] };
    return {
      messageId: `${i}`,
      eventSource: "aws:sqs",
      eventSourceARN: "arn:aws:sqs:eu-west-1:123456789012:q.fifo",
      attributes: { MessageGroupId: group },
      body: fate === "no event" ? "{" : JSON.stringify(notification),
    };
  });
  return { Records };
}

/** Two records a batch, several batches on their way at once; answers take turns as `turns` says. What a sink refuses of a message is one record. */
async function handled(messages: readonly Message[], turns: readonly number[]) {
  const log: { readonly at: "sent" | "answered"; readonly message: number }[] = [];
  const sink = scriptedSink(async (batch, _call, number) => {
    const lines = Buffer.from(batch.bytes).toString().trim().split("\n");
    const records = lines.map((line) => JSON.parse(line).message.split(" ").map(Number) as [number, number]);
    for (const [message] of records) log.push({ at: "sent", message });
    for (let i = turns[number % turns.length] ?? 0; i > 0; i--) await turnOfTheLoop();
    for (const [message] of records) log.push({ at: "answered", message });
    const isRefused = ([message, line]: [number, number]): boolean =>
      line === 1 && messages[message]?.fate === "refused by the sink";
    const outcomes = records.map((each): RecordOutcome => {
      return isRefused(each) ? { kind: "fail", reason: REASON } : { kind: "delivered" };
    });
    return { kind: "each", outcomes };
  });
  const limits = { maxBatchRecords: 2, maxInFlight: 4 };
  const pipeline = createPipeline(parseConfig({ sinks: { one: { type: "one", limits } } }), {
    sinks: async () => sink.definition,
    reader: {
      read: async ({ key }) => {
        if (messages[Number(key)]?.fate === "denied") throw new SluiceError("ACCESS_DENIED", "denied");
        const text = Buffer.from(Array.from({ length: LINES }, (_, i) => `${key} ${i}\n`).join(""));
        const body = (async function* () {
          yield text;
        })();
        return { etag: "e", size: text.length, lastModified: 1_700_000_000_000, body };
      },
    },
  });
  const outcome = await pipeline.handle(eventOf(messages));
  const response = outcome.response as { batchItemFailures?: { itemIdentifier: string }[] } | undefined;
  const failed = (response?.batchItemFailures ?? []).map(({ itemIdentifier }) => Number(itemIdentifier));
  return { log, failed, outcome };
}

test("of a FIFO group, each message is settled before the next is sent, and nothing follows a failure", async () => {
  await fc.assert(
    fc.asyncProperty(batches, fc.array(fc.nat({ max: 4 }), { minLength: 1 }), async (messages, turns) => {
      const { log, failed, outcome } = await handled(messages, turns);
      for (const group of new Set(messages.map((message) => message.group))) {
        const own = messages.flatMap((message, i) => (message.group === group ? [i] : []));
        const steps = log.filter(({ message }) => own.includes(message));
        expect(steps.map(({ message }) => message)).toEqual(steps.map(({ message }) => message).sort((a, b) => a - b));
        const first = own.findIndex((i) => messages[i]?.fate !== "fine");
        const broken = first < 0 ? [] : own.slice(first);
        expect(failed.filter((i) => own.includes(i))).toEqual(broken);
        expect(steps.some(({ message }) => broken.slice(1).includes(message))).toBe(false);
        for (const i of own.slice(0, own.length - broken.length))
          expect(steps.filter(({ at, message }) => at === "answered" && message === i)).toHaveLength(LINES);
        for (const i of broken.slice(1))
          expect(["ORDER_PRESERVED", "EVENT_MALFORMED"]).toContain(outcome.units[i]?.error?.code);
      }
      expect(failed).toEqual(failed.toSorted((a, b) => a - b));
    }),
    { numRuns: 60 },
  );
});

test("messages of different groups are on their way at once", async () => {
  const { log, failed } = await handled(
    [
      { group: "x", fate: "fine" },
      { group: "y", fate: "fine" },
      { group: "x", fate: "fine" },
    ],
    [3],
  );
  expect(failed).toEqual([]);
  const lastOf = (message: number): number => log.findLastIndex((step) => step.message === message);
  const firstOf = (message: number): number => log.findIndex((step) => step.message === message);
  expect(firstOf(1)).toBeLessThan(lastOf(0));
  expect(firstOf(2)).toBeGreaterThan(lastOf(0));
});

test("rounds: one for all without groups, one a message within a group", () => {
  const unit = (group?: string): Unit => ({ id: "", kind: "sqs", receiveCount: 1, items: [], ignored: [], group });
  expect(rounds([])).toEqual([]);
  expect(rounds([unit(), unit(), unit()])).toEqual([[0, 1, 2]]);
  expect(rounds([unit("a"), unit("b"), unit("a"), unit("a"), unit("b")])).toEqual([[0, 1], [2, 4], [3]]);
});
