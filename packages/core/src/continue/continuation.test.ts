import { Buffer } from "node:buffer";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { expect, test } from "vitest";
import type { Postponed } from "../ports/postpone.ts";
import { type ScriptedSink, scriptedSink } from "../sink/scripted-sink.testing.ts";
import { Chain, created, notification, sqsEvent } from "./chain.testing.ts";

const QUEUE = "https://sqs.eu-west-1.amazonaws.com/123456789012/continue";
const LINES = 10_000;
const lineOf = (i: number): string => `${String(i).padStart(7, "0")} ${"x".repeat(i % 200)}`;
const text = Array.from({ length: LINES }, (_, i) => `${lineOf(i)}\n`).join("");

const CONTENTS: Readonly<Record<string, { readonly bytes: Buffer; readonly config?: object }>> = {
  lines: { bytes: Buffer.from(text) },
  "lines with a byte order mark": { bytes: Buffer.from(`\uFEFF${text}`) },
  "UTF-16": { bytes: Buffer.from(`\uFEFF${text}`, "utf16le") },
  "JSON lines": { bytes: Buffer.from(documents().join("\n")) },
  "JSON values without separator": { bytes: Buffer.from(documents().join("")) },
  "a JSON array in a document": {
    bytes: Buffer.from(`{"a":1,"Records":[${documents().join(",")}],"z":2}`),
    config: { sources: [{ match: {}, format: "json", framing: { type: "json-array", path: "Records" } }] },
  },
  "rows under a header": {
    bytes: Buffer.from(`id,text\n${text.replaceAll(" ", ",")}`),
    config: { sources: [{ match: {}, format: "csv" }] },
  },
  "rows with line ends in them": {
    bytes: Buffer.from(`id,text\n${text.replaceAll(" ", ',"a\nb').replaceAll("\n0", '"\n0').replace(/\n$/, '"\n')}`),
    config: { sources: [{ match: {}, format: "csv" }] },
  },
  "directives at the head": { bytes: w3c(1) },
  "several lines together": {
    bytes: Buffer.from(text.replaceAll("9 ", "9 \n  at somewhere\n  at another\n")),
    config: { sources: [{ match: {}, format: "raw", framing: { type: "multiline", continued: true } }] },
  },
};

function documents(): string[] {
  return Array.from({ length: LINES }, (_, i) => JSON.stringify({ message: lineOf(i), n: i }));
}

/** As many headers, evenly spread, each with the columns in another order. */
function w3c(headers: number): Buffer {
  const rows = text.repeat(3).trimEnd().split("\n");
  const out: string[] = [];
  rows.forEach((row, i) => {
    if (i % Math.ceil(rows.length / headers) === 0) {
      out.push(
        "#Version: 1.0",
        `#Fields: ${i === 0 ? "date time cs-uri-stem sc-status" : "date time sc-status cs-uri-stem"}`,
      );
    }
    const cells = ["/x", String(200 + (i % 300))];
    out.push(
      `2026-11-03 09:05:07 ${(i < rows.length / headers ? cells : cells.reverse()).join(" ")} ${row.slice(0, 0)}`.trimEnd(),
    );
  });
  return Buffer.from(`${out.join("\n")}\n`);
}

/** What one invocation with all the time in the world delivers. */
async function atOnce(bytes: Buffer, config: object): Promise<ScriptedSink> {
  const sink = scriptedSink();
  const chain = new Chain({ sink }, { ...config, deadline: { marginMs: 0, maxMarginMs: 0 } });
  chain.objects.set("k", { bytes, etag: "e" });
  Object.defineProperty(chain, "now", { get: () => 0, set: () => {} });
  const outcome = await chain.invoke(sqsEvent(notification("k")));
  expect(outcome.units).toMatchObject([{ ok: true }]);
  return sink;
}

