import { once } from "node:events";
import { expect, test } from "vitest";
import type { Ports } from "../api.ts";
import { parseConfig } from "../config/parse-config.ts";
import { createPipeline } from "../pipeline.ts";
import type { DeadLetter } from "../ports/dead-letters.ts";
import type { RecordOutcome, SendCall, SendResult } from "../ports/sink.ts";
import { fakeClock } from "../testing/fake-clock.ts";
import { REASON, type ScriptedSink, scriptedSink } from "./scripted-sink.testing.ts";

const RETRY = { attempts: 4, minDelayMs: 1, maxDelayMs: 2 };

function lines(count: number): { message: string; id: string }[] {
  return Array.from({ length: count }, (_, i) => ({ message: `line ${i}`, id: String(i) }));
}

function pipelineOf(
  sinks: Record<string, ScriptedSink>,
  options: { config?: object; ports?: Partial<Ports>; sink?: object } = {},
) {
  const config = parseConfig(
    {
      sinks: Object.fromEntries(
        Object.keys(sinks).map((name) => [name, { type: name, retry: RETRY, ...options.sink }]),
      ),
      ...options.config,
    },
    "test",
  );
  return createPipeline(config, { sinks: async (type) => sinks[type]?.definition, ...options.ports });
}

const DELIVERED: RecordOutcome = { kind: "delivered" };

test("a batch is attempted as often as told, no more and no less", async () => {
  const sink = scriptedSink(() => ({ kind: "retry", reason: REASON }));
  const { counts, units } = await pipelineOf({ sink }).write(lines(3));
  expect(sink.sent.map(({ attempt }) => attempt)).toEqual([1, 2, 3, 4]);
  expect(counts).toMatchObject({ in: 3, failed: { sink: 3 }, units: { ok: 0, failed: 1 } });
  expect(units[0]?.error?.message).toContain("TEST: gave up: as told");
});

test("only the records that need it are sent again", async () => {
  const script = (batch: { count: number }, _call: unknown, number: number): SendResult =>
    number === 1
      ? {
          kind: "each",
          outcomes: [DELIVERED, { kind: "retry", reason: REASON }, DELIVERED, { kind: "retry", reason: REASON }],
        }
      : { kind: "each", outcomes: Array.from({ length: batch.count }, () => DELIVERED) };
  const sink = scriptedSink(script);
  const { counts } = await pipelineOf({ sink }).write(lines(4));
  expect(sink.sent.map(({ ids }) => ids.length)).toEqual([4, 2]);
  expect(sink.sent[1]?.lines.map((line) => JSON.parse(line).message)).toEqual(["line 1", "line 3"]);
  expect(new Set(sink.delivered).size).toBe(4);
  expect(counts.delivered).toEqual({ sink: 4 });
});

test("once an attempt was unsure, all that follow of its batch may be there already", async () => {
  const answers: readonly SendResult[] = [
    { kind: "retry", reason: REASON },
    {
      kind: "each",
      outcomes: [DELIVERED, { kind: "retry", reason: REASON, unsure: true }, { kind: "retry", reason: REASON }],
    },
    { kind: "unauthorized", reason: REASON },
    { kind: "split", reason: REASON },
  ];
  const again: boolean[] = [];
  const sink = scriptedSink((_batch, call, number) => {
    again.push(call.again);
    return answers[number - 1] ?? { kind: "delivered" };
  });
  const pipeline = pipelineOf({ sink });
  expect((await pipeline.write(lines(3))).counts.delivered).toEqual({ sink: 3 });
  expect(again).toEqual([false, false, true, true, true, true]);
  await pipeline.write([{ message: "another", id: "another" }]);
  expect(again.at(-1)).toBe(false);
});

test("Retry-After is waited for, beyond the backoff", async () => {
  const clock = fakeClock(0, { auto: true });
  const sink = scriptedSink((_batch, _call, number) =>
    number === 1 ? { kind: "retry", reason: REASON, afterMs: 5000 } : { kind: "delivered" },
  );
  await pipelineOf({ sink }, { ports: { clock } }).write(lines(1));
  expect(clock.slept).toHaveLength(1);
  expect(clock.slept[0]).toBeGreaterThan(4990);
});

test("a wait that reaches past the deadline is not begun", async () => {
  const sink = scriptedSink(() => ({ kind: "retry", reason: REASON, afterMs: 60_000 }));
  const deadline = { remainingMs: () => 30_000 };
  const { counts } = await pipelineOf({ sink }).write(lines(1), { deadline });
  expect(sink.sent).toHaveLength(1);
  expect(counts.failed).toEqual({ sink: 1 });
});

