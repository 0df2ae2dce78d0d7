import { type Clock, type Pipeline, parseConfig, SluiceError, type UnitOutcome } from "@sluice/core";
import type { Outgoing, QueueTarget, SqsRecord } from "@sluice/lambda-entry";
import { expect, test } from "vitest";
import { type FakeOptions, fakeContext, outcomeOf } from "../fake-context.testing.ts";
import { main } from "../main.ts";
import { FakeQueue } from "../poll/fake-queue.testing.ts";

const URL = "https://sqs.eu-west-1.amazonaws.com/123456789012/dead";
const SOURCE = "https://sqs.eu-west-1.amazonaws.com/123456789012/logs";

/** Waits take no time. */
const clock: Clock = { now: () => 0, sleep: async () => {} };

const bodies = (count: number): string[] => Array.from({ length: count }, (_, i) => `body ${i + 1}`);

/** A target that takes what `takes` says, and remembers it. */
function targetOf(takes: (message: Outgoing) => boolean = () => true) {
  const taken: string[] = [];
  const target: QueueTarget = {
    send: async (messages) => {
      taken.push(...messages.filter(takes).map(({ body }) => body));
      return messages.map((message) => (takes(message) ? undefined : "ACCESS_DENIED: no"));
    },
    close: () => {},
  };
  return { target, taken };
}

async function replay(args: readonly string[], options: FakeOptions & { readonly queue: FakeQueue }) {
  const context = fakeContext(options);
  const exit = await main(["replay", "--queue", URL, "--json", ...args], context);
  const { out, err } = context.terminal.written;
  return { exit, err, calls: context.calls, ...(out === "" ? {} : JSON.parse(out)) };
}

test.each([
  [["--queue", "dead"], "--queue dead: expected the URL of a queue"],
  [["--queue", URL, "a"], "--queue and a: give either"],
  [["--queue", URL, "--sink", "x"], "--queue and --sink"],
  [["--queue", URL, "--state", "x"], "--queue and --state"],
  [["--queue", URL, "--move-to", "x"], "--move-to x: expected the URL of a queue"],
  [["--queue", URL, "--move-to", URL], "--move-to: expected another queue"],
  [["--queue", URL, "--dry-run", "--move-to", SOURCE], "--dry-run and --move-to"],
  [["--move-to", SOURCE, "a"], "--move-to goes with --queue only"],
])("%j is bad usage", async (args, message) => {
  const context = fakeContext();
  expect(await main(["replay", ...args], context)).toBe(2);
  expect(context.terminal.written.err).toContain(message);
});

test("--dry-run counts by how messages unwrap, and all can be received again at once", async () => {
  const queue = new FakeQueue(clock, ...bodies(25));
  const explain: Pipeline["explain"] = async (event) => {
    const n = Number((event as { Records: SqsRecord[] }).Records[0]?.body.slice(5));
    const good = { unit: "m", path: ["sqs", "s3"], what: "s3://b/k", status: "record source" } as const;
    const bad = { ...good, status: "undecodable", reason: "OBJECT_MISSING: gone" } as const;
    return { trigger: "sqs", ok: true, items: n % 5 === 0 ? [good, bad] : n === 1 ? [] : [good] };
  };
  const summary = await replay(["--dry-run"], { queue, pipeline: { explain } });
  expect(summary).toMatchObject({
    exit: 0,
    letters: 25,
    groups: [
      { sink: "sqs > s3", reason: "record source", letters: 19 },
      { sink: "sqs > s3", reason: "OBJECT_MISSING", letters: 5 },
      { sink: "(messages)", reason: "", letters: 1 },
    ],
  });
  expect(queue.visible).toHaveLength(25);
  expect(queue.count("delete")).toBe(0);
  expect(queue.isClosed).toBe(true);
  expect(summary.calls).not.toContain("handle");
});

test("--move-to deletes what the other queue took, and gives back the rest", async () => {
  const queue = new FakeQueue(clock, ...bodies(23));
  const { target, taken } = targetOf(({ body }) => body !== "body 7");
  const summary = await replay(["--move-to", SOURCE], { queue, queueTarget: target });
  expect(summary).toMatchObject({ exit: 1, delivered: { "(messages)": 22 }, failed: { "(messages)": 1 } });
  expect(summary.err).toContain("ACCESS_DENIED: no");
  expect(taken).toEqual(bodies(23).filter((body) => body !== "body 7"));
  expect(queue.left).toEqual(["m7"]);
  expect(queue.visible).toEqual(["m7"]);
  expect(summary.calls).toEqual([]);
});

