import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { createPipeline, parseConfig, type Sink } from "@sluice/core";
import { encodeBatch, sendCall } from "@sluice/core/testing";
import { elasticsearch, opensearch } from "@sluice/sinks-elastic";
import { afterAll, afterEach, beforeAll, describe, expect, inject, test, vi } from "vitest";
import { type OpenSearchEngine, startOpenSearch } from "../../tooling/engines/opensearch.ts";
import {
  ask,
  countOf,
  type Json,
  kindsOf,
  passTime,
  recordsOf,
  sendAgain,
  sendRecords,
  sinkFor,
  unique,
} from "./elastic-helper.ts";

const DELIVERED = { kind: "delivered" };
let openSearch: OpenSearchEngine;
beforeAll(async () => {
  openSearch = await startOpenSearch();
});
afterAll(() => openSearch?.stop());
afterEach(() => vi.restoreAllMocks());

describe.each(["elasticsearch", "opensearch"] as const)("%s", (product) => {
  const sinks: Sink[] = [];
  let url: string;
  beforeAll(async () => {
    url = product === "elasticsearch" ? inject("esUrl") : openSearch.url;
    // Nothing is seen by searches until a refresh is asked for.
    const template = {
      settings: { "index.refresh_interval": "-1", "index.number_of_replicas": 0 },
      mappings: { properties: { labels: { properties: { n: { type: "long" } } } } },
    };
    const body = { index_patterns: ["again-*"], data_stream: {}, priority: 400, template };
    await ask(url, "PUT", "/_index_template/again", body);
  });
  afterAll(async () => {
    await Promise.all(sinks.map((sink) => sink.close?.()));
    await ask(url, "DELETE", "/_data_stream/again-*");
  });

  const sinkTo = async (options: Json): Promise<Sink> => {
    const sink = await sinkFor({ url, ...options }, product);
    sinks.push(sink);
    return sink;
  };
  const rollover = (name: string): Promise<Json> => ask(url, "POST", `/${name}/_rollover`, {});
  const rolledAlias = async (): Promise<string> => {
    const alias = unique("alias-");
    await ask(url, "PUT", `/${alias}-000001`, { aliases: { [alias]: { is_write_index: true } } });
    return alias;
  };
  const [one, two, three] = [{ message: "one" }, { message: "two" }, { message: "three" }];

  test("after a rollover, unrefreshed: once; by the index alone, twice", async () => {
    const target = unique("again-");
    const sink = await sinkTo({ target });
    expect(await sendRecords(sink, one, two)).toEqual(DELIVERED);
    await rollover(target);
    expect(await sendAgain(sink, one, two, three)).toEqual(DELIVERED);
    await rollover(target);
    await rollover(target);
    expect(await sendAgain(sink, one, two, three)).toEqual(DELIVERED);
    expect(await countOf(url, target)).toBe(3);
    expect(await sendAgain(await sinkTo({ target, dedupe: "index" }), one, two, three)).toEqual(DELIVERED);
    expect(await countOf(url, target)).toBe(6);
  });

  describe("retries that the trigger doesn't tell", () => {
    test.each(["data stream", "alias"])("come again after a rollover, to the same process: once (%s)", async (kind) => {
      const target = kind === "alias" ? await rolledAlias() : unique("again-");
      const sink = await sinkTo({ target });
      expect(await sendRecords(sink, one, two)).toEqual(DELIVERED);
      await rollover(target);
      passTime(2000);
      expect(await sendRecords(sink, one, two, three)).toEqual(DELIVERED);
      expect(await countOf(url, target)).toBe(3);
    });

    test("to another one, after two rollovers: once; without a window, twice", async () => {
      const target = unique("again-");
      expect(await sendRecords(await sinkTo({ target }), one, two)).toEqual(DELIVERED);
      await rollover(target);
      expect(await sendRecords(await sinkTo({ target }), { ...three, start: 2_000_000 })).toEqual(DELIVERED);
      await rollover(target);
      expect(await sendRecords(await sinkTo({ target, compression: "none" }), one, two, three)).toEqual(DELIVERED);
      expect(await countOf(url, target)).toBe(3);
      expect(await sendRecords(await sinkTo({ target, dedupeWindowMs: 0 }), one, two, three)).toEqual(DELIVERED);
      expect(await countOf(url, target)).toBe(6);
    });

    test("deliveries at the same time on both sides of a rollover: once", async () => {
      const target = unique("again-");
      const [before, after] = [await sinkTo({ target }), await sinkTo({ target })];
      const message = Array.from({ length: 20 }, (_, i) => ({ message: `line ${i}` }));
      expect(await sendRecords(before, ...message.slice(0, 10))).toEqual(DELIVERED);
      expect(await sendRecords(after, ...message.slice(0, 5))).toEqual(DELIVERED);
      await rollover(target);
      passTime(2000);
      const sent = [sendRecords(before, ...message), sendRecords(after, ...message)];
      expect(await Promise.all(sent)).toEqual([DELIVERED, DELIVERED]);
      expect(await countOf(url, target)).toBe(20);
    });
  });

  test("triggers that tell no redeliveries: always", async () => {
    const target = unique("again-");
    const sink = await sinkTo({ target, dedupe: "always", compression: "none" });
    expect(await sendRecords(sink, one)).toEqual(DELIVERED);
    await rollover(target);
    expect(await sendRecords(sink, one, two)).toEqual(DELIVERED);
    expect(await countOf(url, target)).toBe(2);
  });

  test("twice in one batch, some of it there", async () => {
    const target = unique("again-");
    const sink = await sinkTo({ target });
    expect(await sendRecords(sink, one)).toEqual(DELIVERED);
    await rollover(target);
    const twice = [one, two, one, two].map((record, i) => ({ ...record, start: (i % 2) * 1_000_000 }));
    expect(await sendAgain(sink, ...twice)).toEqual(DELIVERED);
    expect(await countOf(url, target)).toBe(2);
  });

  test("ten thousand, a third of them in each of two indices", async () => {
    const target = unique("again-");
    const sink = await sinkTo({ target });
    const batch = encodeBatch(sink, recordsOf(...Array.from({ length: 10_000 }, (_, i) => ({ message: `line ${i}` }))));
    for (const third of [0, 1]) {
      expect(await sink.send(batch.slice(third * 3000, third * 3000 + 3000), sendCall())).toEqual(DELIVERED);
      await rollover(target);
    }
    expect(await sink.send(batch, { ...sendCall(), again: true })).toEqual(DELIVERED);
    expect(await countOf(url, target)).toBe(10_000);
  });

  test("indices named by date, and streams, in one batch", async () => {
    const base = unique("day-");
    const days = [1, 2].map((day) => ({ message: `day ${day}`, timestamp: Date.UTC(2026, 0, day) }));
    const sink = await sinkTo({ target: `${base}-{yyyy}.{MM}.{dd}` });
    expect(await sendAgain(sink, ...days)).toEqual(DELIVERED);
    expect(await sendAgain(sink, ...days)).toEqual(DELIVERED);
    expect([await countOf(url, `${base}-2026.01.01`), await countOf(url, `${base}-2026.01.02`)]).toEqual([1, 1]);

    const streams = [unique("a"), unique("b")];
    const spread = await sinkTo({ target: "again-{dataset}" });
    const records = streams.map((dataset) => ({ dataset }));
    expect(await sendRecords(spread, ...records.slice(0, 1))).toEqual(DELIVERED);
    await rollover(`again-${streams[0]}`);
    expect(await sendAgain(spread, ...records)).toEqual(DELIVERED);
    for (const each of streams) expect(await countOf(url, `again-${each}`)).toBe(1);
  });

  test("an alias that is rolled over", async () => {
    const alias = await rolledAlias();
    const sink = await sinkTo({ target: alias });
    expect(await sendRecords(sink, one)).toEqual(DELIVERED);
    await rollover(alias);
    expect(await sendAgain(sink, one, two)).toEqual(DELIVERED);
    expect(await countOf(url, alias)).toBe(2);
  });

  test("an index of the stream that is closed: nothing is sent", async () => {
    const target = unique("again-");
    const sink = await sinkTo({ target });
    expect(await sendRecords(sink, one)).toEqual(DELIVERED);
    const { old_index: old } = await rollover(target);
    await ask(url, "POST", `/${old}/_close`);
    const result = await sendAgain(sink, one, two);
    expect(result).toMatchObject({ kind: "unavailable", reason: { code: "index_closed_exception" } });
    await ask(url, "POST", `/${old}/_open`);
    expect(await sendAgain(sink, one, two)).toEqual(DELIVERED);
    expect(await countOf(url, target)).toBe(2);
  });

  test("a record refused for its own fault among those that are there", async () => {
    const target = unique("again-");
    const sink = await sinkTo({ target });
    expect(await sendRecords(sink, one)).toEqual(DELIVERED);
    await rollover(target);
    const bad = { fields: { "labels.n": "not a number" } };
    expect(kindsOf(await sendAgain(sink, one, bad, three), 3)).toEqual(["delivered", "reject", "delivered"]);
  });

  test("an answer that was lost, and a rollover before the next attempt", async () => {
    const target = unique("again-");
    let lost = 0;
    const proxy = createServer((request, response) => {
      forward(url, request, response, async (path) => {
        if (!path.startsWith("/_bulk") || lost > 0) return true;
        lost++;
        await rollover(target);
        return false;
      }).catch((error) => response.destroy(error));
    });
    await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
    try {
      const search = {
        type: product,
        url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
        target,
        retry: { attempts: 3, minDelayMs: 1, maxDelayMs: 2 },
      };
      const definition = product === "elasticsearch" ? elasticsearch : opensearch;
      const pipeline = createPipeline(parseConfig({ sinks: { search } }, "test"), { sinks: async () => definition });
      const messages = Array.from({ length: 20 }, (_, i) => ({ message: `line ${i}`, id: `${target}-${i}` }));
      const { counts } = await pipeline.write(messages);
      await pipeline.close();
      expect(lost).toBe(1);
      expect(counts.delivered).toEqual({ search: 20 });
      expect(await countOf(url, target)).toBe(20);
    } finally {
      proxy.closeAllConnections();
      await new Promise((resolve) => proxy.close(resolve));
    }
  });
});

