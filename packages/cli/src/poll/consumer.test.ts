import { type Invocation, type LogLevel, type Outcome, SluiceError, type UnitOutcome } from "@sluice/core";
import { type FakeClock, fakeClock } from "@sluice/core/testing";
import type { SqsRecord } from "@sluice/lambda-entry";
import { expect, test } from "vitest";
import { outcomeOf } from "../fake-context.testing.ts";
import { Consumer, type ConsumerOptions } from "./consumer.ts";
import { FakeQueue, throttled } from "./fake-queue.testing.ts";
import { DELETE_ATTEMPTS, MAX_FAILURES, MAX_SILENCE_MS } from "./limits.ts";

type Handle = (records: readonly SqsRecord[], invocation: Invocation) => Promise<Outcome> | Outcome;

interface Line {
  readonly level: LogLevel;
  readonly message: string;
  readonly [field: string]: unknown;
}

interface Setup {
  readonly queue: FakeQueue;
  readonly consumer: Consumer;
  readonly clock: FakeClock;
  readonly lines: Line[];
  readonly stop: AbortController;
  /** Ids of the messages of each batch that the pipeline got. */
  readonly handled: (readonly string[])[];
}

function setup(
  bodies: readonly string[],
  handle: Handle,
  over: Partial<ConsumerOptions> = {},
  clock = fakeClock(),
): Setup {
  const queue = new FakeQueue(clock, ...bodies);
  const lines: Line[] = [];
  const stop = new AbortController();
  const handled: (readonly string[])[] = [];
  const consumer = new Consumer({
    queue,
    clock,
    stop: stop.signal,
    logger: { log: (level, message, fields) => lines.push({ level, message, ...fields }) },
    until: "drained",
    batch: 10,
    concurrency: 4,
    concurrencyBytes: 1_000_000,
    graceMs: 25_000,
    pipeline: {
      handle: async (event, invocation = {}) => {
        const records = (event as { readonly Records: readonly SqsRecord[] }).Records;
        handled.push(records.map(({ messageId }) => messageId));
        return handle(records, invocation);
      },
    },
    ...over,
  });
  return { queue, consumer, clock, lines, stop, handled };
}

const HEARTBEAT_MS = 15_000;

/** Every sleep ends at once, but for those of heartbeats, which never end by themselves. */
function auto(): FakeClock {
  const clock = fakeClock();
  const instant = fakeClock(clock.now(), { auto: true });
  return { ...clock, sleep: (ms, signal) => (ms === HEARTBEAT_MS ? clock : instant).sleep(ms, signal) };
}

function bodies(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `{"n":${i}}`);
}

/** What core answers when these messages fail. */
function answer(records: readonly SqsRecord[], failed: Readonly<Record<string, SluiceError>> = {}): Outcome {
  const units: UnitOutcome[] = records.map(({ messageId: id }) => {
    return { id, ok: failed[id] === undefined, items: 1, records: 1, error: failed[id] };
  });
  const batchItemFailures = units.filter(({ ok }) => !ok).map(({ id }) => ({ itemIdentifier: id }));
  const down = Object.values(failed).some(({ code }) => code === "SINK_UNAVAILABLE");
  const troubles = down ? [{ sink: "search", reason: { code: "es_down", message: "" }, records: 1 }] : [];
  const ok = units.length - batchItemFailures.length;
  return outcomeOf({ units: { ok, failed: units.length - ok } }, { units, troubles, response: { batchItemFailures } });
}

const all = (records: readonly SqsRecord[], error: SluiceError): Outcome =>
  answer(records, Object.fromEntries(records.map(({ messageId }) => [messageId, error])));