for (const [name, { bytes, config = {} }] of Object.entries(CONTENTS)) {
  test(`${name}: an object too large for one invocation is gone on with until it is done, each record once`, async () => {
    const expected = await atOnce(bytes, config);
    const sink = scriptedSink();
    const chain = new Chain({ sink }, config);
    chain.objects.set("k", { bytes, etag: "e" });
    chain.queue.push(notification("k"));
    await chain.play();
    expect(chain.queue).toEqual([]);
    expect(chain.outcomes.length).toBeGreaterThan(3);
    expect(chain.outcomes.every(({ units }) => units[0]?.ok)).toBe(true);
    expect([...sink.delivered].sort()).toEqual([...expected.delivered].sort());
    expect(new Set(linesOf(sink))).toEqual(new Set(linesOf(expected)));
    expect(chain.read).toBeLessThan(bytes.length * 2);
  });
}

/** About 24 MB, which become less than a quarter. */
function longLines(): Buffer[] {
  let state = 1;
  const next = (): number => {
    state = (state * 48271) % 2147483647;
    return state;
  };
  const line = (i: number): string => {
    const all = Array.from({ length: 120 }, () => ["/index.html", "HTTP/1.1", "-", "203.0.113.", "200"][next() % 5]);
    return `${String(i).padStart(7, "0")} ${all.join(" ")}${next()}\n`;
  };
  return Array.from({ length: 24 }, (_, part) =>
    Buffer.from(Array.from({ length: 1200 }, (_, i) => line(part * 1200 + i)).join("")),
  );
}

const PACKED: Readonly<Record<string, (parts: readonly Buffer[]) => Buffer>> = {
  "one gzip member": (parts) => gzipSync(Buffer.concat(parts)),
  "many gzip members": (parts) => Buffer.concat(parts.map((part) => gzipSync(part))),
  "many zstd frames": (parts) => Buffer.concat(parts.map((part) => zstdCompressSync(part))),
};

for (const [name, pack] of Object.entries(PACKED)) {
  test(`${name}: gone on with in the middle, without beginning anew`, async () => {
    const parts = longLines();
    const bytes = pack(parts);
    const sink = scriptedSink();
    const chain = new Chain({ sink }, { sources: [{ match: {}, format: "raw" }] });
    chain.chunkBytes = Math.ceil(bytes.length / 150);
    chain.objects.set("k", { bytes, etag: "e" });
    chain.queue.push(notification("k"));
    await chain.play();
    expect(chain.outcomes.length).toBeGreaterThan(2);
    expect(chain.outcomes.every(({ units }) => units[0]?.ok)).toBe(true);
    expect(sink.delivered).toHaveLength(24 * 1200);
    expect(new Set(sink.delivered).size).toBe(24 * 1200);
    expect(chain.read).toBeLessThan(bytes.length * 1.9);
  });
}

function linesOf({ sent }: ScriptedSink): string[] {
  return sent.flatMap(({ lines }) => lines);
}

test("directives in the middle: what follows them is read as they say", async () => {
  const bytes = w3c(3);
  const expected = await atOnce(bytes, {});
  const sink = scriptedSink();
  const chain = new Chain({ sink });
  chain.objects.set("k", { bytes, etag: "e" });
  chain.queue.push(notification("k"));
  await chain.play();
  expect(chain.queue).toEqual([]);
  expect(new Set(linesOf(sink))).toEqual(new Set(linesOf(expected)));
  expect([...sink.delivered].sort()).toEqual([...expected.delivered].sort());
});

function aChain(sinks: Record<string, ScriptedSink>, config: object = {}): Chain {
  const chain = new Chain(sinks, config);
  chain.objects.set("k", { bytes: Buffer.from(text), etag: "e" });
  chain.queue.push(notification("k"));
  return chain;
}

test("a sink that is down is owed its records, and gets them alone, once", async () => {
  let down = true;
  const up = scriptedSink();
  const flaky = scriptedSink((_batch, _call, number) =>
    down && number > 2 ? { kind: "unavailable", reason: { code: "DOWN", message: "as told" } } : { kind: "delivered" },
  );
  const chain = aChain({ up, flaky });
  await chain.play(30);
  expect(up.delivered).toHaveLength(LINES);
  const before = flaky.delivered.length;
  expect(chain.queue).toHaveLength(1);
  expect(JSON.parse(chain.queue[0] ?? "").resume.owed).toEqual({ flaky: expect.any(Number) });
  down = false;
  await chain.play();
  expect(chain.queue).toEqual([]);
  expect(new Set(flaky.delivered).size).toBe(LINES);
  expect(flaky.delivered.length).toBeLessThanOrEqual(LINES + before);
  expect(up.delivered).toHaveLength(LINES);
});

