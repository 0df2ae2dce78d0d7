import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ProcessStep } from "../config/config.ts";
import { parseConfig } from "../config/parse-config.ts";
import { SluiceError } from "../errors.ts";
import { createPipeline } from "../pipeline.ts";
import type { DeadLetter } from "../ports/dead-letters.ts";
import type { TransformFunction } from "../ports/transform.ts";
import { type ScriptedSink, scriptedSink } from "../sink/scripted-sink.testing.ts";

type Json = Record<string, unknown>;

interface Setting {
  readonly process?: readonly ProcessStep[];
  readonly routes?: readonly object[];
  readonly sinks?: readonly string[];
  readonly transforms?: Readonly<Record<string, TransformFunction>>;
}

/** JavaScript's own patterns: the engine is tested where it is. */
const patterns = async () => ({
  compile: (pattern: string) => ({
    test: (text: string) => new RegExp(pattern).test(text),
    replace: (text: string, by: string | ((match: string) => string)) =>
      text.replace(new RegExp(pattern, "g"), typeof by === "string" ? () => by : by),
  }),
});

/** What each sink is given of these records, and what is counted. */
async function carried(setting: Setting, records: readonly (string | Json)[]) {
  const names = setting.sinks ?? ["one"];
  const sinks = Object.fromEntries(names.map((name) => [name, scriptedSink()]));
  const letters: DeadLetter[] = [];
  const config = parseConfig({
    sinks: Object.fromEntries(names.map((name) => [name, { type: name }])),
    ...(setting.process && { process: setting.process }),
    ...(setting.routes && { routes: setting.routes }),
  });
  const pipeline = createPipeline(config, {
    sinks: async (type) => sinks[type]?.definition,
    patterns,
    secrets: { resolve: async () => "a key" },
    deadLetters: { put: async (_key, batch: readonly DeadLetter[]) => void letters.push(...batch) },
    transform: async (name) => {
      const transform = setting.transforms?.[name];
      if (transform === undefined) throw new SluiceError("TRANSFORM_UNKNOWN", name);
      return transform;
    },
  });
  const rows = records.map((record, i) =>
    typeof record === "string"
      ? { id: String(i), message: record, timestamp: TIME }
      : { id: String(i), message: JSON.stringify(record), timestamp: TIME, fields: record },
  );
  const outcome = await pipeline.write(rows);
  const documents = Object.fromEntries(names.map((name) => [name, documentsOf(sinks[name])]));
  return { outcome, counts: outcome.counts, documents, one: documents.one ?? [], letters };
}

/** Without Sluice's own word, the id. */
function documentsOf(sink: ScriptedSink | undefined): Json[] {
  return textsOf(sink).map((text) => {
    const { sluice: _, ...document } = JSON.parse(text) as Json;
    return document;
  });
}

function textsOf(sink: ScriptedSink | undefined): string[] {
  return (sink?.sent ?? []).flatMap(({ lines }) => lines);
}

const TIME = Date.UTC(2026, 10, 3);

async function afterwards(step: ProcessStep, record: string | Json): Promise<Json> {
  const { one } = await carried({ process: [step] }, [record]);
  return one[0] as Json;
}

describe("redact", () => {
  test("what matches is masked, and the rest stays as it is", async () => {
    const [plain] = (await carried({}, ["card 4111111111111111, code 12"])).one;
    const masked = await afterwards(
      { redact: { field: "message", pattern: "\\b\\d{13,16}\\b", with: "[card]" } },
      "card 4111111111111111, code 12",
    );
    expect(masked).toEqual({ ...plain, message: "card [card], code 12" });
  });

  test("a whole field, by its own name or under json", async () => {
    const record = { user: { name: "someone", id: 7 }, note: "kept" };
    for (const field of ["user.name", "json.user.name"])
      expect((await afterwards({ redact: { field } }, record)).json).toEqual({
        user: { name: "[redacted]", id: 7 },
        note: "kept",
      });
  });

  test("lists and objects through and through; numbers that would change are taken out", async () => {
    const record = { list: ["a1", "b"], deep: { x: { y: "c1" } }, code: 1234, other: 99 };
    const field = ["list", "deep", "code", "other", "missing"];
    expect((await afterwards({ redact: { field, pattern: "1", with: "#" } }, record)).json).toEqual({
      list: ["a#", "b"],
      deep: { x: { y: "c#" } },
      other: 99,
    });
  });

  test("everything that the record says, nothing of where it came from", async () => {
    const { one } = await carried({ process: [{ redact: { field: "*", pattern: "e", with: "E" } }] }, [
      { event: "here", nested: { more: ["here"] } },
    ]);
    expect(one[0]?.json).toEqual({ event: "hErE", nested: { more: ["hErE"] } });
    expect(one[0]?.message).toBe('{"EvEnt":"hErE","nEstEd":{"morE":["hErE"]}}');
    expect(one[0]?.data_stream).toEqual({ type: "logs", dataset: "generic", namespace: "default" });
  });

  test("a hash is the same for the same value, and says nothing without its key", async () => {
    const hash = (key: string, value: string) =>
      afterwards({ redact: { field: "user", hash: { key } } }, { user: value });
    const [first, again, other, secret] = await Promise.all([
      hash("k", "someone"),
      hash("k", "someone"),
      hash("other", "someone"),
      hash("${env:KEY}", "someone"),
    ]);
    const userOf = (document: Json | undefined) => (document?.json as Json | undefined)?.user;
    expect(userOf(first)).toMatch(/^[0-9a-f]{32}$/);
    expect(userOf(again)).toBe(userOf(first));
    expect(userOf(other)).not.toBe(userOf(first));
    expect(userOf(secret)).toBe(userOf(await hash("a key", "someone")));
  });

  test("drop takes the field out, and what is empty without it", async () => {
    const record = { secret: { token: "t" }, list: ["t", "u"], note: "n" };
    const step = { redact: { field: ["secret.token", "list"], pattern: "t", drop: true } };
    expect((await afterwards(step, record)).json).toEqual({ list: ["u"], note: "n" });
  });
});

