import type { BucketObject, ListObjects } from "@sluice/lambda-entry";
import { pages } from "../aws/pages.ts";
import { byBytes, type KeyRange } from "./ranges.ts";

/** Ranges listed at the same time. */
const LISTS_AT_ONCE = 8;
/** Pages listed ahead of whoever takes them; each has at most 1,000 keys. */
const MAX_PAGES_AHEAD = 16;

export interface Page {
  /** Number of the range. */
  readonly range: number;
  readonly objects: readonly BucketObject[];
  /** The last key that was looked at; undefined where there was none. */
  readonly last: string | undefined;
  /** It is the range's last. */
  readonly isLast: boolean;
}

export interface WalkOptions {
  readonly list: ListObjects;
  readonly bucket: string;
  readonly prefix: string;
  /** To be walked, by their numbers. */
  readonly ranges: ReadonlyMap<number, KeyRange>;
  readonly signal: AbortSignal;
}

/** Pages of all ranges, several at a time; those of one range in the order of its keys. Fails as a listing fails. */
export async function* walk(options: WalkOptions): AsyncGenerator<Page> {
  const pages: Page[] = [];
  const waiting = [...options.ranges];
  let left = waiting.length;
  let failure: { readonly error: unknown } | undefined;
  let stopped = false;
  let wake = Promise.withResolvers<void>();
  const changed = (): void => {
    wake.resolve();
    wake = Promise.withResolvers<void>();
  };
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined && !stopped; next = waiting.shift()) {
      for await (const page of pagesOf(next[0], next[1], options)) {
        while (pages.length >= MAX_PAGES_AHEAD && !stopped) await wake.promise;
        if (stopped) return;
        pages.push(page);
        if (page.isLast) left -= 1;
        changed();
      }
    }
  };
  for (let i = 0; i < Math.min(LISTS_AT_ONCE, options.ranges.size); i++)
    work().catch((error: unknown) => {
      failure ??= { error };
      changed();
    });
  try {
    for (;;) {
      const page = pages.shift();
      if (page !== undefined) {
        changed();
        yield page;
      } else if (failure !== undefined) throw failure.error;
      else if (left === 0) return;
      else await wake.promise;
    }
  } finally {
    stopped = true;
    changed();
  }
}

async function* pagesOf(range: number, { after, to }: KeyRange, options: WalkOptions): AsyncGenerator<Page> {
  const { list, bucket, prefix, signal } = options;
  for await (const { objects, more } of pages(list, { bucket, prefix, after }, signal)) {
    const last = objects.at(-1)?.key;
    const isBeyond = to !== undefined && last !== undefined && byBytes(last, to) >= 0;
    const within = isBeyond ? objects.filter(({ key }) => byBytes(key, to) <= 0) : objects;
    const isLast = isBeyond || !more || last === undefined;
    yield { range, objects: within, last: within.at(-1)?.key, isLast };
    if (isLast) return;
  }
}