test("without any progress nothing is handed over: the message itself comes again", async () => {
  const sink = scriptedSink(() => ({ kind: "unavailable", reason: { code: "DOWN", message: "as told" } }));
  const chain = aChain({ sink });
  const [body] = chain.queue;
  await chain.play(5);
  expect(chain.queue).toEqual([body]);
  expect(chain.outcomes.map(({ units }) => units[0]?.error?.code)).toEqual(Array(5).fill("SINK_UNAVAILABLE"));
});

test("a queue that refuses makes the unit fail: nothing is acknowledged that nobody has", async () => {
  const sink = scriptedSink();
  const chain = aChain({ sink });
  chain.refuses = true;
  await chain.play(1);
  expect(chain.outcomes[0]?.units[0]).toMatchObject({ ok: false, error: { code: "DEADLINE" } });
  expect(chain.outcomes[0]?.counts.continued).toEqual({});
  chain.refuses = false;
  await chain.play();
  expect(new Set(sink.delivered).size).toBe(LINES);
});

test("beyond maxHops the message stays, with a reason that says so", async () => {
  const sink = scriptedSink();
  const chain = aChain({ sink }, { continuation: { queue: QUEUE, maxHops: 2 } });
  await chain.play(4);
  expect(chain.outcomes.at(-1)?.units[0]?.error?.code).toBe("HOPS_EXHAUSTED");
  expect(chain.queue).toHaveLength(1);
});

test("an object that was replaced is done: what replaced it comes by itself", async () => {
  const sink = scriptedSink();
  const chain = aChain({ sink });
  await chain.play(1);
  chain.objects.set("k", { bytes: Buffer.from("another\n"), etag: "other" });
  await chain.play();
  expect(chain.queue).toEqual([]);
  expect(chain.outcomes.at(-1)?.units).toMatchObject([{ ok: true }]);
  expect(chain.outcomes.at(-1)?.counts.superseded).toBe(1);
});

test("an asynchronous invocation is handed over, its object gone on with", async () => {
  const sink = scriptedSink();
  const chain = aChain({ sink });
  chain.queue.length = 0;
  const outcome = await chain.invoke({ Records: [created("k")] });
  expect(outcome.error).toBeUndefined();
  expect(chain.queue).toHaveLength(1);
  await chain.play();
  expect([...sink.delivered].sort()).toEqual([...new Set(sink.delivered)].sort());
  expect(sink.delivered).toHaveLength(LINES);
});

test("an asynchronous event that can't be delivered is handed over whole, with the region it came to", async () => {
  let down = true;
  const sink = scriptedSink(() =>
    down ? { kind: "unavailable", reason: { code: "DOWN", message: "as told" } } : { kind: "delivered" },
  );
  const chain = aChain({ sink });
  chain.queue.length = 0;
  const payload = {
    messageType: "DATA_MESSAGE",
    owner: "123456789012",
    logGroup: "g",
    logStream: "s",
    subscriptionFilters: [],
    logEvents: [{ id: "1", timestamp: 1_700_000_000_000, message: "hello" }],
  };
  const event = { awslogs: { data: gzipSync(JSON.stringify(payload)).toString("base64") } };
  expect((await chain.invoke(event)).error).toBeUndefined();
  expect(JSON.parse(chain.queue[0] ?? "")).toMatchObject({ hop: 1, event, receiver: { region: "eu-west-1" } });
  await chain.play(2);
  expect(chain.queue).toHaveLength(1);
  down = false;
  await chain.play();
  expect(chain.queue).toEqual([]);
  expect(sink.delivered).toHaveLength(1);
});