describe("fields", () => {
  test("are set, renamed and dropped", async () => {
    const process = [
      { add: { "labels.team": "web", "user.name": "nobody", level: 3 } },
      { rename: { status: "http.response.status_code", "no.such": "x" } },
      { drop: ["password", "no.such"] },
    ];
    const { one } = await carried({ process }, [{ status: 404, password: "p" }]);
    expect(one[0]).toMatchObject({
      labels: { team: "web" },
      user: { name: "nobody" },
      level: 3,
      http: { response: { status_code: 404 } },
    });
    expect(one[0]).not.toHaveProperty("json");
  });

  test("what later steps and routes see is the changed record", async () => {
    const { documents } = await carried(
      {
        sinks: ["one", "two"],
        process: [{ add: { "labels.kind": "a" } }, { exclude: { field: "labels.kind", equals: "b" } }],
        routes: [{ when: { field: "labels.kind", equals: "a" }, to: ["two"] }, { to: ["one"] }],
      },
      ["line"],
    );
    expect(documents.one).toEqual([]);
    expect(documents.two).toHaveLength(1);
  });

  test("numbers keep every digit", async () => {
    const number = "12345678901234567890.12345678901234567890";
    const sink = scriptedSink();
    const pipeline = createPipeline(parseConfig({ sinks: { one: { type: "one" } }, process: [{ add: { x: 1 } }] }), {
      sinks: async () => sink.definition,
      reader: {
        read: async () => ({
          etag: "e",
          size: 100,
          lastModified: TIME,
          body: (async function* () {
            yield Buffer.from(`{"time":"2026-11-03T00:00:00Z","n":${number},"m":1e400}`.padEnd(100));
          })(),
        }),
      },
    });
    await pipeline.objects([{ store: "file", bucket: "b", key: "k" }]);
    expect(textsOf(sink)[0]).toContain(`"n":${number},"m":1e400`);
  });
});

describe("sample", () => {
  test("keeps about its share, and the same records every time", async () => {
    const records = Array.from({ length: 1000 }, (_, i) => ({ i, trace: `t${i % 50}` }));
    const kept = async (sample: object) => {
      const { one, counts } = await carried({ process: [{ sample } as ProcessStep] }, records);
      expect(counts).toMatchObject({ in: 1000, filtered: 1000 - one.length });
      return one.map(({ json }) => json as (typeof records)[number]);
    };
    const share = await kept({ rate: 0.3 });
    expect(share.length).toBeGreaterThan(200);
    expect(share.length).toBeLessThan(400);
    expect(await kept({ rate: 0.3 })).toEqual(share);
    expect(await kept({ rate: 0 })).toEqual([]);
    expect(await kept({ rate: 1 })).toEqual(records);
    const traces = await kept({ rate: 0.5, by: "trace" });
    expect(traces.length % 20).toBe(0);
    expect(new Set(traces.map(({ trace }) => trace)).size).toBe(traces.length / 20);
  });
});

