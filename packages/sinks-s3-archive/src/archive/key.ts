import { createHash } from "node:crypto";
import type { EncodedBatch, RecordView } from "@sluice/core";
import type { ArchiveOptions, Format } from "./options.ts";

const HOUR_MS = 3_600_000;
const PLACEHOLDER = /\{([^{}]*)\}/g;
const ID = "{id}";

const EXTENSIONS: Readonly<Record<Format, string>> = { ndjson: "ndjson", raw: "log" };

export function templateOf({ key, format }: Pick<ArchiveOptions, "key" | "format">): string {
  return key ?? `{dataset}/dt={yyyy}-{MM}-{dd}/hour={HH}/${ID}.${EXTENSIONS[format]}.gz`;
}

type Context = RecordView["context"];

/** Per item (`context`) and hour, never per record. */
const FIELDS: Readonly<Record<string, (context: Context, time: string) => string | undefined>> = {
  dataset: (context) => context.dataset,
  namespace: (context) => context.namespace,
  account: (context) => context.origin.constants.get("cloud.account.id"),
  region: (context) => context.origin.constants.get("cloud.region"),
  bucket: (context) => context.origin.constants.get("aws.s3.bucket.name"),
  logGroup: (context) => context.origin.constants.get("aws.cloudwatch.log_group"),
  yyyy: (_, time) => time.slice(0, 4),
  MM: (_, time) => time.slice(5, 7),
  dd: (_, time) => time.slice(8, 10),
  HH: (_, time) => time.slice(11, 13),
};

export const KEY_FIELDS: readonly string[] = Object.keys(FIELDS);

export function placeholdersOf(template: string): string[] {
  return [...template.matchAll(PLACEHOLDER)].map((match) => match[1] as string);
}

/**
 * The key rule, for every value that goes into a key: what isn't among S3's safe characters becomes `_`, so that a value
 * can't add a folder; nothing but dots becomes `_` too; no value at all is `unknown`.
 */
export function keySafe(value: string | undefined): string {
  if (value === undefined || value === "") return "unknown";
  return value.replace(/[^A-Za-z0-9!_.*'()-]/g, "_").replace(/^\.+$/, "_");
}

/** `partition` for a template: the key with all but {id} filled in. Times are UTC. */
export function keyPartition(template: string): (record: RecordView) => string {
  const latest = new WeakMap<Context, { readonly hour: number; readonly key: string }>();
  return ({ context, timestamp }) => {
    const hour = Math.floor(timestamp / HOUR_MS);
    const last = latest.get(context);
    if (last?.hour === hour) return last.key;
    const key = fill(template, context, new Date(hour * HOUR_MS).toISOString());
    latest.set(context, { hour, key });
    return key;
  };
}

function fill(template: string, context: Context, time: string): string {
  return template.replace(PLACEHOLDER, (whole, name: string) =>
    whole === ID ? ID : keySafe(FIELDS[name]?.(context, time)),
  );
}

/** The object's key: core names each cell, each part of a cell that it had to cut, and each whole object, the same on every attempt. */
export function keyOf(partition: string, id: string): string {
  return partition.replaceAll(ID, () => keySafe(id));
}

/** Without cells, by the records in it: no two batches that hold different ones share a name, and a batch has one however often it is sent. */
export function nameOf(batch: EncodedBatch): string {
  if (batch.cell !== undefined) return batch.cell;
  const hash = createHash("sha256");
  for (let i = 0; i < batch.count; i++) hash.update(`${batch.id(i)}\n`);
  return hash.digest("hex").slice(0, 32);
}
