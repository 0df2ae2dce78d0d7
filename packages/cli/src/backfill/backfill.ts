import type { Clock, ObjectRef } from "@sluice/core";
import type { BucketObject, ListObjects } from "@sluice/lambda-entry";
import type { Deliver } from "./deliver.ts";
import type { Pace } from "./pace.ts";
import { discoverRanges } from "./ranges.ts";
import type { FailedObject, State } from "./state.ts";
import type { Tally } from "./tally.ts";
import { walk } from "./walk.ts";

/** Of one run of the pipeline, or one round of sending: whichever comes first. */
const MAX_CHUNK_OBJECTS = 500;
const MAX_CHUNK_BYTES = 512 * 1024 * 1024;

export interface BackfillOptions {
  readonly bucket: string;
  readonly prefix: string;
  readonly region: string | undefined;
  readonly list: ListObjects;
  readonly wanted: (object: BucketObject) => boolean;
  readonly state: State;
  readonly tally: Tally;
  readonly pace: Pace;
  readonly clock: Clock;
  /** Undefined: it is only looked at what there is. */
  readonly deliver: Deliver | undefined;
  readonly stop: AbortSignal;
}

/** Lists, and delivers chunk by chunk what is wanted; after each the state says how far it came. True: to the end. */
export async function backfill(options: BackfillOptions): Promise<boolean> {
  const { bucket, prefix, list, state, tally, wanted, stop } = options;
  if (state.ranges === undefined) await state.setRanges(await discoverRanges(list, bucket, prefix, stop));
  const left = state.left();
  const chunk = new Chunk(options);
  let ended = 0;
  for await (const page of walk({ list, bucket, prefix, ranges: left, signal: stop })) {
    tally.listed += page.objects.length;
    const objects = page.objects.filter(wanted);
    tally.found += objects.length;
    tally.foundBytes += objects.reduce((sum, { size }) => sum + size, 0);
    if (page.isLast) ended += 1;
    tally.listedShare = ended / left.size;
    tally.isListed = ended === left.size;
    for (const object of objects) {
      if (chunk.isFullWith(object) && !(await chunk.flush())) return false;
      chunk.add(object, page.range);
    }
    chunk.mark(page.range, page.isLast ? true : page.last);
    if (stop.aborted) return false;
    // Nothing of it was wanted: that needn't be looked at again.
    if (chunk.isEmpty) await chunk.flush();
  }
  tally.isListed = true;
  return chunk.flush();
}

/** Delivers what failed before, and nothing else. */
export async function retryFailed(options: BackfillOptions): Promise<boolean> {
  const { failed } = options.state;
  const { tally } = options;
  tally.found = failed.length;
  tally.foundBytes = failed.reduce((sum, { size = 0 }) => sum + size, 0);
  tally.isListed = true;
  const chunk = new Chunk(options, true);
  for (const { key, etag, size = 0 } of failed) {
    const object = { key, etag, size, lastModified: 0 };
    if (chunk.isFullWith(object) && !(await chunk.flush())) return false;
    chunk.add(object);
  }
  return chunk.flush();
}

/** Objects that are delivered together; until they are, nothing says that they were. */
class Chunk {
  readonly #options: BackfillOptions;
  readonly #isRetry: boolean;
  #refs: ObjectRef[] = [];
  #bytes = 0;
  #marks = new Map<number, string | true>();

  constructor(options: BackfillOptions, isRetry = false) {
    this.#options = options;
    this.#isRetry = isRetry;
  }

  get isEmpty(): boolean {
    return this.#refs.length === 0;
  }

  isFullWith({ size }: BucketObject): boolean {
    const { pace } = this.#options;
    if (this.#refs.length === 0) return false;
    if (this.#refs.length >= Math.min(MAX_CHUNK_OBJECTS, pace.most("objects"))) return true;
    return this.#bytes + size > Math.min(MAX_CHUNK_BYTES, pace.most("bytes"));
  }

  add({ key, etag, size }: BucketObject, range?: number): void {
    const { bucket, region } = this.#options;
    this.#refs.push({ store: "s3", bucket, key, etag, size, region });
    this.#bytes += size;
    if (range !== undefined) this.#marks.set(range, key);
  }

  mark(range: number, done: string | true | undefined): void {
    if (done !== undefined) this.#marks.set(range, done);
  }

  /** False when it was stopped: then it is as if it had not been begun. */
  async flush(): Promise<boolean> {
    const { state, deliver, tally, pace, stop } = this.#options;
    const refs = this.#refs;
    if (refs.length > 0 && deliver !== undefined) {
      if (!(await isReady(pace.wait(refs.length, this.#bytes, stop), stop))) return false;
      const { failed, outcome, isCutShort } = await deliver(refs);
      tally.add(refs.length, this.#bytes, failed, outcome);
      if (isCutShort) return false;
      await state.settle(this.#marks, failed, this.#isRetry ? mended(refs, failed) : []);
    } else if (deliver !== undefined) await state.settle(this.#marks, []);
    this.#refs = [];
    this.#bytes = 0;
    this.#marks = new Map();
    return !stop.aborted;
  }
}

/** False when it was stopped meanwhile. */
async function isReady(wait: Promise<void>, stop: AbortSignal): Promise<boolean> {
  await wait.catch((error: unknown) => {
    if (!stop.aborted) throw error;
  });
  return !stop.aborted;
}

function mended(refs: readonly ObjectRef[], failed: readonly FailedObject[]): string[] {
  const still = new Set(failed.map(({ key }) => key));
  return refs.map(({ key }) => key).filter((key) => !still.has(key));
}