describe("transform", () => {
  const through = (transform: TransformFunction, records: readonly (string | Json)[] = ["line"], more: Setting = {}) =>
    carried({ process: [{ transform: "t" }], transforms: { t: transform }, ...more }, records);

  test("may change the record, its time with it", async () => {
    const { one } = await through((record) => ({
      ...record,
      message: "other",
      "@timestamp": "2026-01-02T03:04:05.006Z",
    }));
    expect(one[0]).toMatchObject({ "@timestamp": "2026-01-02T03:04:05.006Z", message: "other" });
  });

  test("sees documents as sinks get them", async () => {
    const seen: unknown[] = [];
    const { one } = await through(
      (record) => {
        seen.push(structuredClone(record));
        return record;
      },
      [{ a: { b: 1 } }],
    );
    expect(seen).toEqual(one);
  });

  test("null is filtered; several are added, each with an id of its own", async () => {
    const outcome = await through(
      ({ message }) => (message === "none" ? null : message === "no list" ? [] : [{ message: "x" }, { message: "y" }]),
      ["none", "two", "no list"],
    );
    expect(outcome.one.map(({ message }) => message)).toEqual(["x", "y"]);
    expect(outcome.counts).toMatchObject({ in: 3, added: 1, filtered: 2, routed: 2, delivered: { one: 2 } });
  });

  test("can't say where a record goes", async () => {
    const { one } = await through((record) => ({ ...record, data_stream: { dataset: "other" } }));
    expect(one[0]?.data_stream).toEqual({ type: "logs", dataset: "generic", namespace: "default" });
  });

  test.each<[string, TransformFunction, RegExp]>([
    [
      "throws",
      () => {
        throw new Error("no such host");
      },
      /^transform t: threw Error: no such host$/,
    ],
    ["gives a promise", async (record) => record, /got a promise/],
    [
      "gives promises that fail",
      () => [Promise.reject(new Error("a")), Promise.reject(new Error("b"))],
      /got a promise/,
    ],
    ["gives text", () => "text", /got string$/],
    ["gives a list in a list", () => [[{}]], /got a list in a list$/],
    ["gives what JSON can't hold", () => ({ big: 1n }), /JSON can't hold/],
    ["gives no time", () => ({ "@timestamp": "yesterday" }), /@timestamp: expected/],
    ["gives too many", (record) => new Array(10_001).fill(record), /made 10001 records/],
  ])("one that %s: the record as it was is a dead letter, and others go on", async (_, transform, words) => {
    const { one, letters, counts, outcome } = await through(
      (record) => (record.message === "bad" ? transform(record) : record),
      ["good", "bad", "good"],
    );
    expect(one).toHaveLength(2);
    expect(letters).toHaveLength(1);
    expect(letters[0]?.reason.code).toBe("TRANSFORM_FAILED");
    expect(letters[0]?.reason.message).toMatch(words);
    expect(JSON.parse(Buffer.from(letters[0]?.document as Uint8Array).toString()).message).toBe("bad");
    expect(counts).toMatchObject({ in: 3, routed: 3, delivered: { one: 2 }, deadLettered: { one: 1 } });
    expect(outcome.error).toBeUndefined();
  });

  test("that isn't there fails the call", async () => {
    await expect(through(() => null, ["line"], { transforms: {} })).rejects.toMatchObject({
      code: "TRANSFORM_UNKNOWN",
    });
  });
});

describe("within a route", () => {
  test("for that route's sinks only", async () => {
    const routes = [
      { to: ["archive"], continue: true },
      {
        to: ["search"],
        process: [{ redact: { field: "message" } }, { exclude: { field: "json.keep", equals: false } }],
      },
    ];
    const { documents, counts } = await carried({ sinks: ["archive", "search"], routes }, [
      { keep: true },
      { keep: false },
    ]);
    expect(documents.archive?.map(({ message }) => message)).toEqual(['{"keep":true}', '{"keep":false}']);
    expect(documents.search?.map(({ message }) => message)).toEqual(["[redacted]"]);
    expect(counts).toMatchObject({ in: 2, filtered: 0, routed: 2, delivered: { archive: 2, search: 1 } });
  });

  test("the law holds whatever the steps make of the records", async () => {
    const step = fc.constantFrom<ProcessStep>(
      { exclude: { field: "json.n", range: { lt: 3 } } },
      { sample: { rate: 0.5 } },
      { transform: "twice" },
      { transform: "none" },
      { transform: "fails" },
      { add: { x: 1 } },
      { redact: { field: "*", pattern: "\\d" } },
    );
    const steps = fc.array(step, { maxLength: 3 });
    const route = fc.record({
      to: fc.subarray(["a", "b", "c"], { minLength: 1 }),
      process: steps,
      continue: fc.boolean(),
    });
    const transforms: Record<string, TransformFunction> = {
      twice: (record) => [{ ...record }, { ...record, again: true }],
      none: (record) => ((record.json as Json)?.n === 4 ? null : record),
      fails: (record) => {
        if ((record.json as Json)?.n === 5) throw new Error("five");
        return record;
      },
    };
    const records = Array.from({ length: 8 }, (_, n) => ({ n }));
    await fc.assert(
      fc.asyncProperty(steps, fc.array(route, { minLength: 1, maxLength: 4 }), async (process, routes) => {
        const { counts, documents, letters, outcome } = await carried(
          { sinks: ["a", "b", "c"], process, routes, transforms },
          records,
        );
        expect(outcome.units.map(({ ok }) => ok)).toEqual([true]);
        expect(counts.in + counts.added).toBe(counts.filtered + counts.routed);
        for (const [name, list] of Object.entries(documents)) expect(counts.delivered[name] ?? 0).toBe(list.length);
        expect(Object.values(counts.deadLettered).reduce((sum, each) => sum + each, 0)).toBe(letters.length);
      }),
      { numRuns: 100 },
    );
  });
});
