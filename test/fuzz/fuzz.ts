/**
 * Mutated events and objects through the whole core: `node test/fuzz/fuzz.ts --runs 1000000 --seed 1`. Each run takes an event or an
 * object of fixtures/ and changes it: bytes, JSON members, what lies inside base64 and gzip. Nothing may crash, hang or be lost, and what
 * goes wrong must go wrong with a code. The same seed makes the same runs; `--from N` begins later, `--only N` repeats one. Ends with a line of figures.
 */
import { writeFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { codecs } from "@sluice/codecs";
import { createPipeline, type Outcome, type Pipeline, parseConfig, SluiceError } from "@sluice/core";
import { events, objects, storedAt } from "./corpus.ts";
import { mutateBytes, mutateEvent } from "./mutate.ts";
import { Random } from "./random.ts";
import { JudgingSink } from "./sink.ts";

/** CPU time that one run may take at most. In earnest none comes near it: what does is a hang. */
const HANG_MS = 5_000;
/** Bytes of an object that are kept, so that runs stay short. */
const OBJECT_BYTES = 32 * 1024;

interface Input {
  readonly kind: "event" | "object";
  readonly event: unknown;
  readonly object?: Uint8Array;
}

interface Figures {
  events: number;
  objects: number;
  records: number;
  unitsOk: number;
  unitsFailed: number;
  slowestMs: number;
  slowestRun: number;
  readonly codes: Map<string, number>;
}

function inputOf(random: Random): Input {
  if (random.chance(0.5))
    return { kind: "event", event: mutateEvent(random.pick(events), random, random.pick(events)) };
  const stored = random.pick(objects);
  const start = stored.bytes.subarray(0, OBJECT_BYTES);
  const bytes = mutateBytes(start, random, random.pick(objects).bytes.subarray(0, OBJECT_BYTES));
  const object = { key: encodeURIComponent(stored.key), size: bytes.length, eTag: "e" };
  const record = { eventSource: "aws:s3", eventName: "ObjectCreated:Put", s3: { bucket: { name: "fuzz" }, object } };
  const body = JSON.stringify({ Records: [record] });
  return { kind: "object", event: { Records: [{ messageId: "m", eventSource: "aws:sqs", body }] }, object: bytes };
}

class Fuzz {
  readonly figures: Figures = {
    events: 0,
    objects: 0,
    records: 0,
    unitsOk: 0,
    unitsFailed: 0,
    slowestMs: 0,
    slowestRun: 0,
    codes: new Map(),
  };
  readonly #seed: number;
  readonly #sink = new JudgingSink();
  readonly #pipeline: Pipeline;
  #object: Uint8Array | undefined;
  #random = new Random(0);

  constructor(seed: number) {
    this.#seed = seed;
    const config = parseConfig({
      sinks: { one: { type: "one", retry: { attempts: 1 } } },
      read: {
        attempts: 1,
        maxExpandedBytes: 64 * 1024 * 1024,
        maxInlineBytes: 4 * 1024 * 1024,
        maxFrameBytes: 256 * 1024,
      },
    });
    this.#pipeline = createPipeline(config, {
      sinks: async () => this.#sink.definition,
      codecs,
      reader: { read: async ({ bucket, key }, range) => this.#read(bucket, key, range) },
    });
  }

  /** Throws what must not happen. */
  async run(number: number): Promise<void> {
    const random = new Random(this.#seed * 1_000_003 + number);
    const { kind, event, object } = inputOf(random);
    this.#random = random;
    this.#object = object;
    this.#sink.begin();
    const began = process.cpuUsage();
    const outcome = await this.#pipeline.handle(event, { region: "eu-west-1", account: "1" });
    const used = process.cpuUsage(began);
    const ms = (used.user + used.system) / 1000;
    this.#judge(event, outcome, ms);
    this.#count(kind, outcome, ms, number);
  }

  #read(bucket: string, key: string, range: { readonly start: number; readonly end: number }) {
    const bytes = bucket === "fuzz" ? this.#object : storedAt(bucket, key);
    if (bytes === undefined) throw new SluiceError("OBJECT_MISSING", "no such key");
    const end = Math.min(range.end, bytes.length);
    const step = this.#random.chance(0.2) ? 1 + this.#random.below(64) : 1 + this.#random.below(OBJECT_BYTES);
    const body = (async function* () {
      for (let at = range.start; at < end; at += step) yield bytes.subarray(at, Math.min(at + step, end));
    })();
    return { etag: "e", size: bytes.length, lastModified: 1_700_000_000_000, body };
  }

  #judge(event: unknown, { counts, units, response }: Outcome, ms: number): void {
    if (ms > HANG_MS) throw new Error(`took ${Math.round(ms)} ms`);
    const records = (event as { readonly Records?: readonly { readonly messageId?: unknown }[] } | undefined | null)
      ?.Records;
    const named =
      Array.isArray(records) &&
      records.every((record) => typeof record?.messageId === "string" && record.messageId !== "");
    const sqs = named && (records[0] as { eventSource?: unknown } | undefined)?.eventSource === "aws:sqs";
    if (sqs && units.length !== records.length) throw new Error(`${records.length} messages, ${units.length} units`);
    if (counts.in + counts.added !== counts.filtered + counts.routed) throw new Error("the law of counting is broken");
    const { delivered = 0 } = { delivered: Object.values(counts.delivered).reduce((sum, each) => sum + each, 0) };
    const failed = Object.values(counts.failed).reduce((sum, each) => sum + each, 0);
    if (counts.routed !== delivered + failed)
      throw new Error(`routed ${counts.routed}, delivered ${delivered}, failed ${failed}`);
    this.#sink.judge(counts.delivered.one ?? 0);
    for (const { ok, error } of units) {
      if (ok === (error !== undefined)) throw new Error("a unit is ok and has an error, or neither");
      if (error?.code === "INTERNAL" || error?.code === "LEDGER_BROKEN") throw error;
      if (error !== undefined && error.message.length > 3000)
        throw new Error(`an error of ${error.message.length} characters`);
    }
    JSON.stringify(response);
  }

  #count(kind: Input["kind"], { counts, units }: Outcome, ms: number, number: number): void {
    const { figures } = this;
    figures[kind === "event" ? "events" : "objects"] += 1;
    figures.records += counts.in;
    for (const { ok, error } of units) {
      figures[ok ? "unitsOk" : "unitsFailed"] += 1;
      if (error !== undefined) figures.codes.set(error.code, (figures.codes.get(error.code) ?? 0) + 1);
    }
    if (ms <= figures.slowestMs) return;
    figures.slowestMs = ms;
    figures.slowestRun = number;
  }
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      runs: { type: "string", default: "1000000" },
      seed: { type: "string", default: "1" },
      from: { type: "string", default: "0" },
      only: { type: "string" },
    },
  });
  const seed = Number(values.seed);
  const fuzz = new Fuzz(seed);
  const first = Number(values.only ?? values.from);
  const last = values.only === undefined ? Number(values.runs) : first + 1;
  for (let number = first; number < last; number++) {
    try {
      await fuzz.run(number);
    } catch (error) {
      const file = path.resolve(`fuzz-${seed}-${number}.json`);
      writeFileSync(file, JSON.stringify(inputOf(new Random(seed * 1_000_003 + number))));
      console.error(`seed ${seed}, run ${number}: ${error instanceof Error ? error.stack : error}\ninput: ${file}`);
      process.exitCode = 1;
      return;
    }
    if (number % 50_000 === 0 && number > first) console.error(`${number} runs`);
  }
  report(fuzz.figures, seed);
}

function report({ codes, ...figures }: Figures, seed: number): void {
  const byCode = [...codes].sort(([, a], [, b]) => b - a).map(([code, units]) => `${code} ${units}`);
  console.log(byCode.join(", "));
  const { events: e, objects: o, records, unitsOk, unitsFailed, slowestMs, slowestRun } = figures;
  console.log(
    `seed ${seed}: ${e} events, ${o} objects, ${records} records; units: ${unitsOk} ok, ${unitsFailed} failed with a code; ` +
      `slowest ${slowestMs.toFixed(0)} ms (run ${slowestRun}); 0 crashes, 0 hangs, 0 lost`,
  );
}

await main();
