import { type SendCall, type SendResult, type Sink, silentLogger } from "@sluice/core";
import {
  type Answer,
  encodeBatch,
  type FakeRequest,
  sendCall,
  type TestRecord,
  testRecord,
} from "@sluice/core/testing";
import fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import { recordsOf } from "./bulk.testing.ts";
import { docsOf, type FakeCluster, fakeCluster, notFound, type Streams } from "./cluster.testing.ts";
import { elasticsearch, opensearch } from "./index.ts";

const cleanup: (() => Promise<unknown> | undefined)[] = [];
afterEach(async () => {
  for (const end of cleanup.splice(0).reverse()) await end();
});

const STREAM = "logs-generic-default";
const AGAIN: SendCall = { ...sendCall(), again: true };
const DELIVERED = { kind: "delivered" };
const json = (status: number, body: unknown): Answer => ({ status, body: JSON.stringify(body) });

async function cluster(streams: Streams = {}, fault?: Parameters<typeof fakeCluster>[1]): Promise<FakeCluster> {
  const made = await fakeCluster(streams, fault);
  cleanup.push(() => made.close());
  return made;
}

/** Without a window after rollovers: rollovers.test.ts and interleavings.test.ts are about that. */
async function sinkAt(url: string, options: object = {}, definition = elasticsearch): Promise<Sink> {
  const context = { name: "search", baseDir: ".", logger: silentLogger };
  const sink = await definition.create(definition.options.parse({ url, dedupeWindowMs: 0, ...options }), context);
  cleanup.push(() => sink.close?.());
  return sink;
}

const recordsAt = (...at: readonly (number | TestRecord)[]): ReturnType<typeof testRecord>[] =>
  at.map((each) => testRecord(typeof each === "number" ? { message: `m${each}`, start: each * 100 } : each));
const idOf = (at: number): string => encodeBatch(ID_SINK, recordsAt(at)).id(0);
const ID_SINK: Sink = {
  dedupes: "never",
  encode: (_, out) => void out.byte(1),
  send: async () => ({ kind: "delivered" }),
};

/** A stream of backing indices `<name>-1`, `<name>-2` … with the records at these places in them. */
const stream = (...indices: readonly (readonly number[])[]): Streams => ({
  [STREAM]: new Map(indices.map((at, i) => [`${STREAM}-${i + 1}`, new Set(at.map(idOf))])),
});
const sentBy = ({ requests }: FakeCluster): string[][] =>
  requests
    .filter(({ path }) => path.startsWith("/_bulk"))
    .map((request) => recordsOf(request).map(({ document }) => document.message as string));
const send = (sink: Sink, at: readonly number[], call: SendCall = AGAIN): Promise<SendResult> =>
  sink.send(encodeBatch(sink, recordsAt(...at)), call);

