import { gunzipSync, gzipSync } from "node:zlib";
import type { EncodedBatch } from "@sluice/core";
import { ACTION } from "./encode.ts";

const QUOTE = 0x22;
/** What zlib asks for at least. */
const MIN_CHUNK_BYTES = 64;

/** A batch read back: what its records are to be written to, and bodies of some of them. Holds no copy of it in between. */
export class BulkLines {
  readonly #batch: EncodedBatch;
  readonly #gzipLevel: number | undefined;
  readonly #names: readonly string[];

  constructor(batch: EncodedBatch, gzipLevel: number | undefined) {
    this.#batch = batch;
    this.#gzipLevel = gzipLevel;
    this.#names = namesIn(batch, this.#plain());
  }

  /** The index, alias or data stream that record `i` names. */
  name(i: number): string {
    return this.#names[i] as string;
  }

  /** The records at `indices` (ascending), ready to be sent, and their length before compression. */
  body(indices: readonly number[]): { readonly body: Uint8Array; readonly bytes: number } {
    const all = this.#plain();
    const at = (i: number): number => this.#batch.offset(i);
    const level = this.#gzipLevel;
    if (level === undefined) {
      const plain = Buffer.concat(indices.map((i) => all.subarray(at(i), at(i + 1))));
      return { body: plain, bytes: plain.length };
    }
    // What was unpacked is this method's own: moved together within it, there is no second copy.
    let bytes = 0;
    for (const i of indices) bytes += all.copy(all, bytes, at(i), at(i + 1));
    return { body: gzipSync(all.subarray(0, bytes), { level }), bytes };
  }

  /** In one piece at once: zlib would else put it together of many. */
  #plain(): Buffer {
    const { bytes, count } = this.#batch;
    if (this.#gzipLevel === undefined) return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return gunzipSync(bytes, { chunkSize: Math.max(MIN_CHUNK_BYTES, this.#batch.offset(count) + 1) });
  }
}

/** One string for all neighbours of the same name. */
function namesIn(batch: EncodedBatch, plain: Buffer): string[] {
  const names: string[] = [];
  let last = Buffer.alloc(0);
  for (let i = 0; i < batch.count; i++) {
    const from = batch.offset(i) + ACTION.length;
    const to = plain.indexOf(QUOTE, from);
    const isSame = to - from === last.length && plain.compare(last, 0, last.length, from, to) === 0;
    if (!isSame) last = Buffer.from(plain.subarray(from, to));
    names.push(isSame ? (names[i - 1] as string) : last.toString("latin1"));
  }
  return names;
}
