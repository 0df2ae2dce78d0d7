import { Buffer } from "node:buffer";
import type { ListObjects } from "@sluice/lambda-entry";

/** Keys behind `after`, up to and with `to`, in the order of their bytes; without them from the first, to the last. */
export interface KeyRange {
  readonly after?: string | undefined;
  readonly to?: string | undefined;
}

/** Ranges that listing is split into, where the keys' folders allow as many. */
export const TARGET_RANGES = 64;
/** Requests that may be spent on finding out where to split. */
const MAX_PROBES = 64;
const DELIMITER = "/";

/**
 * Splits what has the prefix into ranges of keys that can be listed at the same time: at its folders, and where these are few, at
 * theirs. Together the ranges are all keys there are and will be, whatever was found.
 */
export async function discoverRanges(
  list: ListObjects,
  bucket: string,
  prefix: string,
  signal: AbortSignal,
): Promise<KeyRange[]> {
  let edges: string[] = [];
  let level = [prefix];
  for (let probes = 0; level.length > 0 && edges.length < TARGET_RANGES && probes < MAX_PROBES; ) {
    const asked = level.slice(0, MAX_PROBES - probes);
    probes += asked.length;
    const pages = await Promise.all(asked.map((each) => list({ bucket, prefix: each, delimiter: DELIMITER }, signal)));
    level = pages.flatMap(({ prefixes }) => prefixes);
    edges = [...edges, ...level];
  }
  return rangesAt(thinned([...new Set(edges)].sort(byBytes)));
}

function rangesAt(edges: readonly string[]): KeyRange[] {
  return [...edges, undefined].map((to, i) => ({ after: i === 0 ? undefined : edges[i - 1], to }));
}

function thinned(edges: readonly string[]): readonly string[] {
  if (edges.length <= TARGET_RANGES) return edges;
  return Array.from(
    { length: TARGET_RANGES },
    (_, i) => edges[Math.floor((i * edges.length) / TARGET_RANGES)] as string,
  );
}

/** As S3 orders keys, which by UTF-16 units is another order. */
export function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