describe("what is there is delivered, and isn't sent", () => {
  test.each(["gzip", "none"])("in an index before the last rollover (%s)", async (compression) => {
    const server = await cluster(stream([0, 2], []));
    const sink = await sinkAt(server.url, { compression });
    expect(await send(sink, [0, 1, 2, 3])).toEqual(DELIVERED);
    expect(sentBy(server)).toEqual([["m1", "m3"]]);
    const get = server.requests.find(({ path }) => path.startsWith("/_mget"));
    expect(get?.headers["content-encoding"]).toBe(compression === "gzip" ? "gzip" : undefined);
    expect(new URL(get?.path ?? "", server.url).searchParams.get("realtime")).not.toBe("false");
  });

  test("all of it: nothing is sent, and older indices aren't asked", async () => {
    const server = await cluster(stream([], [0], [1, 2]));
    expect(await send(await sinkAt(server.url), [0, 1, 2])).toEqual(DELIVERED);
    expect(server.asked()).toEqual([`GET /_resolve/index/${STREAM}`, "POST /_mget", "POST /_mget"]);
    const docs = server.requests.slice(1).map((request) => docsOf(request).map(({ _index, _id }) => [_index, _id]));
    expect(docs[0]).toEqual([0, 1, 2].map((at) => [`${STREAM}-3`, idOf(at)]));
    expect(docs[1]).toEqual([[`${STREAM}-2`, idOf(0)]]);
  });

  test("none of it: the batch goes as it is", async () => {
    const server = await cluster(stream([7], [8]));
    const sink = await sinkAt(server.url);
    const batch = encodeBatch(sink, recordsAt(0, 1));
    expect(await sink.send(batch, AGAIN)).toEqual(DELIVERED);
    expect(server.requests.at(-1)?.body.equals(batch.bytes)).toBe(true);
  });

  test("a stream that doesn't exist yet has nothing", async () => {
    const server = await cluster();
    expect(await send(await sinkAt(server.url), [0])).toEqual(DELIVERED);
    expect(server.asked()).toEqual([`GET /_resolve/index/${STREAM}`, "POST /_bulk"]);
  });

  test("names are looked up apart: the same id under another name is not there", async () => {
    const streams = stream([0], []);
    streams["logs-other-default"] = new Map([["logs-other-default-1", new Set([idOf(1)])]]);
    const server = await cluster(streams);
    const sink = await sinkAt(server.url);
    const records = recordsAt(
      0,
      1,
      { message: "m2", start: 200, dataset: "other" },
      { message: "m1", start: 100, dataset: "other" },
    );
    expect(await sink.send(encodeBatch(sink, records), AGAIN)).toEqual(DELIVERED);
    expect(sentBy(server)).toEqual([["m1", "m2"]]);
  });

  test("an index is left to `create`; an alias is not", async () => {
    const server = await cluster({}, ({ path }) => {
      if (path.startsWith("/_resolve/index/app-a")) return json(200, { indices: [{ name: "app-a" }] });
      if (path.startsWith("/_resolve")) return json(200, { aliases: [{ name: "app-b", indices: ["b-1", "b-2"] }] });
      return undefined;
    });
    const sink = await sinkAt(server.url, { target: "app-{dataset}" });
    const records = recordsAt({ dataset: "a" }, { dataset: "b", start: 100 });
    expect(await sink.send(encodeBatch(sink, records), AGAIN)).toEqual(DELIVERED);
    const gets = server.requests.filter(({ path }) => path.startsWith("/_mget")).flatMap(docsOf);
    expect(gets.map(({ _index }) => _index)).toEqual(["b-2", "b-1"]);
  });

  test("OpenSearch's primaries are asked", async () => {
    const server = await cluster(stream([0], []));
    expect(await send(await sinkAt(server.url, {}, opensearch), [0])).toEqual(DELIVERED);
    const path = server.requests[1]?.path ?? "";
    expect(new URL(path, server.url).searchParams.get("preference")).toBe("_primary");
  });

  test("a record twice in one batch goes once", async () => {
    const server = await cluster(stream([], []));
    expect(await send(await sinkAt(server.url), [0, 0])).toEqual(DELIVERED);
    expect(server.streams[STREAM]?.get(`${STREAM}-2`)?.size).toBe(1);
  });

  test("whatever is where, each record is there once", async () => {
    const places = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(places, async (indexOf) => {
        const at = indexOf.map((_, i) => i);
        const server = await cluster(stream(...[1, 2, 3].map((n) => at.filter((i) => indexOf[i] === n))));
        expect(await send(await sinkAt(server.url), at)).toEqual(DELIVERED);
        const all = [...(server.streams[STREAM]?.values() ?? [])].flatMap((ids) => [...ids]);
        expect(all.sort()).toEqual(at.map(idOf).sort());
      }),
      { numRuns: 25 },
    );
  });
});

describe("when it is looked up", () => {
  test.each([
    ["stream", false, 1],
    ["stream", true, 3],
    ["index", false, 1],
    ["index", true, 1],
    ["always", false, 3],
    ["always", true, 3],
  ])("dedupe: %s, again: %s: %i requests", async (dedupe, again, count) => {
    const server = await cluster(stream([]));
    const sink = await sinkAt(server.url, { dedupe });
    expect(await send(sink, [0], { ...sendCall(), again })).toEqual(DELIVERED);
    expect(server.requests).toHaveLength(count);
    expect(sink.dedupes).toBe(dedupe === "index" ? "within-index" : "always");
  });
});

