import { Buffer } from "node:buffer";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import type { Ports } from "../api.ts";
import { SluiceError } from "../errors.ts";
import type { FrameBlock } from "../framing/frame.ts";
import type { Codec, RandomAccess } from "../ports/codec.ts";
import { claimOf } from "../ports/continuation.ts";
import type { DeadLetterStore, Letter } from "../ports/dead-letters.ts";
import type { Postponed } from "../ports/postpone.ts";
import { type ScriptedSink, scriptedSink } from "../sink/scripted-sink.testing.ts";
import { Chain, notification, sqsEvent } from "./chain.testing.ts";

const QUEUE = "https://sqs.eu-west-1.amazonaws.com/123456789012/continue";
const QUEUE_ARN = "arn:aws:sqs:eu-west-1:123456789012:continue";
const LINES = 10_000;
const text = Array.from({ length: LINES }, (_, i) => `${String(i).padStart(7, "0")} ${"x".repeat(i % 200)}\n`).join("");
const plain = Buffer.from(text);

/** Keeps what can't be read in `kept`. */
function letters(kept: Letter[]): { readonly deadLetters: DeadLetterStore } {
  return { deadLetters: { put: async (_key, all) => void kept.push(...all) } };
}

test("what can't be entered is read from its beginning, and refused when that takes half of an invocation", async () => {
  const sink = scriptedSink();
  const chain = new Chain({ sink });
  const bytes = gzipSync(gzipSync(plain, { level: 0 }), { level: 0 });
  chain.objects.set("k", { bytes, etag: "e" });
  chain.chunkBytes = Math.ceil(bytes.length / 80);
  chain.queue.push(notification("k"));
  await chain.play(2);
  const [first, second] = chain.outcomes;
  expect(first?.units[0]).toMatchObject({ ok: true });
  expect(first?.counts.delivered.sink).toBeGreaterThan(LINES / 4);
  expect(second?.units[0]?.error?.code).toBe("OBJECT_TOO_LARGE_TO_RESUME");
  const { message = "" } = second?.units[0]?.error ?? {};
  const said =
    /to decoded byte (\d+) in (3(?:\.\d)?) s, half of the 6 s .* gone on with at decoded byte (\d+)\. .* about (\d+) /;
  const [, reached, , wanted, most] = said.exec(message)?.map(Number) ?? [];
  expect(most).toBe(reached);
  expect(reached).toBeGreaterThan(plain.length / 4);
  expect(wanted).toBeGreaterThan(reached as number);
  expect(chain.queue).toHaveLength(1);
  expect(new Set(sink.delivered).size).toBe(sink.delivered.length);
});

test("what is passed over within half of an invocation is done by however many it takes", async () => {
  let invocation = 0;
  let taken = 0;
  const sink = scriptedSink(() => {
    const isFirst = taken !== invocation;
    taken = invocation;
    return isFirst ? { kind: "delivered" } : { kind: "unavailable", reason: { code: "DOWN", message: "as told" } };
  });
  const limits = { maxBatchRecords: 500, maxInFlight: 1 };
  const chain = new Chain({ sink }, { read: { partBytes: 2 ** 21 }, sinks: { sink: { limits } } });
  const bytes = gzipSync(gzipSync(plain, { level: 0 }), { level: 0 });
  chain.objects.set("k", { bytes, etag: "e" });
  // Of 100 ms each: within the 3 s that half of an invocation is.
  chain.chunkBytes = Math.ceil(bytes.length / 28);
  chain.queue.push(notification("k"));
  while (chain.queue.length > 0 && invocation < 100) {
    invocation += 1;
    await chain.play(1);
  }
  expect(chain.outcomes.flatMap(({ units }) => units.filter(({ ok }) => !ok))).toEqual([]);
  expect(invocation).toBeGreaterThan(10);
  expect(new Set(sink.delivered).size).toBe(LINES);
});

/** `TABLE`, and then 4 KiB for every hundred rows. */
const tables: Codec = {
  name: "parquet",
  detect: (head) => Buffer.from(head).toString("latin1", 0, 5) === "TABLE",
  load: async () => ({ kind: "table", rows: (file) => hundreds(file) }),
};

async function* hundreds(file: RandomAccess): AsyncGenerator<FrameBlock> {
  for (let base = 0, at = 0; at < file.size; base += 100, at += 4096) {
    for await (const _ of file.read(at, Math.min(at + 4096, file.size)));
    const rows = Array.from({ length: 100 }, (_, i) => JSON.stringify({ row: base + i }));
    const ends = rows.map((_, i) => rows.slice(0, i + 1).join("").length);
    const numbers = (from: number) => Float64Array.from(rows, (_, i) => base + i + from);
    const from = Int32Array.from([0, ...ends.slice(0, -1)]);
    const block = { base, count: 100, from, to: Int32Array.from(ends), start: numbers(0), end: numbers(1), skipped: 0 };
    yield { bytes: Buffer.from(rows.join("")), ...block };
  }
}

