import { Buffer } from "node:buffer";
import { gunzipSync } from "node:zlib";
import { type EncodedBatch, gzip, putBack, takeInflater } from "@sluice/core";
import { ACTION } from "./encode.ts";
import { eachSpan } from "./spans.ts";

const QUOTE = 0x22;
/** Longest name of an index, alias or data stream (Elasticsearch: Create index API), and the quote behind it. */
const NAME_BYTES = 256;

/**
 * A batch read back: what its records are to be written to, and bodies of some of them. It is unpacked piece by piece, each
 * time: megabytes of it beside each batch under way would be what a function's memory is measured by.
 */
export class BulkLines {
  readonly #batch: EncodedBatch;
  readonly #gzipLevel: number | undefined;
  readonly #names: readonly string[];

  constructor(batch: EncodedBatch, gzipLevel: number | undefined) {
    this.#batch = batch;
    this.#gzipLevel = gzipLevel;
    this.#names = this.#readNames();
  }

  /** The index, alias or data stream that record `i` names. */
  name(i: number): string {
    return this.#names[i] as string;
  }

  /** The records at `indices` (ascending), ready to be sent, and their length before compression. */
  body(indices: readonly number[]): { readonly body: Uint8Array; readonly bytes: number } {
    const batch = this.#batch;
    const from = (k: number): number => batch.offset(indices[k] as number);
    const to = (k: number): number => batch.offset((indices[k] as number) + 1);
    const plain = Buffer.allocUnsafeSlow(indices.reduce((sum, _, k) => sum + to(k) - from(k), 0));
    let bytes = 0;
    eachSpan(this.#pieces(), { count: indices.length, from, to }, (record) => {
      bytes += record.copy(plain, bytes);
    });
    const level = this.#gzipLevel;
    return { body: level === undefined ? plain : gzip(plain, level), bytes };
  }

  /** One string for all neighbours of the same name. */
  #readNames(): readonly string[] {
    const batch = this.#batch;
    const names: string[] = [];
    let last = Buffer.alloc(0);
    const from = (k: number): number => batch.offset(k) + ACTION.length;
    const to = (k: number): number => Math.min(from(k) + NAME_BYTES, batch.offset(k + 1));
    eachSpan(this.#pieces(), { count: batch.count, from, to }, (bytes, k) => {
      const name = bytes.subarray(0, bytes.indexOf(QUOTE));
      const isSame = k > 0 && name.equals(last);
      if (!isSame) last = Buffer.from(name);
      names.push(isSame ? (names[k - 1] as string) : last.toString("latin1"));
    });
    return names;
  }

  /** The batch as it was encoded. Each piece is valid until the next one is asked for. */
  *#pieces(): Generator<Uint8Array> {
    const { bytes } = this.#batch;
    const inflater = this.#gzipLevel === undefined ? undefined : takeInflater();
    if (inflater !== undefined) {
      try {
        yield* inflater.decode(bytes);
      } finally {
        putBack(inflater);
      }
    } else yield this.#gzipLevel === undefined ? bytes : gunzipSync(bytes);
  }
}
