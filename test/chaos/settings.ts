import type { Random } from "../fuzz/random.ts";
import { BUCKETS } from "./stand/store.ts";
import { FOLDERS } from "./workload/objects.ts";
import type { Settings } from "./world.ts";

/** Where the messages that the function sends itself go; the host is the proxy's. */
export const CONTINUATION_PATH = "/000000000000/chaos-continue";

/** A config of the seed's choice: small batches and parts, short waits, so that much happens in little time. */
export function settingsOf(token: string, hasArchive: boolean, hasContinuation: boolean, random: Random): Settings {
  const dataset = `chaos.${token}`;
  const retry = { attempts: 2 + random.below(4), minDelayMs: 2, maxDelayMs: 40 };
  const limits = {
    maxBatchRecords: 100 + random.below(1000),
    maxBatchBytes: 65_536 * (1 + random.below(8)),
    maxInFlight: 1 + random.below(4),
  };
  const archive = {
    type: "s3-archive",
    bucket: BUCKETS.archive,
    limits: { cellBytes: 65_536 },
    compressionLevel: 1,
    retry,
  };
  return {
    sources: [
      { match: { key: `*/${FOLDERS.alb}/**` }, format: "alb", dataset },
      { match: { key: `*/${FOLDERS.cloudtrail}/**` }, format: "cloudtrail", dataset },
      { match: { key: `*/${FOLDERS.json}/**` }, format: "json", dataset },
      { dataset },
    ],
    sinks: {
      search: {
        type: "elasticsearch",
        compression: random.chance(0.7) ? "gzip" : "none",
        stallMs: 1000 + random.below(4000),
        requestTimeoutMs: 400 + random.below(1600),
        limits,
        retry,
      },
      ...(hasArchive ? { archive } : {}),
    },
    deadLetter: { type: "s3", bucket: BUCKETS.deadLetters, prefix: `${token}/` },
    deadline: { marginMs: 500 },
    ...(hasContinuation ? { continuation: continuationOf(token, random) } : {}),
    read: { partBytes: 2 ** (12 + random.below(12)), attempts: 2 + random.below(4), concurrency: 1 + random.below(8) },
  };
}

/** Without the queue's address, which each environment has its own of. */
export function continuationOf(token: string, random: Random): Record<string, unknown> {
  const claims = { bucket: BUCKETS.claims, prefix: `${token}/` };
  return { splitBytes: 4096 * (1 + random.below(64)), claims };
}

/** As one environment gets it. */
export function configFor(settings: Settings, searchUrl: string, awsUrl: string): string {
  const { continuation, sinks } = settings;
  return JSON.stringify({
    ...settings,
    sinks: { ...sinks, search: { ...sinks.search, url: searchUrl } },
    ...(continuation === undefined ? {} : { continuation: { ...continuation, queue: awsUrl + CONTINUATION_PATH } }),
  });
}
