import type { EncodedBatch, SendResult, Sink } from "@sluice/core";
import { encodeBatch, sendCall } from "@sluice/core/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ElasticsearchEngine, startElasticsearch } from "../../tooling/engines/elasticsearch.ts";
import { countOf, recordsOf, sendRecords, sinkFor, unique } from "./elastic-helper.ts";

const KB = 1024;
let engine: ElasticsearchEngine;
const sinks: Sink[] = [];
beforeAll(async () => {
  const settings = { "indexing_pressure.memory.limit": "20kb", "http.max_content_length": "64kb" };
  engine = await startElasticsearch({ settings });
});
afterAll(async () => {
  await Promise.all(sinks.map((sink) => sink.close?.()));
  await engine?.stop();
});

async function sinkTo(target: string, compression = "gzip"): Promise<Sink> {
  const sink = await sinkFor({ url: engine.url, target, compression });
  sinks.push(sink);
  return sink;
}

const messages = (count: number, size: number) =>
  Array.from({ length: count }, (_, i) => ({ message: `${i} `.padEnd(size, "x") }));

/** Sends again what was told to be sent again, halved where told so; how often each was told. */
async function deliver(sink: Sink, batch: EncodedBatch, told: { retry: number; split: number }): Promise<void> {
  const result = await sink.send(batch, sendCall());
  if (result.kind === "delivered") return;
  if (result.kind === "split") {
    told.split++;
    const middle = Math.ceil(batch.count / 2);
    await deliver(sink, batch.slice(0, middle), told);
    return deliver(sink, batch.slice(middle, batch.count), told);
  }
  told.retry++;
  if (result.kind === "retry") return deliver(sink, batch, told);
  if (result.kind !== "each") throw new Error(JSON.stringify(result));
  for (const [i, outcome] of result.outcomes.entries()) {
    if (outcome.kind === "retry") {
      expect(outcome.reason).toMatchObject({ code: "es_rejected_execution_exception", status: 429 });
      await deliver(sink, batch.slice(i, i + 1), told);
    } else expect(outcome).toEqual({ kind: "delivered" });
  }
}

describe.each(["gzip", "none"])("a node with little memory (%s)", (compression) => {
  test("more than it takes at once is told to be sent again, and gets there once", async () => {
    const index = unique("pressed-");
    const sink = await sinkTo(index, compression);
    const batch = encodeBatch(sink, recordsOf(...messages(64, KB)));
    const told = { retry: 0, split: 0 };
    const slices = Array.from({ length: 8 }, (_, i) => batch.slice(i * 8, i * 8 + 8));
    await Promise.all(slices.map((slice) => deliver(sink, slice, told)));
    expect(told.retry).toBeGreaterThan(0);
    expect(await countOf(engine.url, index)).toBe(64);
  });

  test("one batch beyond its memory gets there in pieces", async () => {
    const index = unique("large-");
    const sink = await sinkTo(index, compression);
    const told = { retry: 0, split: 0 };
    await deliver(sink, encodeBatch(sink, recordsOf(...messages(48, KB))), told);
    expect(told.retry + told.split).toBeGreaterThan(0);
    expect(await countOf(engine.url, index)).toBe(48);
  });

  test("a body beyond http.max_content_length is to be halved", async () => {
    const sink = await sinkTo(unique("huge-"), compression);
    // The node closes without reading on: when that comes before its answer was read, another attempt reads it.
    const attempts: SendResult[] = [];
    while (attempts.length < 8 && (attempts.at(-1)?.kind ?? "retry") === "retry")
      attempts.push(await sendRecords(sink, ...messages(100, KB)));
    expect(attempts.at(-1)).toMatchObject({ kind: "split", reason: { status: 413 } });
    for (const lost of attempts.slice(0, -1)) expect(lost).toMatchObject({ kind: "retry", reason: { code: "RESET" } });
  });
});
