import { ByteWriter } from "../bytes/byte-writer.ts";
import { GZIP_PIECE_BYTES } from "../gzip/member.ts";
import { Columns } from "./columns.ts";

/** What a batch is filled into: reused once the batch is settled. */
export interface Slab {
  readonly writer: ByteWriter;
  readonly columns: Columns;
  /** Where what is in the writer is packed to, for sinks that have it compressed. */
  readonly packed?: ByteWriter | undefined;
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

  /** For a batch of at most `maxBatchBytes`; `packed`, when it is compressed while it is filled. */
  take(maxBatchBytes: number, packed: boolean): Slab {
    const spare = this.#spare.pop();
    if (spare !== undefined) return spare;
    const most = packed ? Math.min(maxBatchBytes, GZIP_PIECE_BYTES) : maxBatchBytes;
    const full = Math.min(most + SLACK_BYTES, MAX_STEP_BYTES);
    const writer = new ByteWriter(Math.min(FIRST_BYTES, full), full);
    return { writer, columns: new Columns(), packed: packed ? new ByteWriter() : undefined };
  }

  /** Forgets what is in it; one that had to grow beyond a whole batch isn't kept. */
  give(slab: Slab): void {
    const { writer, columns, packed } = slab;
    writer.truncate(0);
    packed?.truncate(0);
    columns.clear();
    const size = Math.max(writer.buffer.length, packed?.buffer.length ?? 0);
    if (this.#spare.length < MAX_SPARE && size <= MAX_STEP_BYTES) this.#spare.push(slab);
  }
}
