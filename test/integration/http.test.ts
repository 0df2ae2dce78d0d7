import { createServer } from "node:http";
import { createPipeline, type DeadLetter, type Outcome, parseConfig, type SinkDefinition } from "@sluice/core";
import { type Answers, type FakeRequest, type FakeServer, fakeServer } from "@sluice/core/testing";
import http from "@sluice/sinks-http";
import { expect, onTestFinished, test } from "vitest";

const LINES = Array.from({ length: 300 }, (_, i) => `line ${i}`);

function messagesOf({ body }: FakeRequest): string[] {
  const lines = body.toString().trimEnd().split("\n");
  return lines.map((line) => JSON.parse(line).message);
}

async function run(answers: Answers): Promise<{ outcome: Outcome; server: FakeServer; letters: DeadLetter[] }> {
  const server = await fakeServer(createServer, answers);
  onTestFinished(() => server.close());
  const letters: DeadLetter[] = [];
  const retry = { attempts: 4, minDelayMs: 1, maxDelayMs: 5 };
  const sinks = { out: { type: "http", url: server.url, retry, limits: { maxBatchRecords: 100, maxInFlight: 2 } } };
  const config = parseConfig({ sinks, deadLetter: { type: "file", path: "unused" } }, "test");
  const pipeline = createPipeline(config, {
    sinks: async () => http as SinkDefinition,
    deadLetters: { put: async (_, some: readonly DeadLetter[]) => void letters.push(...some) },
  });
  onTestFinished(() => pipeline.close());
  const outcome = await pipeline.write(LINES.map((message, i) => ({ message, id: String(i) })));
  return { outcome, server, letters };
}

/** Messages in requests that were answered with 2xx. */
function taken(server: FakeServer, isTaken: (request: FakeRequest, i: number) => boolean): string[] {
  return server.requests.filter(isTaken).flatMap(messagesOf).sort();
}

test("faults that pass: every record arrives once", async () => {
  const faulty = (i: number): boolean => i < 5;
  const faults = [{ status: 503 }, { fault: "reset" }, { status: 429, headers: { "retry-after": "0" } }] as const;
  const { outcome, server } = await run((_, i) => (faulty(i) ? (faults[i % 3] ?? { status: 500 }) : { status: 200 }));
  expect(outcome.counts).toMatchObject({ in: 300, delivered: { out: 300 } });
  expect(taken(server, (_, i) => !faulty(i))).toEqual([...LINES].sort());
});

test("a receiver with a smaller limit and a distaste for one line: the rest arrives, that line is a dead letter", async () => {
  const statusOf = (request: FakeRequest): number => {
    const messages = messagesOf(request);
    if (messages.length > 30) return 413;
    return messages.includes("line 42") ? 400 : 200;
  };
  const { outcome, server, letters } = await run((request) => ({ status: statusOf(request), body: "not that" }));
  expect(outcome.counts).toMatchObject({ in: 300, delivered: { out: 299 }, deadLettered: { out: 1 } });
  const others = LINES.filter((line) => line !== "line 42");
  expect(taken(server, (request) => statusOf(request) === 200)).toEqual(others.sort());
  expect(letters).toMatchObject([{ sink: "out", status: 400, reason: { code: "HTTP_400", message: "not that" } }]);
  expect(JSON.parse(String(Buffer.from(letters[0]?.document ?? "")))).toMatchObject({ message: "line 42" });
});

test("a receiver that is wrong altogether: the records fail, none is thrown away", async () => {
  const { outcome, letters } = await run([{ status: 404, body: "no such path" }]);
  expect(outcome.counts).toMatchObject({ in: 300, failed: { out: 300 } });
  expect(outcome.troubles).toMatchObject([{ sink: "out", reason: { code: "HTTP_404", status: 404 } }]);
  expect(letters).toEqual([]);
});
