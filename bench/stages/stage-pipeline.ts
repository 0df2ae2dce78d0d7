import {
  createPipeline,
  DELIVERED,
  gzip,
  type Pipeline,
  parseConfig,
  type Sink,
  type SinkDefinition,
} from "@sluice/core";
import { elasticsearch } from "@sluice/sinks-elastic";
import type { StandIns } from "../stubs/stand-ins.ts";
import type { Prepared } from "../workloads/store.ts";
import { memoryReader } from "./stored-bytes.ts";

/** How far records get. Each does what the one before does, and one thing more. */
export const STEPS = ["frame", "inflate", "parse", "account", "encode", "deflate", "send"] as const;
export type Step = (typeof STEPS)[number];

export interface StageOptions {
  readonly workload: Prepared;
  readonly step: Step;
  readonly parse: string;
  readonly standIns: StandIns;
}

/** The whole pipeline, fed from memory, that goes no further than the step. */
export function createStagePipeline({ workload, step, parse, standIns }: StageOptions): Pipeline {
  const number = STEPS.indexOf(step);
  const raw = number < STEPS.indexOf("parse");
  const filtered = number < STEPS.indexOf("account");
  const url = `http://${standIns.addresses.elasticsearch}`;
  const config = parseConfig({
    sources: [{ parse, ...(raw ? { format: "raw" } : {}) }],
    process: filtered ? [{ exclude: { field: "@timestamp", exists: true } }] : [],
    sinks: { search: { type: "stage", url, auth: { apiKey: "eDp4" } } },
  });
  const reader = memoryReader(workload, step === "frame");
  return createPipeline(config, { sinks: async () => stageSink(step), reader });
}

/** Fails when not all records came through. */
export async function handle(pipeline: Pipeline, event: unknown, records: number): Promise<void> {
  const { counts, error } = await pipeline.handle(event, { region: "us-east-1" });
  if (error !== undefined) throw error;
  const through = counts.filtered + (counts.delivered.search ?? 0);
  if (through !== records) throw new Error(`${through} records came through instead of ${records}`);
}

/** The Elasticsearch sink, with the steps beyond taken out. */
function stageSink(step: Step): SinkDefinition {
  return {
    ...elasticsearch,
    create: async (options, context) => {
      const whole = await elasticsearch.create(options as never, context);
      if (step === "send") return whole;
      if (step === "deflate") return { ...whole, send: deflate };
      return step === "encode" ? { ...whole, send: delivered } : { ...whole, encode: encodeNothing, send: delivered };
    },
  };
}

const delivered: Sink["send"] = async () => DELIVERED;

const deflate: Sink["send"] = async ({ bytes }) => {
  gzip(bytes, 1);
  return DELIVERED;
};

const encodeNothing: Sink["encode"] = (_record, out) => void out.byte(0x0a);