test("a message that could not be deleted though it was moved is told", async () => {
  const queue = new FakeQueue(clock, ...bodies(3));
  queue.refused.set("r1", false);
  queue.refused.set("r2", true);
  const { target, taken } = targetOf();
  const summary = await replay(["--move-to", SOURCE], { queue, queueTarget: target });
  expect(summary).toMatchObject({ exit: 1, undeleted: 1, delivered: { "(messages)": 3 } });
  expect(taken).toHaveLength(3);
  expect(queue.left).toEqual(["m2"]);
});

const unit = ({ messageId: id, body }: SqsRecord): UnitOutcome => {
  const error = body === "body 2" ? new SluiceError("OBJECT_MISSING", "s3://b/k: gone") : undefined;
  return { id, ok: error === undefined, items: 1, records: 1, error };
};

test("messages are handled as the function would; only those that are ok are deleted", async () => {
  const queue = new FakeQueue(clock, ...bodies(12));
  const handled: [SqsRecord[], unknown][] = [];
  const handle: Pipeline["handle"] = async (event, invocation) => {
    const { Records } = event as { Records: SqsRecord[] };
    handled.push([Records, invocation]);
    return outcomeOf({}, { units: Records.map(unit) });
  };
  const summary = await replay([], { queue, pipeline: { handle } });
  expect(summary).toMatchObject({
    exit: 1,
    delivered: { "(messages)": 11 },
    failed: { "(messages)": 1 },
    groups: [
      { reason: "", delivered: 11 },
      { reason: "OBJECT_MISSING", failed: 1 },
    ],
  });
  expect(handled.map(([records]) => records.length)).toEqual([10, 2]);
  expect(handled[0]?.[0][0]).toMatchObject({ eventSource: "aws:sqs", messageId: "m1", body: "body 1" });
  expect(handled[0]?.[1]).toMatchObject({ again: true });
  expect(queue.left).toEqual(["m2"]);
  expect(queue.visible).toEqual(["m2"]);
  expect(summary.err).toContain("message m2: OBJECT_MISSING: s3://b/k: gone");
});

test("records that a sink refused are dead letters: their message is done, and the exit code tells", async () => {
  const queue = new FakeQueue(clock, "body 1");
  const handle: Pipeline["handle"] = async (event) =>
    outcomeOf({ deadLettered: { search: 3 } }, { units: (event as { Records: SqsRecord[] }).Records.map(unit) });
  expect(await replay([], { queue, pipeline: { handle } })).toMatchObject({ exit: 1, refused: 3 });
  expect(queue.left).toEqual([]);
});

test("a fault on the way gives back what was received", async () => {
  const queue = new FakeQueue(clock, ...bodies(3));
  const handle = async (): Promise<never> => {
    throw new SluiceError("SECRET_UNAVAILABLE", "no");
  };
  const summary = await replay([], { queue, pipeline: { handle } });
  expect(summary.exit).toBe(1);
  expect(summary.err).toContain("SECRET_UNAVAILABLE: no");
  expect(queue.visible).toHaveLength(3);
});

test("stopped on the way: the rest stays, to be received at once", async () => {
  const stop = new AbortController();
  const queue = new FakeQueue(clock, ...bodies(25));
  const { target, taken } = targetOf();
  const send: QueueTarget["send"] = async (...call) => {
    stop.abort();
    return target.send(...call);
  };
  const summary = await replay(["--move-to", SOURCE], {
    queue,
    stop: stop.signal,
    queueTarget: { ...target, send },
  });
  expect(summary.exit).toBe(1);
  expect(taken).toHaveLength(10);
  expect(queue.visible).toHaveLength(15);
});

test("a queue that isn't there ends it, and a wrong config before anything is received", async () => {
  const queue = new FakeQueue(clock, "a");
  queue.faults.state.push(new SluiceError("QUEUE_MISSING", "no such queue"));
  expect((await replay(["--dry-run"], { queue })).exit).toBe(1);
  const check = async (): Promise<never> => {
    throw new SluiceError("CONFIG_INVALID", "wrong");
  };
  const config = parseConfig({ sinks: { stdout: { type: "stdout" } } }, "test");
  const load = async () => ({ config, name: "test", baseDir: ".", found: true });
  expect((await replay([], { queue, load, pipeline: { check } })).exit).toBe(2);
  expect(queue.count("receive")).toBe(0);
});
