import {
  type Clock,
  type Counts,
  type ObjectReader,
  type Outcome,
  type Pipeline,
  parseConfig,
  systemClock,
} from "@sluice/core";
import { type Buckets, jsonLogger, localFiles, type PolledQueue, type QueueTarget } from "@sluice/lambda-entry";
import type { Adapters, OpenOptions } from "./adapters.ts";
import { NOTHING } from "./backfill/tally.ts";
import type { Context, Terminal } from "./command.ts";

export function outcomeOf(counts: Partial<Counts> = {}, more: Partial<Outcome> = {}): Outcome {
  return {
    counts: { ...NOTHING, units: { ok: 1, failed: 0 }, ...counts },
    units: [],
    troubles: [],
    bytes: 0,
    response: undefined,
    ...more,
  };
}

export interface FakeTerminal extends Terminal {
  readonly written: { out: string; err: string };
}

export function fakeTerminal(over: Partial<Terminal> = {}): FakeTerminal {
  const written = { out: "", err: "" };
  return {
    written,
    out: (text) => {
      written.out += text;
    },
    err: (text) => {
      written.err += text;
    },
    outIsTty: false,
    errIsTty: false,
    outGone: new AbortController().signal,
    columns: () => 80,
    ...over,
  };
}

export interface FakeContext extends Context {
  readonly terminal: FakeTerminal;
  /** What pipelines were opened with. */
  readonly opened: OpenOptions[];
  /** Names of the pipeline's methods, in the order in which they were called. */
  readonly calls: string[];
}

export interface FakeOptions {
  readonly cwd?: string;
  readonly pipeline?: Partial<Pipeline>;
  readonly load?: Adapters["load"];
  readonly catalog?: Adapters["catalog"];
  readonly reachContinuation?: Adapters["reachContinuation"];
  readonly functionSize?: Adapters["functionSize"];
  readonly stdin?: string;
  readonly queue?: PolledQueue;
  readonly queueTarget?: QueueTarget;
  readonly buckets?: Partial<Buckets>;
  readonly reader?: ObjectReader;
  readonly clock?: Clock;
  readonly stop?: AbortSignal;
  readonly pollDefaults?: Partial<Adapters["pollDefaults"]>;
}

/** A command's world without files, network or process; the pipeline answers with one unit that went well. */
export function fakeContext(options: FakeOptions = {}): FakeContext {
  const opened: OpenOptions[] = [];
  const calls: string[] = [];
  const pipeline: Pipeline = {
    handle: async () => outcomeOf(),
    objects: async () => outcomeOf(),
    write: async () => outcomeOf(),
    resend: async (letters) => ({ ...outcomeOf(), fates: letters.map(() => "delivered") }),
    reprocess: async (letters) => ({ ...outcomeOf(), fates: letters.map(() => "delivered") }),
    explain: async () => ({ trigger: "sqs", ok: true, items: [] }),
    check: async () => [],
    copying: async () => [],
    close: async () => {},
    ...options.pipeline,
  };
  const recorded = new Proxy(pipeline, {
    get(target, name) {
      calls.push(String(name));
      return Reflect.get(target, name);
    },
  });
  const config = parseConfig({ sinks: { stdout: { type: "stdout" } } }, "test");
  return {
    opened,
    calls,
    terminal: fakeTerminal(),
    cwd: options.cwd ?? process.cwd(),
    stop: options.stop ?? new AbortController().signal,
    readStdin: async () => options.stdin ?? "{}",
    adapters: {
      load: options.load ?? (async () => ({ config, name: "test", baseDir: ".", found: true })),
      catalog: options.catalog ?? (() => async () => undefined),
      reader: () => options.reader ?? localFiles(),
      buckets: () => ({
        regionOf: async () => undefined,
        list: async () => ({ objects: [], prefixes: [], more: false }),
        remove: async () => {},
        ...options.buckets,
      }),
      open: (_, open) => {
        opened.push(open);
        return recorded;
      },
      queue: () => {
        if (options.queue === undefined) throw new Error("no queue");
        return options.queue;
      },
      queueTarget: () => {
        if (options.queueTarget === undefined) throw new Error("no queue");
        return options.queueTarget;
      },
      logger: (write) => jsonLogger({ level: "debug", write }),
      pollDefaults: { queue: undefined, port: undefined, host: undefined, ...options.pollDefaults },
      clock: options.clock ?? systemClock,
      functionSize: options.functionSize ?? (async () => undefined),
      reachContinuation: options.reachContinuation ?? (async () => []),
    },
  };
}