test.each([
  [true, "/_bulk"],
  [false, "/logs"],
])("the first batch of a process, told: %s, begins with %s", async (told, path) => {
  const server = await cluster(stream([]));
  const sink = await sinkAt(server.url, { dedupe: "stream", dedupeWindowMs: 3_600_000 });
  await send(sink, [0], { ...sendCall(), told });
  expect(server.requests[0]?.path.startsWith(path)).toBe(true);
});

describe("outcomes are told of the whole batch, in order", () => {
  const bulk = (answer: Answer) => (request: FakeRequest) => (request.path.startsWith("/_bulk") ? answer : undefined);
  const item = (status: number, type: string): object => ({ create: { status, error: { type, reason: "why" } } });

  test("by record", async () => {
    const items = [
      item(400, "document_parsing_exception"),
      { create: { status: 201 } },
      item(429, "circuit_breaking_exception"),
    ];
    const server = await cluster(stream([1, 3], []), bulk(json(200, { errors: true, items })));
    const result = await send(await sinkAt(server.url), [0, 1, 2, 3, 4]);
    expect(result.kind === "each" && result.outcomes.map(({ kind }) => kind)).toEqual([
      "reject",
      "delivered",
      "delivered",
      "delivered",
      "retry",
    ]);
  });

  test.each([
    [
      { status: 429, headers: { "retry-after": "2" } },
      { kind: "retry", reason: { code: "HTTP_429" } },
      { afterMs: 2000 },
    ],
    [{ status: 503 }, { kind: "retry", reason: { code: "HTTP_503" }, unsure: true }, {}],
    [{ fault: "reset" }, { kind: "retry", reason: { code: "RESET" }, unsure: true }, {}],
  ] as const)("the rest is to be sent again: %j", async (answer, outcome, more) => {
    const server = await cluster(stream([1], []), bulk(answer));
    const result = await send(await sinkAt(server.url), [0, 1, 2]);
    expect(result).toMatchObject({ kind: "each", outcomes: [outcome, DELIVERED, outcome], ...more });
  });

  test.each([
    [401, "unauthorized"],
    [413, "split"],
    [404, "unavailable"],
  ])("%i: %s, of all", async (status, kind) => {
    const server = await cluster(stream([1], []), bulk({ status }));
    expect(await send(await sinkAt(server.url), [0, 1, 2])).toMatchObject({ kind });
  });
});