test("of rows, the refusal counts rows", async () => {
  const chain = new Chain({ sink: scriptedSink() }, { read: { partBytes: 4096 } }, { codecs: [tables] });
  const bytes = Buffer.alloc(100 * 4096, "x");
  bytes.write("TABLE");
  chain.objects.set("k", { bytes, etag: "e" });
  chain.queue.push(notification("k"));
  await chain.play(2);
  const { error } = chain.outcomes[1]?.units[0] ?? {};
  expect(error?.code).toBe("OBJECT_TOO_LARGE_TO_RESUME");
  expect(error?.message).toMatch(/to row \d+ in 3(\.\d)? s, .* gone on with at row \d+\. .* about \d+ rows: /);
});

test("it is kept as a dead letter where the config says so", async () => {
  const kept: Letter[] = [];
  const chain = new Chain({ sink: scriptedSink() }, { onUndecodable: "deadLetter" }, letters(kept));
  const bytes = gzipSync(gzipSync(plain, { level: 0 }), { level: 0 });
  chain.objects.set("k", { bytes, etag: "e" });
  chain.chunkBytes = Math.ceil(bytes.length / 80);
  chain.queue.push(notification("k"));
  await chain.play();
  expect(chain.queue).toEqual([]);
  expect(kept).toMatchObject([{ kind: "unit", reason: { code: "OBJECT_TOO_LARGE_TO_RESUME" } }]);
});

test("beyond maxHops an object is kept as a dead letter where the config says so", async () => {
  const kept: Letter[] = [];
  const config = { continuation: { queue: QUEUE, maxHops: 1 }, onUndecodable: "deadLetter" };
  const chain = new Chain({ sink: scriptedSink() }, config, letters(kept));
  chain.objects.set("k", { bytes: plain, etag: "e" });
  chain.queue.push(notification("k"));
  await chain.play();
  expect(chain.queue).toEqual([]);
  expect(kept).toMatchObject([{ kind: "unit", reason: { code: "HOPS_EXHAUSTED" } }]);
});

test("a message that was put aside is fetched; one that can't be had fails alone", async () => {
  const asked: string[] = [];
  const redeem = async ({ key }: { readonly key: string }): Promise<string> => {
    asked.push(key);
    if (key === "there") return notification("k");
    throw new SluiceError("ACCESS_DENIED", "as told");
  };
  const sink = scriptedSink();
  const chain = new Chain({ sink }, {}, { continuation: { send: async () => {}, redeem } });
  chain.objects.set("k", { bytes: Buffer.from("one\ntwo\n"), etag: "e" });
  const bodies = [claimOf({ bucket: "aside", key: "there" }), claimOf({ bucket: "aside", key: "gone" })];
  const Records = bodies.map((body, i) => ({ messageId: `m${i}`, body, eventSource: "aws:sqs", attributes: {} }));
  const outcome = await chain.invoke({ Records });
  expect(asked.sort()).toEqual(["gone", "there"]);
  expect(outcome.units).toMatchObject([
    { ok: true, records: 2 },
    { ok: false, error: { code: "ACCESS_DENIED" } },
  ]);
  expect(sink.delivered).toHaveLength(2);
});

test("what nobody will ever read isn't put off, what may be mended is", async () => {
  const postponed: Postponed[] = [];
  const postpone = { postpone: async (messages: readonly Postponed[]) => void postponed.push(...messages) };
  const chain = new Chain({ sink: scriptedSink() }, {}, { postpone });
  await chain.invoke(sqsEvent("{ no event", { eventSourceARN: QUEUE_ARN, receiptHandle: "poison" }));
  await chain.invoke(sqsEvent(notification("gone"), { eventSourceARN: QUEUE_ARN, receiptHandle: "missing" }));
  expect(chain.outcomes.map(({ units }) => units[0]?.ok)).toEqual([false, false]);
  expect(postponed.map(({ receiptHandle }) => receiptHandle)).toEqual(["missing"]);
});

/** An object in ranges of 100,000 bytes. */
function aSplit(sink: ScriptedSink, ports: Partial<Ports> = {}): Chain {
  const chain = new Chain({ sink }, { continuation: { queue: QUEUE, splitBytes: 100_000 } }, ports);
  chain.objects.set("k", { bytes: plain, etag: "e" });
  return chain;
}

test("ranges that can't be handed over are read by one invocation after the other", async () => {
  let asked = 0;
  const send = async (body: string): Promise<void> => {
    asked += 1;
    if (asked === 3) throw new SluiceError("CONTINUATION_REFUSED", "as told");
    chain.queue.push(body);
  };
  const redeem = async (): Promise<string> => "";
  const sink = scriptedSink();
  const chain = aSplit(sink, { continuation: { send, redeem } });
  const outcome = await chain.invoke(sqsEvent(notification("k")));
  expect(outcome.units[0]).toMatchObject({ ok: true });
  expect(outcome.counts.in).toBeGreaterThan(1500);
  expect(chain.queue.map((body) => JSON.parse(body).resume.until)).toEqual([200_000, 300_000, undefined]);
  await chain.play();
  expect(new Set(sink.delivered).size).toBe(LINES);
});

test("an object of which no sink takes anything isn't split", async () => {
  const chain = aSplit(scriptedSink(() => ({ kind: "unavailable", reason: { code: "DOWN", message: "as told" } })));
  for (let i = 0; i < 3; i++) await chain.invoke(sqsEvent(notification("k")));
  expect(chain.queue).toEqual([]);
});
