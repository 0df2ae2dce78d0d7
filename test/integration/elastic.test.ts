import { gzipSync } from "node:zlib";
import type { EncodedBatch, RecordOutcome, Sink } from "@sluice/core";
import { encodeBatch, sendCall, type TestRecord } from "@sluice/core/testing";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { type OpenSearchEngine, startOpenSearch } from "../../tooling/engines/opensearch.ts";
import { ask, countOf, type Json, kindsOf, recordsOf, sendRecords, sinkFor, unique } from "./elastic-helper.ts";

let openSearch: OpenSearchEngine;
beforeAll(async () => {
  openSearch = await startOpenSearch();
  const template = { index_patterns: ["logs-*-*"], data_stream: {}, priority: 100 };
  await ask(openSearch.url, "PUT", "/_index_template/logs", template);
});
afterAll(() => openSearch?.stop());

describe.each(["elasticsearch", "opensearch"] as const)("%s", (product) => {
  const sinks: Sink[] = [];
  let url: string;
  beforeAll(() => {
    url = product === "elasticsearch" ? inject("esUrl") : openSearch.url;
  });
  afterAll(() => Promise.all(sinks.map((sink) => sink.close?.())));

  const sinkTo = async (options: Json): Promise<Sink> => {
    const sink = await sinkFor({ url, ...options }, product);
    sinks.push(sink);
    return sink;
  };
  const madeIndex = async (body: Json): Promise<string> => {
    const index = unique("sink-");
    await ask(url, "PUT", `/${index}`, body);
    return index;
  };
  const outcomesIn = async (index: string, ...records: readonly TestRecord[]): Promise<readonly RecordOutcome[]> => {
    const result = await sendRecords(await sinkTo({ target: index }), ...records);
    if (result.kind !== "each") throw new Error(`expected outcomes by record: ${JSON.stringify(result)}`);
    return result.outcomes;
  };

  test("the node is reached", async () => {
    expect(await (await sinkTo({})).probe?.(new AbortController().signal)).toBeUndefined();
  });

  test.each(["gzip", "none"])(
    "a data stream by dataset, each record once however often it is sent (%s)",
    async (compression) => {
      const dataset = unique("set");
      const sink = await sinkTo({ compression });
      const records = [
        { dataset, message: "one" },
        { dataset, message: "zwei ü \u2028" },
      ];
      expect(await sendRecords(sink, ...records)).toEqual({ kind: "delivered" });
      expect(await sendRecords(sink, ...records, { dataset, message: "three" })).toEqual({ kind: "delivered" });
      const stream = `logs-${dataset}-default`;
      expect(await countOf(url, stream)).toBe(3);
      const { data_streams: streams } = await ask(url, "GET", `/_data_stream/${stream}`);
      expect(streams).toHaveLength(1);
      await ask(url, "DELETE", `/_data_stream/${stream}`);
    },
  );

  test("indices named from the records' own time, in one request", async () => {
    const base = unique("app");
    const sink = await sinkTo({ target: `${base}-{yyyy}.{MM}.{dd}` });
    const days = [1, 2, 1].map((day) => ({ timestamp: Date.UTC(2026, 0, day, 23, 59) }));
    expect(await sendRecords(sink, ...days)).toEqual({ kind: "delivered" });
    expect([await countOf(url, `${base}-2026.01.01`), await countOf(url, `${base}-2026.01.02`)]).toEqual([2, 1]);
  });

  describe("a record's own fault is its own", () => {
    const mapped = (properties: Json): Json => ({ mappings: { properties } });
    const limited = (name: string, limit: number): Json => ({ settings: { [`index.mapping.${name}.limit`]: limit } });
    const nested = mapped({ json: { properties: { n: { type: "nested" } } } });
    const fields = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`f${i}`, i]));
    const faults: readonly (readonly [string, Json, TestRecord])[] = [
      [
        "a value that doesn't fit the mapping",
        mapped({ labels: { properties: { n: { type: "long" } } } }),
        { fields: { "labels.n": "secret-value" } },
      ],
      [
        "a value where an object is",
        mapped({ labels: { properties: { a: { type: "text" } } } }),
        { fields: { labels: "x" } },
      ],
      ["an object where a value is", mapped({ labels: { type: "keyword" } }), { fields: { "labels.a": "x" } }],
      ["a term too long", mapped({ message: { type: "keyword" } }), { message: "secret-value".repeat(4000) }],
      ["a strict mapping", mapped({ json: { type: "object", dynamic: "strict" } }), { json: { a: 1 } }],
      ["too many fields", limited("total_fields", 30), { json: fields }],
      ["too deep", limited("depth", 5), { json: { a: { b: { c: { d: { e: { f: 1 } } } } } } }],
      ["a field name too long", limited("field_name_length", 50), { json: { ["n".repeat(60)]: 1 } }],
      ["a field without a name", {}, { json: { "": 1 } }],
      ["a field named .", {}, { json: { ".": 1 } }],
      ["a field with a gap in its name", {}, { json: { "a..b": 1 } }],
      ["too many nested objects", { ...nested, ...limited("nested_objects", 2) }, { json: { n: [{}, {}, {}] } }],
      ["an object and a value under one name", {}, { json: { a: { b: 1 }, "a.b": { c: 1 } } }],
    ];
    test.each(faults)("%s", async (_, body, record) => {
      const index = await madeIndex(body);
      const [before, bad, after] = await outcomesIn(index, { message: "before" }, record, { message: "after" });
      expect(bad).toMatchObject({
        kind: "reject",
        reason: { status: 400, code: expect.stringMatching(/_exception$/) },
      });
      expect(JSON.stringify(bad)).not.toContain("secret-value");
      expect([before, after]).toEqual([{ kind: "delivered" }, { kind: "delivered" }]);
      expect(await countOf(url, index)).toBe(2);
    });
  });

  describe("the index's fault is not the records'", () => {
    test("write blocks, beside an index that can be written", async () => {
      const [open, blocked] = [unique("open"), unique("blocked")];
      await ask(url, "PUT", `/${blocked}`, { settings: { "index.blocks.read_only": true } });
      const sink = await sinkTo({ target: "{dataset}" });
      const result = await sendRecords(sink, { dataset: open }, { dataset: blocked });
      expect(kindsOf(result, 2)).toEqual(["delivered", "fail"]);
      expect(result).toMatchObject({ outcomes: [{}, { reason: { code: "cluster_block_exception", status: 403 } }] });
    });

    test("a disk too full", async () => {
      const index = await madeIndex({ settings: { "index.blocks.read_only_allow_delete": true } });
      expect(await outcomesIn(index, {})).toMatchObject([
        { kind: "fail", reason: { code: "cluster_block_exception" } },
      ]);
    });

    test("a closed index", async () => {
      const index = await madeIndex({});
      await ask(url, "POST", `/${index}/_close`);
      expect(await outcomesIn(index, {})).toMatchObject([{ kind: "fail", reason: { code: "index_closed_exception" } }]);
    });

    test("a missing index that isn't to be made", async () => {
      await ask(url, "PUT", "/_cluster/settings", { persistent: { "action.auto_create_index": "false" } });
      try {
        const outcomes = await outcomesIn(unique("missing-"), {});
        expect(outcomes).toMatchObject([{ kind: "fail", reason: { code: "index_not_found_exception" } }]);
      } finally {
        await ask(url, "PUT", "/_cluster/settings", { persistent: { "action.auto_create_index": null } });
      }
    });

    test("an alias without a write index", async () => {
      const alias = unique("alias-");
      for (const index of ["a", "b"]) await ask(url, "PUT", `/${alias}${index}`, { aliases: { [alias]: {} } });
      expect(await outcomesIn(alias, {})).toMatchObject([
        { kind: "fail", reason: { code: "illegal_argument_exception" } },
      ]);
    });

    // The local OpenSearch has no ingest nodes.
    if (product === "elasticsearch")
      test("a missing pipeline", async () => {
        const sink = await sinkTo({ target: unique("piped-"), pipeline: "no-such-pipeline" });
        expect(kindsOf(await sendRecords(sink, {}), 1)).toEqual(["fail"]);
      });

    test("too many shards", async () => {
      await ask(url, "PUT", "/_cluster/settings", { persistent: { "cluster.max_shards_per_node": 1 } });
      try {
        const outcomes = await outcomesIn(unique("shards-"), {});
        expect(outcomes).toMatchObject([{ kind: "fail", reason: { code: "validation_exception" } }]);
      } finally {
        await ask(url, "PUT", "/_cluster/settings", { persistent: { "cluster.max_shards_per_node": null } });
      }
    });

    test("a cluster that may only be read", async () => {
      const index = await madeIndex({});
      const sink = await sinkTo({ target: index });
      await ask(url, "PUT", "/_cluster/settings", { persistent: { "cluster.blocks.read_only": true } });
      try {
        const result = await sendRecords(sink, {});
        expect(result).toMatchObject({ kind: "unavailable", reason: { code: "cluster_block_exception" } });
      } finally {
        await ask(url, "PUT", "/_cluster/settings", { persistent: { "cluster.blocks.read_only": null } });
      }
    });
  });

  test("a name longer than an index may have is cut", async () => {
    const target = unique("long-").padEnd(300, "x");
    expect(await sendRecords(await sinkTo({ target }), {})).toEqual({ kind: "delivered" });
    expect(await countOf(url, target.slice(0, 255))).toBe(1);
  });

  test("a body that can't be read is to be halved", async () => {
    const sink = await sinkTo({ target: unique("broken-") });
    const batch = encodeBatch(sink, recordsOf({}, {}));
    const body = Buffer.from(`{"create":\n${"{}\n"}`);
    const bytes = sink.gzip === undefined ? body : gzipSync(body);
    const broken: EncodedBatch = { ...batch, count: 2, partition: "", bytes, offset: () => body.length };
    expect(await sink.send(broken, sendCall())).toMatchObject({ kind: "split", reason: { status: 400 } });
  });

  test("a batch of ten thousand", async () => {
    const index = await madeIndex({});
    const sink = await sinkTo({ target: index });
    const records = recordsOf(...Array.from({ length: 10_000 }, (_, i) => ({ message: `line ${i}` })));
    expect(await sink.send(encodeBatch(sink, records), sendCall())).toEqual({ kind: "delivered" });
    expect(await countOf(url, index)).toBe(10_000);
  });
});