test("a FIFO queue's message is never handed over", async () => {
  const sink = scriptedSink();
  const chain = aChain({ sink });
  const own = {
    eventSourceARN: "arn:aws:sqs:eu-west-1:123456789012:q.fifo",
    attributes: { MessageGroupId: "g", ApproximateReceiveCount: "1" },
  };
  const outcome = await chain.invoke(sqsEvent(chain.queue.shift() ?? "", own));
  expect(outcome.units[0]).toMatchObject({ ok: false, error: { code: "DEADLINE" } });
  expect(chain.queue).toEqual([]);
});

test("records owed to a sink that isn't in the config any more are not forgotten", async () => {
  const sink = scriptedSink();
  const chain = aChain({ sink });
  await chain.play(1);
  const other = new Chain({ renamed: scriptedSink() });
  other.objects.set("k", { bytes: Buffer.from(text), etag: "e" });
  other.queue.push(...chain.queue);
  await other.play(1);
  expect(other.outcomes[0]?.units[0]?.error).toMatchObject({ code: "CONTINUATION_UNKNOWN_SINK" });
});

test("failed messages are put off, the longer the more often they came", async () => {
  const sink = scriptedSink(() => ({ kind: "unavailable", reason: { code: "DOWN", message: "as told" } }));
  const postponed: Postponed[] = [];
  const postpone = {
    postpone: async (messages: readonly Postponed[]) => {
      postponed.push(...messages);
    },
  };
  const chain = new Chain({ sink }, {}, { postpone });
  chain.objects.set("k", { bytes: Buffer.from(text), etag: "e" });
  const eventSourceARN = "arn:aws:sqs:eu-west-1:123456789012:q";
  for (const count of ["1", "3"])
    await chain.invoke(sqsEvent(notification("k"), { eventSourceARN, attributes: { ApproximateReceiveCount: count } }));
  expect(postponed).toMatchObject([
    { queueArn: eventSourceARN, receiptHandle: "r" },
    { queueArn: eventSourceARN, receiptHandle: "r" },
  ]);
  const [first, third] = postponed.map(({ seconds }) => seconds);
  expect((third as number) / (first as number)).toBeCloseTo(4, 0);
});

for (const splitBytes of [100_000, 250_000, 333_333]) {
  test(`a large object of lines is split into ranges of ${splitBytes} bytes, each record once`, async () => {
    const bytes = Buffer.from(text);
    const expected = await atOnce(bytes, {});
    const sink = scriptedSink();
    const chain = aChain({ sink }, { continuation: { queue: QUEUE, splitBytes } });
    const [body] = chain.queue.splice(0);
    await chain.invoke(sqsEvent(body ?? ""));
    expect(chain.queue.length).toBeGreaterThanOrEqual(Math.ceil(bytes.length / splitBytes) - 1);
    chain.queue.reverse();
    await chain.play();
    expect(chain.outcomes.every(({ units }) => units[0]?.ok)).toBe(true);
    expect([...sink.delivered].sort()).toEqual([...expected.delivered].sort());
  });
}

test("ranges are cut where cells are", async () => {
  const bytes = Buffer.from(text);
  const archive = scriptedSink(undefined, { limits: { cellBytes: 70_000 } });
  const chain = aChain({ archive }, { continuation: { queue: QUEUE, splitBytes: 200_000 } });
  chain.queue.splice(0, 1, notification("k"));
  await chain.play();
  const cells = archive.sent.map(({ cell }) => cell);
  expect(new Set(cells).size).toBe(Math.ceil(bytes.length / 70_000));
  expect(cells.every((cell) => /-70000b-\d+$/.test(cell ?? ""))).toBe(true);
  expect(new Set(archive.delivered).size).toBe(LINES);
});

test("rows with line ends in them are not split", async () => {
  const { bytes, config = {} } = CONTENTS["rows with line ends in them"] as (typeof CONTENTS)[string];
  const sink = scriptedSink();
  const chain = new Chain({ sink }, { ...config, continuation: { queue: QUEUE, splitBytes: 100_000 } });
  chain.objects.set("k", { bytes, etag: "e" });
  await chain.invoke(sqsEvent(notification("k")));
  expect(chain.queue).toHaveLength(1);
});
