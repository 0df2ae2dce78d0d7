import type { BucketObject, Buckets, ListObjects } from "@sluice/lambda-entry";
import { byBytes } from "./ranges.ts";

export const CHANGED: number = Date.UTC(2026, 9, 1);

/** A bucket's listing as S3 gives it, in pages of so many keys. */
export function fakeBucket(
  keys: readonly (string | BucketObject)[],
  pageKeys = 3,
): Pick<Buckets, "list" | "regionOf"> & { requests: number } {
  const objects = keys
    .map((each) => (typeof each === "string" ? { key: each, size: 10, etag: "e", lastModified: CHANGED } : each))
    .sort((a, b) => byBytes(a.key, b.key));
  const fake = {
    requests: 0,
    regionOf: async () => "eu-west-1",
    list: async ({ prefix, after, delimiter }: Parameters<ListObjects>[0], signal: AbortSignal) => {
      signal.throwIfAborted();
      fake.requests += 1;
      const page: BucketObject[] = [];
      const prefixes = new Set<string>();
      for (const object of objects) {
        if (!object.key.startsWith(prefix) || (after !== undefined && byBytes(object.key, after) <= 0)) continue;
        const end = delimiter === undefined ? -1 : object.key.indexOf(delimiter, prefix.length);
        const folder = end < 0 ? undefined : object.key.slice(0, end + 1);
        if (folder !== undefined && prefixes.has(folder)) continue;
        if (page.length + prefixes.size === pageKeys) return { objects: page, prefixes: [...prefixes], more: true };
        if (folder === undefined) page.push(object);
        else prefixes.add(folder);
      }
      return { objects: page, prefixes: [...prefixes], more: false };
    },
  };
  return fake;
}
