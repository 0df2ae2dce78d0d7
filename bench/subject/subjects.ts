import type { Addresses } from "../stubs/main.ts";
import { GZIP_ONLY, NAIVE, SLUICE } from "./build.ts";

/** What a subject is told of its surroundings. */
export interface Surroundings {
  readonly addresses: Addresses;
  /** Folder with the objects that `sluice-archive` made of this workload, inflated. */
  readonly cells: string;
}

/** What is measured: a forwarder, or what one is compared with. */
export interface Subject {
  readonly name: string;
  readonly title: string;
  readonly handler: string;
  /** Name of the subject that it is compared with; undefined where there is none. */
  readonly yardstick?: string;
  /** Times that each record must arrive, in bulk requests and in objects put. */
  readonly deliveries: { readonly bulk: number; readonly archive: number };
  readonly env: (around: Surroundings) => Readonly<Record<string, string>>;
}

const BULK = { bulk: 1, archive: 0 };
const ARCHIVE = { bulk: 0, archive: 1 };
const NONE = { bulk: 0, archive: 0 };
const RAW = { sources: [{ parse: "raw" }] };
const ECS = { sources: [{ parse: "ecs" }] };
const SINKS_AT_ONCE = 5;

export const SUBJECTS: readonly Subject[] = [
  {
    ...sluice("sluice", "message, id and origin; gzip level 1", BULK, (to) => ({ ...RAW, sinks: search(to) })),
    yardstick: "naive",
  },
  {
    ...sluice("sluice-ecs", "parsed to ECS; gzip level 1", BULK, (to) => ({ ...ECS, sinks: search(to) })),
    yardstick: "naive",
  },
  {
    ...sluice("sluice-plain", "message, id and origin; no compression", BULK, (to) => ({
      ...RAW,
      sinks: search(to, { compression: "none" }),
    })),
    yardstick: "naive-plain",
  },
  {
    ...sluice("sluice-archive", "message, id and origin to S3; gzip level 6", ARCHIVE, (to) => ({
      ...RAW,
      sinks: archive(to),
    })),
    yardstick: "gzip-only",
  },
  {
    ...sluice(
      "sluice-both",
      "Elasticsearch, and an archive that combines log batches; all else as by default",
      { bulk: 1, archive: 1 },
      (to) => ({
        sinks: { ...search(to), ...archive(to, { combine: true }) },
      }),
    ),
  },
  sluice("sluice-wide", "64 objects read at once", BULK, (to) => ({
    ...RAW,
    read: { concurrency: 64 },
    sinks: search(to),
  })),
  sluice("sluice-0-sinks", "reads every record and lets none through to its sink", NONE, (to) => ({
    ...RAW,
    process: [{ exclude: { field: "@timestamp", exists: true } }],
    sinks: search(to),
  })),
  sluice("sluice-5-sinks", "the same sink five times", { bulk: SINKS_AT_ONCE, archive: 0 }, (to) => ({
    ...RAW,
    sinks: Object.fromEntries(Array.from({ length: SINKS_AT_ONCE }, (_, i) => [`search${i}`, search(to).search])),
  })),
  naive("naive", "message, time and origin; the client's gzip", "gzip"),
  naive("naive-plain", "message, time and origin; no compression", "none"),
  {
    name: "gzip-only",
    title: "gzipSync of what sluice-archive puts, at its level, and nothing else",
    handler: GZIP_ONLY,
    deliveries: NONE,
    env: ({ cells }) => ({ CELLS: cells }),
  },
];

export function subjectNamed(name: string): Subject {
  const subject = SUBJECTS.find((each) => each.name === name);
  if (subject !== undefined) return subject;
  throw new Error(`no subject ${name}: expected one of ${SUBJECTS.map((each) => each.name).join(", ")}`);
}

function sluice(
  name: string,
  title: string,
  deliveries: Subject["deliveries"],
  config: (to: Addresses) => object,
): Subject {
  const env: Subject["env"] = ({ addresses }) => ({ SLUICE_CONFIG: JSON.stringify(config(addresses)) });
  return { name, title, handler: SLUICE, deliveries, env };
}

function search({ elasticsearch }: Addresses, more: object = { compressionLevel: 1 }): { readonly search: object } {
  return { search: { type: "elasticsearch", url: `http://${elasticsearch}`, auth: { apiKey: "eDp4" }, ...more } };
}

function archive({ s3 }: Addresses, options: object = {}): { readonly archive: object } {
  const where = { bucket: "archive", endpoint: `http://${s3}`, forcePathStyle: true };
  return { archive: { type: "s3-archive", ...where, ...options } };
}

function naive(name: string, title: string, compression: string): Subject {
  const env: Subject["env"] = ({ addresses }) => ({
    ELASTICSEARCH_URL: `http://${addresses.elasticsearch}`,
    COMPRESSION: compression,
  });
  return { name, title, handler: NAIVE, deliveries: BULK, env };
}
