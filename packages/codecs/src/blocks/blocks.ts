import { instantiate, SluiceError } from "@sluice/core";
import { Pool } from "../pool.ts";
import { WASM } from "./blocks-wasm.ts";

interface Memory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}

interface Exports {
  readonly memory: Memory;
  readonly __heap_base: { readonly value: number };
  readonly crc32c: (at: number, size: number) => number;
  readonly snappy_size: (at: number, size: number) => number;
  readonly snappy: (at: number, size: number, out: number, room: number) => number;
  readonly lz4: (at: number, size: number, out: number, room: number) => number;
}

const PAGE = 64 * 1024;
/** What a decoder may overwrite behind its output; blocks.c. */
const SLACK = 16;
const ALIGN = 16;
const DAMAGED = -1;

/** Decodes blocks in one go. What it gives is valid until the next call; its memory is as large as the largest block asked for. */
export class Blocks {
  readonly #exports: Exports = instantiate<Exports>(WASM);

  /** Bytes of its memory. */
  get size(): number {
    return this.#exports.memory.buffer.byteLength;
  }

  snappy(block: Uint8Array, maxBytes: number): Uint8Array {
    const { snappy_size, snappy } = this.#exports;
    const at = this.#put(block, 0);
    const size = snappy_size(at, block.length) >>> 0;
    if (size > maxBytes) throw damaged("snappy");
    return this.#decode("snappy", snappy, block, size);
  }

  /** `maxBytes`: as many as there are to be, or more. */
  lz4(block: Uint8Array, maxBytes: number): Uint8Array {
    return this.#decode("LZ4", this.#exports.lz4, block, maxBytes);
  }

  crc32c(bytes: Uint8Array): number {
    const { memory, crc32c } = this.#exports;
    // What was just decoded is read where it lies: it is still wanted.
    const at = bytes.buffer === memory.buffer ? bytes.byteOffset : this.#put(bytes, 0);
    return crc32c(at, bytes.length) >>> 0;
  }

  #decode(name: string, decode: Exports["lz4"], block: Uint8Array, room: number): Uint8Array {
    const at = this.#put(block, room + SLACK);
    const out = aligned(at + block.length);
    const size = decode(at, block.length, out, room);
    if (size === DAMAGED) throw damaged(name);
    return new Uint8Array(this.#exports.memory.buffer, out, size);
  }

  /** Copies the bytes to where they can be worked on; there is room for `more` behind them. */
  #put(bytes: Uint8Array, more: number): number {
    const { memory, __heap_base } = this.#exports;
    const at = aligned(__heap_base.value);
    const missing = aligned(at + bytes.length) + more - memory.buffer.byteLength;
    if (missing > 0) memory.grow(Math.ceil(missing / PAGE));
    new Uint8Array(memory.buffer, at, bytes.length).set(bytes);
    return at;
  }
}

/** Memory that is worth keeping; what large pages made larger is let go. */
const KEPT_BYTES = 2 * 1024 * 1024;

const idle = new Pool(() => new Blocks());

/** `use` has them alone. */
export async function* withBlocks<T>(use: (blocks: Blocks) => AsyncIterable<T>): AsyncGenerator<T> {
  const blocks = idle.take();
  yield* use(blocks);
  // Not when the reader leaves early: it may go on looking at what it got last.
  if (blocks.size <= KEPT_BYTES) idle.putBack(blocks);
}

function aligned(address: number): number {
  return Math.ceil(address / ALIGN) * ALIGN;
}

function damaged(name: string): SluiceError {
  return new SluiceError("OBJECT_CORRUPT", `${name} data is damaged`);
}
