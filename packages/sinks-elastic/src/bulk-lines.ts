import { gunzipSync, gzipSync } from "node:zlib";
import type { EncodedBatch } from "@sluice/core";
import { ACTION } from "./encode.ts";

/** A batch read back: what its records are to be written to, and bodies of some of them. */
export class BulkLines {
  readonly #batch: EncodedBatch;
  readonly #gzipLevel: number | undefined;
  readonly #plain: Buffer;

  constructor(batch: EncodedBatch, gzipLevel: number | undefined) {
    const { bytes } = batch;
    this.#batch = batch;
    this.#gzipLevel = gzipLevel;
    this.#plain =
      gzipLevel === undefined ? Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength) : gunzipSync(bytes);
  }

  /** The index, alias or data stream that record `i` names. */
  name(i: number): string {
    const from = this.#batch.offset(i) + ACTION.length;
    return this.#plain.toString("latin1", from, this.#plain.indexOf('"', from));
  }

  /** The records at `indices` (ascending), ready to be sent, and their length before compression. */
  body(indices: readonly number[]): { readonly body: Uint8Array; readonly bytes: number } {
    const { offset } = this.#batch;
    const at = offset.bind(this.#batch);
    const plain = Buffer.concat(indices.map((i) => this.#plain.subarray(at(i), at(i + 1))));
    const level = this.#gzipLevel;
    return { body: level === undefined ? plain : gzipSync(plain, { level }), bytes: plain.length };
  }
}
