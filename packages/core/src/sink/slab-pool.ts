import { ByteWriter } from "../bytes/byte-writer.ts";
import { Columns } from "./columns.ts";

/** What a batch is filled into: reused once the batch is settled. */
export interface Slab {
  readonly writer: ByteWriter;
  readonly columns: Columns;
}

const KiB = 1024;
const FIRST_BYTES = 256 * KiB;
/** A slab that outgrows its first size gets that of a whole batch at once, up to this: growing by steps costs more memory. */
const MAX_STEP_BYTES = 8 * KiB * KiB;
/** Room for the record that closes a batch. */
const SLACK_BYTES = 64 * KiB;
/** Slabs kept, empty, for the next batches and invocations. */
const MAX_SPARE = 4;

/** One sink's slabs across invocations: fresh memory for every batch would keep the garbage collector busy. */
export class SlabPool {
  readonly #spare: Slab[] = [];

  take(maxBatchBytes: number): Slab {
    const spare = this.#spare.pop();
    if (spare !== undefined) return spare;
    const full = Math.min(maxBatchBytes + SLACK_BYTES, MAX_STEP_BYTES);
    return { writer: new ByteWriter(Math.min(FIRST_BYTES, full), full), columns: new Columns() };
  }

  /** Forgets what is in it; one that had to grow beyond a whole batch isn't kept. */
  give(slab: Slab): void {
    slab.writer.truncate(0);
    slab.columns.clear();
    if (this.#spare.length < MAX_SPARE && slab.writer.buffer.length <= MAX_STEP_BYTES) this.#spare.push(slab);
  }
}