/** A promise to be resolved from outside. */
function gate<T = void>(): { readonly opened: Promise<T>; open(value: T): void } {
  let open: (value: T) => void = () => {};
  const opened = new Promise<T>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

const POISON = new SluiceError("EVENT_UNRECOGNIZED", "what is this?");
const DOWN = new SluiceError("SINK_UNAVAILABLE", "search: down");
const LATE = new SluiceError("DEADLINE", "not finished in time");

test("drains the queue, ten at a time, and deletes what was done", async () => {
  const { consumer, queue, handled } = setup(bodies(25), (records) => answer(records), {}, auto());
  await consumer.run();
  expect(handled.flat().sort()).toHaveLength(25);
  expect(handled.map((ids) => ids.length)).toEqual([10, 10, 5]);
  expect(queue.left).toEqual([]);
  expect(consumer.totals.messages).toEqual({ received: 25, deleted: 25, failed: 0, returned: 0 });
  expect(consumer.leftBehind).toBe(0);
});

test("hands over what Lambda would, with region, account and a deadline within the 12 hours of a receive", async () => {
  const seen: { records: readonly SqsRecord[]; invocation: Invocation }[] = [];
  const { consumer } = setup(
    ["hello"],
    (records, invocation) => {
      seen.push({ records, invocation });
      return answer(records);
    },
    { until: "once" },
  );
  await consumer.run();
  expect(seen[0]?.invocation).toMatchObject({ region: "eu-west-1", account: "123456789012" });
  expect(seen[0]?.invocation.deadline?.remainingMs()).toBe(11.5 * 3_600_000);
  expect(seen[0]?.records).toMatchObject([
    { messageId: "m1", body: "hello", eventSource: "aws:sqs", attributes: { ApproximateReceiveCount: "1" } },
  ]);
});

test("a failed message stays, hidden as its queue has it; its neighbours are deleted", async () => {
  const { consumer, queue } = setup(bodies(3), (records) => answer(records, { m2: POISON }), { until: "once" });
  await consumer.run();
  expect(queue.left).toEqual(["m2"]);
  expect(queue.visible).toEqual([]);
  expect(queue.count("hide")).toBe(0);
  expect(consumer.totals.messages).toMatchObject({ deleted: 2, failed: 1 });
  expect(consumer.leftBehind).toBe(1);
});

test.each([
  ["an unknown id", { batchItemFailures: [{ itemIdentifier: "m9" }] }],
  ["an empty id", { batchItemFailures: [{ itemIdentifier: "" }] }],
  ["null", { batchItemFailures: [null] }],
  ["no list", {}],
  ["nothing", undefined],
])("an answer with %s fails all messages, as in Lambda", async (_, response) => {
  const { consumer, queue } = setup(bodies(2), () => outcomeOf({}, { response }), { until: "once" });
  await consumer.run();
  expect(queue.left).toEqual(["m1", "m2"]);
});

test("a pipeline that throws deletes nothing, and the loop goes on", async () => {
  const clock = auto();
  let broken = true;
  const handle: Handle = (records) => {
    if (!broken) return answer(records);
    broken = false;
    throw new Error("a bug");
  };
  const { consumer, queue, lines, handled } = setup(bodies(2), handle, { batch: 1 }, clock);
  await consumer.run();
  expect(handled[0]).toEqual(["m1"]);
  expect(queue.left).not.toContain("m2");
  expect(lines).toContainEqual(expect.objectContaining({ level: "error", error: "Error: a bug" }));
});

test("deletions that fail are made again, for what is left of them", async () => {
  const { consumer, queue } = setup(bodies(3), (records) => answer(records), { until: "once" }, auto());
  queue.faults.delete.push(throttled());
  queue.refused.set("r2", false);
  await consumer.run();
  expect(queue.calls.filter(({ name }) => name === "delete").map(({ count }) => count)).toEqual([3, 3, 1]);
  expect(queue.left).toEqual([]);
  expect(consumer.totals.messages.deleted).toBe(3);
});

test("deletions that fail for good are logged", async () => {
  const { consumer, queue, lines } = setup(bodies(2), (records) => answer(records), { until: "once" }, auto());
  queue.refused.set("r1", true);
  await consumer.run();
  expect(queue.count("delete")).toBe(1);
  expect(queue.left).toEqual(["m1"]);
  const next = setup(bodies(2), (records) => answer(records), { until: "once" }, auto());
  next.queue.faults.delete.push(...Array.from({ length: DELETE_ATTEMPTS }, throttled));
  await next.consumer.run();
  expect(next.queue.count("delete")).toBe(DELETE_ATTEMPTS);
  for (const each of [lines, next.lines])
    expect(each).toContainEqual(expect.objectContaining({ message: "not deleted: delivered messages come again" }));
});

test("messages are kept while they are worked on, and no longer", async () => {
  const { opened, open } = gate();
  const handle: Handle = async (records) => {
    await opened;
    return answer(records);
  };
  const { consumer, queue, clock } = setup(bodies(3), handle, { until: "once" });
  const ended = consumer.run();
  await queue.called("receive", 1);
  await turns();
  for (let beats = 1; beats <= 5; beats++) {
    await clock.advance(15_000);
    expect(queue.calls.filter(({ name, seconds }) => name === "hide" && seconds === 30)).toHaveLength(beats);
    expect(queue.visible).toEqual([]);
  }
  open();
  await ended;
  expect(queue.left).toEqual([]);
  await clock.advance(600_000);
  expect(queue.count("hide")).toBe(5);
});

test("a heartbeat that fails is logged and made again soon; the work goes on", async () => {
  const { opened, open } = gate();
  const handle: Handle = async (records) => {
    await opened;
    return answer(records);
  };
  const { consumer, queue, clock, lines } = setup(bodies(2), handle, { until: "once" });
  queue.faults.hide.push(throttled(), throttled());
  const ended = consumer.run();
  await queue.called("receive", 1);
  await turns();
  await clock.advance(29_000);
  expect(queue.count("hide")).toBe(3);
  await clock.advance(10_000);
  expect(queue.visible).toEqual([]);
  open();
  await ended;
  expect(queue.left).toEqual([]);
  expect(consumer.totals.faults.extend).toBe(2);
  expect(lines.filter(({ message }) => message.startsWith("visibility not extended"))).toHaveLength(2);
});

test("what someone else puts off is left alone by the heartbeat", async () => {
  const { opened, open } = gate();
  const { consumer, queue, clock } = setup(
    bodies(2),
    async (records) => {
      await consumer.release(["r2"]);
      await opened;
      return answer(records, { m2: POISON });
    },
    { until: "once" },
  );
  const ended = consumer.run();
  await queue.called("receive", 1);
  await turns();
  await clock.advance(15_000);
  expect(queue.calls.filter(({ name }) => name === "hide")).toMatchObject([{ count: 1 }]);
  open();
  await ended;
});

test("several batches at once, within the number", async () => {
  const gates = [gate(), gate(), gate()];
  const { consumer, queue, handled } = setup(
    bodies(3),
    async (records) => {
      await gates[Number(records[0]?.messageId.slice(1)) - 1]?.opened;
      return answer(records);
    },
    { batch: 1, concurrency: 2 },
    auto(),
  );
  const ended = consumer.run();
  await queue.called("receive", 2);
  await turns();
  expect(handled).toEqual([["m1"], ["m2"]]);
  expect(queue.count("receive")).toBe(2);
  gates[1]?.open();
  await queue.called("receive", 3);
  await turns();
  expect(handled).toEqual([["m1"], ["m2"], ["m3"]]);
  gates[0]?.open();
  gates[2]?.open();
  await ended;
});

const notification = (size: number): string =>
  JSON.stringify({
    Records: [
      {
        eventSource: "aws:s3",
        eventName: "ObjectCreated:Put",
        awsRegion: "eu-west-1",
        s3: { bucket: { name: "logs" }, object: { key: "k", size, eTag: "e" } },
      },
    ],
  });

test("a batch waits for room by the bytes of its objects; one that is too large alone goes alone", async () => {
  const gates = [gate(), gate(), gate()];
  const sizes = [600_000, 600_000, 5_000_000];
  const { consumer, queue, handled } = setup(
    sizes.map(notification),
    async (records) => {
      await gates[Number(records[0]?.messageId.slice(1)) - 1]?.opened;
      return answer(records);
    },
    { batch: 1 },
    auto(),
  );
  const ended = consumer.run();
  await queue.called("receive", 2);
  await turns();
  expect(handled).toEqual([["m1"]]);
  expect(queue.count("receive")).toBe(2);
  expect(consumer.metrics()).toContain("sluice_batches_in_flight 2");
  gates[0]?.open();
  await queue.called("receive", 3);
  await turns();
  expect(handled).toEqual([["m1"], ["m2"]]);
  gates[1]?.open();
  await queue.called("delete", 2);
  await turns();
  expect(handled).toEqual([["m1"], ["m2"], ["m3"]]);
  gates[2]?.open();
  await ended;
  expect(queue.left).toEqual([]);
});

test("while a sink is down single messages are tried, ever more seldom; all goes on at once when it is back", async () => {
  const clock = fakeClock();
  let down = true;
  const handle: Handle = (records) => (down ? all(records, DOWN) : answer(records));
  const { consumer, handled, lines, stop } = setup(bodies(30), handle, { until: "stopped", concurrency: 1 }, clock);
  const ended = consumer.run();
  await turns();
  expect(handled.map((ids) => ids.length)).toEqual([10]);
  expect(consumer.ready()).toBe("a required sink is down");
  for (let minute = 0; minute < 10; minute++) await clock.advance(60_000);
  const probes = handled.slice(1);
  expect(probes.every((ids) => ids.length === 1)).toBe(true);
  expect(probes.length).toBeGreaterThanOrEqual(10);
  expect(probes.length).toBeLessThan(30);
  down = false;
  const before = handled.length;
  await clock.advance(60_000);
  await turns();
  expect(handled[before]).toHaveLength(1);
  expect(handled[before + 1]).toHaveLength(10);
  expect(consumer.ready()).toBeUndefined();
  const said = lines
    .filter(({ message }) => /sink/.test(message))
    .map(({ level, message, sinks }) => ({ level, message, sinks }));
  expect(said).toEqual([
    { level: "warn", message: expect.stringContaining("is down"), sinks: ["search"] },
    { level: "info", message: expect.stringContaining("is back"), sinks: undefined },
  ]);
  stop.abort();
  await ended;
});

test("messages that fail for their own fault open no circuit", async () => {
  const handle: Handle = (records) => answer(records, { m1: DOWN });
  const { consumer, queue } = setup(bodies(2), handle, { until: "once" });
  await consumer.run();
  expect(consumer.ready()).toBeUndefined();
  const poison = setup(bodies(2), (records) => all(records, POISON), { until: "once" });
  await poison.consumer.run();
  expect(poison.consumer.ready()).toBeUndefined();
  expect(queue.left).toEqual(["m1"]);
});

test("a stop lets what is under way finish, ends the receive, and starts nothing new", async () => {
  const { opened, open } = gate();
  const deadlines: (number | undefined)[] = [];
  const { consumer, queue, stop, handled } = setup(
    bodies(12),
    async (records, { deadline }) => {
      await opened;
      deadlines.push(deadline?.remainingMs());
      return answer(records);
    },
    { until: "stopped", concurrency: 3 },
  );
  const ended = consumer.run();
  await queue.called("receive", 3);
  expect(consumer.alive()).toBeUndefined();
  stop.abort();
  expect(consumer.alive()).toBe("stopping");
  queue.send("late");
  open();
  await ended;
  expect(handled.map((ids) => ids.length)).toEqual([10, 2]);
  expect(deadlines).toEqual([23_000, 23_000]);
  expect(queue.left).toEqual(["m13"]);
  expect(queue.count("receive")).toBe(3);
});

test("what isn't finished within the grace is given back at once", async () => {
  const { queue, consumer, stop, clock, lines } = setup(bodies(3), () => new Promise(() => {}), { until: "stopped" });
  const ended = consumer.run();
  await queue.called("receive", 2);
  stop.abort();
  await turns();
  await clock.advance(24_999);
  expect(queue.visible).toEqual([]);
  await clock.advance(1);
  await ended;
  expect(queue.visible).toEqual(["m1", "m2", "m3"]);
  expect(consumer.totals.messages.returned).toBe(3);
  expect(consumer.isAbandoned).toBe(true);
  expect(lines).toContainEqual(
    expect.objectContaining({ message: "not finished within the grace: given back", messages: 3 }),
  );
});

test("at a stop, what a sink didn't take in time is given back at once", async () => {
  const { opened, open } = gate();
  const cut = new SluiceError("SINK_UNAVAILABLE", "send did not end when it was to stop");
  const handle: Handle = async (records) => {
    await opened;
    return answer(records, { m2: cut });
  };
  const { queue, consumer, stop } = setup(bodies(2), handle, { until: "stopped" });
  const ended = consumer.run();
  await queue.called("receive", 2);
  stop.abort();
  open();
  await ended;
  expect(queue.visible).toEqual(["m2"]);
  expect(consumer.totals.messages).toMatchObject({ deleted: 1, returned: 1, failed: 0 });
});

test("at a stop, what core had no time for is given back; what is wrong stays put off", async () => {
  const { opened, open } = gate();
  const handle: Handle = async (records) => {
    await opened;
    return answer(records, { m1: LATE, m2: POISON });
  };
  const { queue, consumer, stop } = setup(bodies(3), handle, { until: "stopped" });
  const ended = consumer.run();
  await queue.called("receive", 2);
  stop.abort();
  open();
  await ended;
  expect(queue.left).toEqual(["m1", "m2"]);
  expect(queue.visible).toEqual(["m1"]);
  expect(consumer.totals.messages).toEqual({ received: 3, deleted: 1, failed: 1, returned: 1 });
});

test("at a stop, a batch that waits for room is given back untouched", async () => {
  const { opened, open } = gate();
  const { queue, consumer, stop, handled } = setup(
    [notification(900_000), notification(900_000)],
    async (records) => {
      await opened;
      return answer(records);
    },
    { until: "stopped", batch: 1 },
  );
  const ended = consumer.run();
  await queue.called("receive", 2);
  await turns();
  stop.abort();
  open();
  await ended;
  expect(handled).toEqual([["m1"]]);
  expect(queue.visible).toEqual(["m2"]);
});

test("receives that fail are made again with backoff, for ever; health says when it was too long", async () => {
  const { queue, consumer, clock, lines, stop } = setup([], () => outcomeOf(), { until: "stopped" });
  queue.faults.receive.push(...Array.from({ length: 20 }, () => new SluiceError("ACCESS_DENIED", "no")));
  const ended = consumer.run();
  await turns();
  expect(consumer.ready()).toBe("the queue has not answered yet");
  while (queue.count("receive") < 20) await clock.advance(10_000);
  expect(consumer.alive()).toMatch(/^no receive and no progress for \d+ s$/);
  expect(lines.filter(({ message, code }) => message === "nothing received" && code === "ACCESS_DENIED")).toHaveLength(
    20,
  );
  const waits = lines.flatMap(({ waitMs }) => (typeof waitMs === "number" ? [waitMs] : []));
  expect(Math.max(...waits)).toBeLessThanOrEqual(60_000);
  await clock.advance(MAX_SILENCE_MS);
  expect(queue.count("receive")).toBeGreaterThan(20);
  expect(consumer.alive()).toBeUndefined();
  stop.abort();
  await ended;
});

test("a drain gives up where nothing can be received", async () => {
  const { queue, consumer } = setup(bodies(1), (records) => answer(records), {}, auto());
  queue.faults.receive.push(...Array.from({ length: MAX_FAILURES }, () => new SluiceError("ACCESS_DENIED", "no")));
  await expect(consumer.run()).rejects.toMatchObject({ code: "ACCESS_DENIED" });
});

test("a queue that isn't there ends it at the start; one that doesn't answer is waited for", async () => {
  const missing = setup([], () => outcomeOf(), {}, auto());
  missing.queue.faults.state.push(new SluiceError("QUEUE_MISSING", "no such queue"));
  await expect(missing.consumer.run()).rejects.toMatchObject({ code: "QUEUE_MISSING" });
  const slow = setup(bodies(1), (records) => answer(records), {}, auto());
  slow.queue.faults.state.push(throttled(), new SluiceError("RESET", "ECONNREFUSED"));
  await slow.consumer.run();
  expect(slow.queue.left).toEqual([]);
  const gone = setup([], () => outcomeOf(), { until: "stopped" }, auto());
  gone.queue.faults.state.push(...Array.from({ length: MAX_FAILURES }, () => new SluiceError("RESET", "ENOTFOUND")));
  await expect(gone.consumer.run()).rejects.toMatchObject({ code: "RESET" });
});

test("stopped before it began, it receives nothing", async () => {
  const stop = new AbortController();
  stop.abort();
  const { consumer, queue } = setup(bodies(1), (records) => answer(records), { stop: stop.signal });
  await consumer.run();
  expect(queue.calls).toEqual([]);
});

test("a drain ends though a failed message stays; the log tells of it", async () => {
  const handle: Handle = (records) => answer(records, { m2: POISON });
  const { consumer, queue, clock, lines } = setup(bodies(3), handle);
  const ended = consumer.run();
  await turns();
  await clock.advance(6_000);
  await ended;
  expect(queue.left).toEqual(["m2"]);
  expect(lines).toContainEqual(expect.objectContaining({ message: "drained", invisible: 1 }));
  expect(consumer.leftBehind).toBe(1);
});

async function turns(): Promise<void> {
  for (let i = 0; i < 10; i++) await new Promise((resolve) => setImmediate(resolve));
}