test("a batch that is too large is halved until it fits; a single record that never fits is rejected", async () => {
  const letters: DeadLetter[] = [];
  const deadLetters = { put: async (_key: string, batch: readonly DeadLetter[]) => void letters.push(...batch) };
  const sink = scriptedSink((batch) =>
    batch.count > 2 || Buffer.from(batch.bytes).includes("line 5")
      ? { kind: "split", reason: REASON }
      : { kind: "delivered" },
  );
  const { counts } = await pipelineOf({ sink }, { ports: { deadLetters } }).write(lines(10));
  expect(counts).toMatchObject({ delivered: { sink: 9 }, deadLettered: { sink: 1 }, units: { ok: 1, failed: 0 } });
  expect(letters.map(({ document }) => JSON.parse(Buffer.from(document).toString()).message)).toEqual(["line 5"]);
  expect(new Set(sink.delivered).size).toBe(9);
});

test("refused credentials are renewed once, then it is the sink's fault", async () => {
  const good = scriptedSink((_batch, _call, number) =>
    number === 1 ? { kind: "unauthorized", reason: REASON } : { kind: "delivered" },
  );
  expect((await pipelineOf({ good }).write(lines(1))).counts.delivered).toEqual({ good: 1 });
  expect(good.created).toBe(2);
  const bad = scriptedSink(() => ({ kind: "unauthorized", reason: REASON }));
  expect((await pipelineOf({ bad }).write(lines(1))).counts.failed).toEqual({ bad: 1 });
  expect(bad.sent).toHaveLength(2);
});

test("an open circuit spends no more requests on the sink, and others go on", async () => {
  const down = scriptedSink(() => ({ kind: "unavailable", reason: REASON }));
  const up = scriptedSink();
  const { counts, units } = await pipelineOf(
    { down, up },
    { sink: { retry: RETRY, limits: { maxBatchRecords: 10, maxInFlight: 1 } } },
  ).write(lines(5000));
  expect(counts).toMatchObject({ in: 5000, delivered: { up: 5000 }, failed: { down: 5000 } });
  expect(down.sent.length).toBe(1);
  expect(units[0]?.ok).toBe(false);
});

test("one record's index being blocked fails it alone; the circuit stays closed", async () => {
  const sink = scriptedSink((batch) => ({
    kind: "each",
    outcomes: Array.from({ length: batch.count }, (_, i) => (i === 0 ? { kind: "fail", reason: REASON } : DELIVERED)),
  }));
  const { counts } = await pipelineOf({ sink }, { sink: { retry: RETRY, limits: { maxBatchRecords: 5 } } }).write(
    lines(10),
  );
  expect(counts).toMatchObject({ delivered: { sink: 8 }, failed: { sink: 2 } });
});

test("rejected records without dead letters fail the unit; with a store that fails, too", async () => {
  const reject: SendResult = { kind: "each", outcomes: [{ kind: "reject", reason: REASON }] };
  const none = await pipelineOf({ sink: scriptedSink(() => reject) }).write(lines(1));
  expect(none.counts).toMatchObject({ failed: { sink: 1 }, deadLettered: {} });
  expect(none.troubles[0]?.reason.code).toBe("DEAD_LETTER_MISSING");
  const deadLetters = { put: () => Promise.reject(new Error("denied")) };
  const broken = await pipelineOf({ sink: scriptedSink(() => reject) }, { ports: { deadLetters } }).write(lines(1));
  expect(broken.troubles[0]?.reason).toEqual({ code: "DEAD_LETTER_FAILED", message: "Error: denied" });
  expect(broken.counts.units.failed).toBe(1);
});

test("a send that throws, or that answers for other records, is the sink's fault and not success", async () => {
  const throws = scriptedSink(() => {
    throw new Error("a bug");
  });
  expect((await pipelineOf({ throws }).write(lines(2))).counts.failed).toEqual({ throws: 2 });
  const short = scriptedSink(() => ({ kind: "each", outcomes: [DELIVERED] }));
  expect((await pipelineOf({ short }).write(lines(2))).troubles[0]?.reason.code).toBe("SINK_PROTOCOL");
});

test.each<[string, unknown, string]>([
  ["no kind", "ok", "kind: expected one of delivered, retry, split, unauthorized, unavailable, each; got undefined"],
  ["nothing", undefined, "kind: expected one of"],
  ["an unknown kind", { kind: "done" }, "got done"],
  ["no reason", { kind: "retry" }, "retry: expected a reason with code and message"],
  ["no outcomes", { kind: "each" }, "expected a list of outcomes"],
  ["outcomes with holes", { kind: "each", outcomes: Array(2) }, "outcomes[0]: kind"],
  ["an outcome without a reason", { kind: "each", outcomes: [DELIVERED, { kind: "reject" }] }, "outcomes[1]: reject"],
])("a send that says %s is the sink's fault, and nothing is doubtful in the counts", async (_, said, words) => {
  const sink = scriptedSink();
  const says = scriptedSink(undefined, { send: async () => said as SendResult });
  const { counts, units, troubles } = await pipelineOf({ says, sink }, { sink: { required: false } }).write(lines(2));
  expect(counts).toMatchObject({ delivered: { sink: 2 }, dropped: { says: 2 } });
  expect(troubles[0]?.reason).toEqual({ code: "SINK_PROTOCOL", message: expect.stringContaining(words) });
  expect(units[0]?.ok).toBe(true);
});

