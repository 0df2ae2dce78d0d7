import type { Invocation, Ports } from "./api.ts";
import type { Config } from "./config/config.ts";
import type { OpenItem, ReceiverContext } from "./envelope/item.ts";
import { SluiceError } from "./errors.ts";
import { DEFAULT_MAX_FRAME_BYTES } from "./framing/oversize.ts";
import type { ContentOptions } from "./object/contents.ts";
import { RETURNED } from "./outcome/returned.ts";
import { PatternSet } from "./pattern-set.ts";
import { type Clock, systemClock } from "./ports/clock.ts";
import type { ObjectReader, ObjectRef } from "./ports/object-reader.ts";
import { headerOf } from "./record/formats/index.ts";
import { compileSources, type SourceSettings } from "./record/source.ts";
import { compileProcessing, compileReturning, type Processing } from "./route/processing.ts";
import { compileReach, type FindReach } from "./route/reach.ts";
import { SinkHandle } from "./sink/sink-handle.ts";

/** A config compiled once: what every invocation shares. Holds no data of any invocation. */
export interface Plan {
  readonly config: Config;
  readonly configName: string;
  readonly ports: Ports;
  readonly clock: Clock;
  readonly reader: ObjectReader;
  readonly sinkNames: readonly string[];
  readonly handles: readonly SinkHandle[];
  /** Of each sink: whether a record that fails there fails its unit. */
  readonly required: readonly boolean[];
  /** To be waited for before an item is read. */
  readonly patterns: PatternSet;
  readonly sourceOf: (item: OpenItem) => SourceSettings;
  /** What the config does to records; made, with all that it names, on first use. A failure isn't kept. */
  readonly processing: () => Promise<Processing>;
  /** An object, and how it is to be read. */
  readonly refOf: (item: Extract<OpenItem, { kind: "object" }>) => ObjectRef;
  /** Which sinks records come to, by what all of an item have in common. */
  readonly reach: FindReach;
  /** How an item's bytes are to be decoded. */
  readonly contentOptions: (item: OpenItem) => ContentOptions;
  receiver(invocation: Invocation): ReceiverContext;
  /** The same for records that go back to the trigger instead of to sinks. */
  readonly returning: () => Plan;
}

const NO_READER: ObjectReader = {
  read: async ({ bucket }) => {
    throw new SluiceError("ACCESS_DENIED", `there is no reader for objects here (bucket ${bucket})`);
  },
};

export function compilePlan(config: Config, ports: Ports): Plan {
  const sinkNames = Object.keys(config.sinks);
  const { maxFrameBytes = DEFAULT_MAX_FRAME_BYTES } = config.read;
  const limits = { ...config.read, maxFrameBytes };
  const patterns = new PatternSet(ports.patterns, ports.configName);
  const sourceOf = compileSources(config.sources, patterns);
  const clock = ports.clock ?? systemClock;
  const handles = Object.entries(config.sinks).map(([name, sink]) => new SinkHandle(name, sink, ports));
  const plan: Plan = {
    config,
    configName: ports.configName ?? "config",
    ports,
    clock,
    reader: ports.reader ?? NO_READER,
    sinkNames,
    handles,
    required: handles.map((handle) => handle.config.required),
    patterns,
    sourceOf,
    reach: compileReach(config, sinkNames),
    refOf: (item) => ({ ...item.ref, ...sourceOf(item).access }),
    contentOptions: (item) => {
      const { compression: named = "auto", format, among } = sourceOf(item);
      // Inline payloads are unpacked with their envelopes: what they were packed with isn't there any more.
      const compression = item.kind === "object" || named === "none" ? named : "auto";
      const header = (columns: readonly string[]): readonly string[] | undefined =>
        headerOf(columns, format === undefined ? among : [format]);
      return { compression, codecs: ports.codecs ?? [], limits, header };
    },
    processing: once(() => compileProcessing(config, ports)),
    receiver: ({ region, account }) => ({
      region,
      account,
      arrival: clock.now(),
      maxInlineBytes: config.read.maxInlineBytes,
    }),
    returning: () => back,
  };
  const back: Plan = {
    ...plan,
    sinkNames: [RETURNED],
    handles: [],
    required: [true],
    processing: once(() => compileReturning(config, ports)),
  };
  return plan;
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make().catch((error: unknown) => {
      made = undefined;
      throw error;
    });
    return made;
  };
}