/** Nodes with failure stores answer 201 for what they refused; those without say what was wrong. It is refused either way. */
test("a data stream with a failure store", async () => {
  const url = inject("esUrl");
  const template = {
    mappings: { properties: { labels: { properties: { n: { type: "long" } } } } },
    data_stream_options: { failure_store: { enabled: true } },
  };
  const body = { index_patterns: ["failing-*"], data_stream: {}, priority: 400, template };
  await ask(url, "PUT", "/_index_template/failing", body);
  const target = unique("failing-");
  const sink = await sinkFor({ url, target });
  try {
    const result = await sendRecords(sink, {}, { fields: { "labels.n": "not a number" } });
    expect(kindsOf(result, 2)).toEqual(["delivered", "reject"]);
    expect(await countOf(url, target)).toBe(1);
  } finally {
    await sink.close?.();
    await ask(url, "DELETE", `/_data_stream/${target}`);
  }
});

/** Passes a request on; the answer is kept back where `answers` says false, and the connection ends. */
async function forward(
  url: string,
  request: IncomingMessage,
  response: ServerResponse,
  answers: (path: string) => Promise<boolean>,
): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const { "content-type": type, "content-encoding": encoding } = request.headers;
  const headers = { ...(type && { "content-type": type }), ...(encoding && { "content-encoding": String(encoding) }) };
  const { method = "GET", url: path = "/" } = request;
  const answer = await fetch(`${url}${path}`, {
    method,
    headers,
    ...(method === "GET" ? {} : { body: Buffer.concat(chunks) }),
  });
  const text = await answer.text();
  if (!(await answers(path))) {
    response.destroy();
    return;
  }
  response.writeHead(answer.status, { "content-type": "application/json" }).end(text);
}