test("a document that the sink can't find in what it encoded is kept as it was encoded, and nothing is sent again", async () => {
  const letters: DeadLetter[] = [];
  const deadLetters = { put: async (_key: string, batch: readonly DeadLetter[]) => void letters.push(...batch) };
  const document = () => {
    throw new Error("a bug");
  };
  const sink = scriptedSink(() => ({ kind: "split", reason: REASON }), { document });
  const { counts } = await pipelineOf({ sink }, { ports: { deadLetters } }).write(lines(1));
  expect(counts.deadLettered).toEqual({ sink: 1 });
  expect(Buffer.from(letters[0]?.document ?? "").toString()).toContain("line 0");
  expect(sink.sent).toHaveLength(1);
});

test("an encoder that gives something else than a reason refuses its record, with a word about it", async () => {
  const letters: DeadLetter[] = [];
  const deadLetters = { put: async (_key: string, batch: readonly DeadLetter[]) => void letters.push(...batch) };
  const encode = (() => Promise.reject(new Error("unheard"))) as never;
  const sink = scriptedSink(undefined, { encode });
  expect((await pipelineOf({ sink }, { ports: { deadLetters } }).write(lines(1))).counts.deadLettered).toEqual({
    sink: 1,
  });
  expect(letters[0]?.reason).toMatchObject({ code: "INTERNAL", message: expect.stringContaining("encoder failed") });
});

/** Sending ends soon; but reading isn't hurried, however slow the machine. */
const SOON = { remainingMs: () => 900 };

test("a send that never ends, though it was told to stop, costs its own records and not the answer", async () => {
  const stuck = scriptedSink(undefined, { send: () => new Promise(() => {}) });
  const sink = scriptedSink();
  const { counts, troubles } = await pipelineOf({ stuck, sink }).write(lines(2), { deadline: SOON });
  expect(counts).toMatchObject({ delivered: { sink: 2 }, failed: { stuck: 2 }, units: { failed: 1 } });
  expect(troubles[0]?.reason.message).toContain("send did not end when it was to stop");
});

test("a sink that is never made fails its own records only, in time", async () => {
  const sink = scriptedSink();
  const stuck = { ...scriptedSink(), definition: { ...sink.definition, create: () => new Promise<never>(() => {}) } };
  const { counts, troubles } = await pipelineOf({ stuck, sink }).write(lines(1), { deadline: SOON });
  expect(counts.failed.stuck).toBe(1);
  expect(troubles[0]?.reason.message).toContain("making the sink did not end");
});

test("what create gives must be a sink", async () => {
  const none = scriptedSink();
  const broken = { ...none, definition: { ...none.definition, create: () => undefined as never } };
  const { troubles } = await pipelineOf({ broken }).write(lines(1));
  expect(troubles[0]?.reason).toMatchObject({
    code: "SINK_PROTOCOL",
    message: expect.stringContaining("encode and send"),
  });
});

test("given up for want of time, it says what the sink said last", async () => {
  const send = async (_: unknown, { signal, attempt }: SendCall): Promise<SendResult> => {
    if (attempt === 1) return { kind: "retry", reason: { code: "BUSY", message: "try later" } };
    await once(signal, "abort");
    return { kind: "retry", reason: { code: "ABORTED", message: "given up" } };
  };
  const sink = scriptedSink(undefined, { send });
  const { troubles } = await pipelineOf({ sink }).write(lines(1), { deadline: SOON });
  expect(troubles[0]?.reason).toEqual({ code: "BUSY", message: "gave up: try later" });
});

test("a sink that can't be made fails its own records only", async () => {
  const up = scriptedSink();
  const pipeline = createPipeline(parseConfig({ sinks: { up: { type: "up" }, odd: { type: "unknown" } } }, "test"), {
    sinks: async (type) => (type === "up" ? up.definition : undefined),
  });
  const { counts, troubles } = await pipeline.write(lines(3));
  expect(counts).toMatchObject({ delivered: { up: 3 }, failed: { odd: 3 } });
  expect(troubles[0]?.reason.code).toBe("SINK_UNKNOWN");
});
