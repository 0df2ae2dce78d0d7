import type { Sink } from "@sluice/core";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { type ElasticsearchEngine, startElasticsearch } from "../../tooling/engines/elasticsearch.ts";
import {
  ask,
  countOf,
  type Json,
  kindsOf,
  passTime,
  sendAgain,
  sendRecords,
  sinkFor,
  unique,
} from "./elastic-helper.ts";

let engine: ElasticsearchEngine;
let admin: string;
const sinks: Sink[] = [];
beforeAll(async () => {
  engine = await startElasticsearch({ security: true });
  admin = `Basic ${Buffer.from(`${engine.username}:${engine.password}`).toString("base64")}`;
});
afterAll(async () => {
  await Promise.all(sinks.map((sink) => sink.close?.()));
  await engine?.stop();
});
afterEach(() => vi.restoreAllMocks());

async function sinkWith(auth: Json | undefined, options: Json = {}): Promise<Sink> {
  const sink = await sinkFor({ url: engine.url, ...(auth && { auth }), ...options });
  sinks.push(sink);
  return sink;
}

interface Key {
  readonly id: string;
  readonly api_key: string;
  readonly encoded: string;
}

/** A key that may do to one index what a log shipper must, and nothing else. */
async function writerKey(index: string, ...more: readonly string[]): Promise<Key> {
  const role = { indices: [{ names: [index], privileges: ["create_doc", "auto_configure", ...more] }] };
  const body = { name: unique("writer-"), role_descriptors: { writer: role } };
  return (await ask(engine.url, "POST", "/_security/api_key", body, admin)) as unknown as Key;
}

const probe = (sink: Sink) => sink.probe?.(new AbortController().signal);

test.each([
  ["none", undefined],
  ["a wrong password", { username: "elastic", password: "open-sesame" }],
  ["an unknown key", { apiKey: "aWQ6bm90LWEta2V5" }],
  ["an unknown token", { bearer: "not-a-token" }],
])("credentials refused: %s", async (_, auth) => {
  const sink = await sinkWith(auth, { target: "refused" });
  const result = await sendRecords(sink, {});
  expect(result).toMatchObject({ kind: "unauthorized", reason: { code: "security_exception", status: 401 } });
  expect(await probe(sink)).toMatchObject({ status: 401 });
  for (const secret of Object.values(auth ?? {}).filter((value) => value !== "elastic"))
    expect(JSON.stringify(result)).not.toContain(secret);
});

test("user and password", async () => {
  const target = unique("basic-");
  const sink = await sinkWith({ username: engine.username, password: engine.password }, { target });
  expect(await probe(sink)).toBeUndefined();
  expect(await sendRecords(sink, {})).toEqual({ kind: "delivered" });
  expect(await countOf(engine.url, target, admin)).toBe(1);
});

test("an API key, encoded or in its two parts; one that may only write is reached too", async () => {
  const target = unique("keyed-");
  const { id, api_key: secret, encoded } = await writerKey(target);
  for (const apiKey of [encoded, `${id}:${secret}`]) {
    const sink = await sinkWith({ apiKey }, { target });
    expect(await probe(sink)).toBeUndefined();
    expect(await sendRecords(sink, {})).toEqual({ kind: "delivered" });
  }
  expect(await countOf(engine.url, target, admin)).toBe(1);
});

test("a key that may write one index and not the other fails the other's records alone", async () => {
  const [allowed, forbidden] = [unique("allowed"), unique("forbidden")];
  const sink = await sinkWith({ apiKey: (await writerKey(allowed)).encoded }, { target: "{dataset}" });
  const result = await sendRecords(sink, { dataset: allowed }, { dataset: forbidden }, { dataset: allowed });
  expect(kindsOf(result, 3)).toEqual(["delivered", "fail", "delivered"]);
  expect(result).toMatchObject({ outcomes: [{}, { reason: { code: "security_exception", status: 403 } }, {}] });
});