describe("what can't be told is never taken for missing", () => {
  const denied = json(403, { error: { type: "security_exception", reason: "action is unauthorized" } });
  const doc = (type: string): Answer => json(200, { docs: [{ found: false }, { error: { type, reason: "why" } }] });
  const rows: readonly (readonly [string, "/_resolve" | "/_mget", Answer, SendResult["kind"], string])[] = [
    ["no privilege to list", "/_resolve", denied, "unavailable", "security_exception"],
    ["no privilege to get", "/_mget", denied, "unavailable", "security_exception"],
    ["no privilege for one", "/_mget", doc("security_exception"), "unavailable", "security_exception"],
    ["a closed index", "/_mget", doc("index_closed_exception"), "unavailable", "index_closed_exception"],
    [
      "a shard that isn't there",
      "/_mget",
      doc("no_shard_available_action_exception"),
      "retry",
      "no_shard_available_action_exception",
    ],
    ["something new", "/_mget", doc("something_new_exception"), "retry", "something_new_exception"],
    ["too few documents", "/_mget", json(200, { docs: [{ found: false }] }), "unavailable", "SINK_PROTOCOL"],
    ["no word of one", "/_mget", json(200, { docs: [{ found: false }, {}] }), "unavailable", "SINK_PROTOCOL"],
    ["a list that isn't one", "/_mget", json(200, { docs: 2 }), "unavailable", "SINK_PROTOCOL"],
    ["HTML", "/_mget", { status: 200, body: "<html>" }, "unavailable", "SINK_PROTOCOL"],
    ["HTML for a list", "/_resolve", { status: 200, body: "<html>" }, "unavailable", "SINK_PROTOCOL"],
    ["another 404", "/_resolve", { status: 404, body: "no such page" }, "unavailable", "HTTP_404"],
    [
      "an index behind it that is gone",
      "/_resolve",
      json(404, { error: { type: "index_not_found_exception", reason: "no such index", index: "other" } }),
      "unavailable",
      "index_not_found_exception",
    ],
    ["wrong credentials", "/_resolve", { status: 401 }, "unauthorized", "HTTP_401"],
    ["too much at once", "/_mget", { status: 413 }, "split", "HTTP_413"],
    [
      "a bad request",
      "/_mget",
      json(400, { error: { type: "parsing_exception", reason: "?" } }),
      "unavailable",
      "parsing_exception",
    ],
    ["429", "/_mget", { status: 429 }, "retry", "HTTP_429"],
    ["503", "/_resolve", { status: 503 }, "retry", "HTTP_503"],
    ["reset", "/_mget", { fault: "reset" }, "retry", "RESET"],
    ["no answer", "/_mget", { fault: "hang" }, "retry", "TIMEOUT"],
  ];
  test.each(rows)("%s (%s)", async (_, path, answer, kind, code) => {
    const server = await cluster(stream([0], []), (request) => (request.path.startsWith(path) ? answer : undefined));
    const sink = await sinkAt(server.url, { requestTimeoutMs: 500 });
    expect(await send(sink, [0, 1])).toMatchObject({ kind, reason: { code } });
    expect(sentBy(server)).toEqual([]);
  });

  test("the privilege that lacks is named, and the way without", async () => {
    const server = await cluster(stream([0]), ({ path }) => (path.startsWith("/_mget") ? denied : undefined));
    const result = await send(await sinkAt(server.url), [0]);
    if (result.kind !== "unavailable") throw new Error(result.kind);
    for (const word of [STREAM, '"read"', '"dedupe: index"']) expect(result.reason.message).toContain(word);
    expect(await send(await sinkAt(server.url, { dedupe: "index" }), [0])).toEqual(DELIVERED);
  });

  test.each([
    ["nothing shown", json(200, {}), "unavailable"],
    ["nothing there", notFound(STREAM), "delivered"],
  ])("an empty list: %s", async (_, search, kind) => {
    const server = await cluster({}, ({ path }) =>
      path.startsWith("/_resolve") ? json(200, {}) : path.includes("/_search") ? search : undefined,
    );
    expect(await send(await sinkAt(server.url), [0])).toMatchObject({ kind });
  });

  test("an index deleted since it was listed holds nothing", async () => {
    const docs = [{ error: { type: "index_not_found_exception", reason: "no such index" } }];
    const server = await cluster(stream([0]), ({ path }) =>
      path.startsWith("/_mget") ? json(200, { docs }) : undefined,
    );
    expect((await send(await sinkAt(server.url), [1])).kind).toBe("delivered");
  });

  test("a call given up before it is looked up", async () => {
    const server = await cluster(stream([0]));
    const result = await send(await sinkAt(server.url), [0], { ...AGAIN, signal: AbortSignal.abort() });
    expect(result).toMatchObject({ kind: "retry", reason: { code: "ABORTED" } });
    expect(server.requests).toEqual([]);
  });
});

test("more records than one look-up takes", async () => {
  const server = await cluster(stream([3, 2501], []));
  const at = Array.from({ length: 2502 }, (_, i) => i);
  expect(await send(await sinkAt(server.url), at)).toEqual(DELIVERED);
  expect(sentBy(server)[0]).toHaveLength(2500);
  expect(server.requests.filter(({ path }) => path.startsWith("/_mget")).map((each) => docsOf(each).length)).toEqual([
    2500, 2, 2500, 2,
  ]);
});
