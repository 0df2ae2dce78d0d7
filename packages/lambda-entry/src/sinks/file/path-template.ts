import type { RecordView } from "@sluice/core";

const HOUR_MS = 3_600_000;
const PLACEHOLDER = /\{([^{}]*)\}/g;

type Context = RecordView["context"];

/** Per item (`context`) and hour, never per record. */
const FIELDS: Readonly<Record<string, (context: Context, time: string) => string>> = {
  dataset: (context) => context.dataset,
  namespace: (context) => context.namespace,
  yyyy: (_, time) => time.slice(0, 4),
  MM: (_, time) => time.slice(5, 7),
  dd: (_, time) => time.slice(8, 10),
  HH: (_, time) => time.slice(11, 13),
};

export const PATH_FIELDS: readonly string[] = Object.keys(FIELDS);

export function placeholdersOf(template: string): string[] {
  return [...template.matchAll(PLACEHOLDER)].map((match) => match[1] as string);
}

/** The path of a record's file. Times are UTC. */
export function pathOf(template: string): (record: RecordView) => string {
  const latest = new WeakMap<Context, { readonly hour: number; readonly path: string }>();
  return ({ context, timestamp }) => {
    const hour = Math.floor(timestamp / HOUR_MS);
    const last = latest.get(context);
    if (last?.hour === hour) return last.path;
    const time = new Date(hour * HOUR_MS).toISOString();
    const path = template.replace(PLACEHOLDER, (_, name: string) => safe(FIELDS[name]?.(context, time) ?? ""));
    latest.set(context, { hour, path });
    return path;
  };
}

/** A value can't add a folder, nor lead out of one. */
function safe(value: string): string {
  return value.replace(/[^A-Za-z0-9_.-]/g, "_").replace(/^\.*$/, "_");
}