describe("what may have been delivered before", () => {
  const named = (): string => `logs-${unique("again")}-default`;
  const targetOf = async (stream: string, key: Key, options: Json = {}): Promise<Sink> =>
    sinkWith({ apiKey: key.encoded }, { target: stream, ...options });
  const rollover = (stream: string): Promise<Json> => ask(engine.url, "POST", `/${stream}/_rollover`, {}, admin);

  test("a key that may read finds it in older indices", async () => {
    const stream = named();
    const sink = await targetOf(stream, await writerKey(stream, "read"));
    expect(await sendAgain(sink, { message: "one" })).toEqual({ kind: "delivered" });
    await rollover(stream);
    expect(await sendAgain(sink, { message: "one" }, { message: "two" })).toEqual({ kind: "delivered" });
    expect(await countOf(engine.url, stream, admin)).toBe(2);
  });

  test("untold by the trigger: with the privilege to see when a rollover was; without, only where it was noticed", async () => {
    for (const more of [["read", "view_index_metadata"], ["read"]]) {
      const stream = named();
      const key = await writerKey(stream, ...more);
      const [old, fresh] = [await targetOf(stream, key), await targetOf(stream, key)];
      expect(await sendRecords(old, { message: "one" })).toEqual({ kind: "delivered" });
      await rollover(stream);
      passTime(2000);
      expect(await sendRecords(old, { message: "one" })).toEqual({ kind: "delivered" });
      expect(await countOf(engine.url, stream, admin)).toBe(1);
      expect(await sendRecords(fresh, { message: "one" })).toEqual({ kind: "delivered" });
      expect(await countOf(engine.url, stream, admin)).toBe(more.length === 2 ? 1 : 2);
      const caveats = (await fresh.caveats?.(new AbortController().signal)) ?? [];
      expect(caveats.map((words) => words.includes('"view_index_metadata"'))).toEqual(more.length === 2 ? [] : [true]);
    }
  });

  test("untold by the trigger, a key that may only write delivers as without looking", async () => {
    const stream = named();
    const sink = await targetOf(stream, await writerKey(stream));
    expect(await sendRecords(sink, { message: "one" })).toEqual({ kind: "delivered" });
    await rollover(stream);
    expect(await sendRecords(sink, { message: "two", start: 50 })).toEqual({ kind: "delivered" });
    expect(await countOf(engine.url, stream, admin)).toBe(2);
    expect(await sink.caveats?.(new AbortController().signal)).toHaveLength(2);
  });

  test("a key that may only write is told what it lacks; without looking up it doubles", async () => {
    const stream = named();
    const key = await writerKey(stream);
    const sink = await targetOf(stream, key);
    const denied = { kind: "unavailable", reason: { code: "security_exception", status: 403 } };
    expect(await sendAgain(sink, {})).toMatchObject(denied);
    expect(await sendRecords(sink, {})).toEqual({ kind: "delivered" });
    const result = await sendAgain(sink, {});
    expect(result).toMatchObject(denied);
    for (const word of [stream, '"read"', '"dedupe: index"'])
      expect(JSON.stringify(result)).toContain(word.replaceAll('"', '\\"'));
    await rollover(stream);
    expect(await sendAgain(await targetOf(stream, key, { dedupe: "index" }), {})).toEqual({ kind: "delivered" });
    expect(await countOf(engine.url, stream, admin)).toBe(2);
  });
});

test("a key that was withdrawn", async () => {
  const target = unique("withdrawn-");
  const { id, encoded } = await writerKey(target);
  const sink = await sinkWith({ apiKey: encoded }, { target });
  expect(await sendRecords(sink, {})).toEqual({ kind: "delivered" });
  await ask(engine.url, "DELETE", "/_security/api_key", { ids: [id] }, admin);
  expect(await sendRecords(sink, {})).toMatchObject({ kind: "unauthorized" });
});
