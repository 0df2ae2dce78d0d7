import { Buffer } from "node:buffer";
import { crc32 } from "node:zlib";
import { instantiate } from "../bytes/wasm.ts";
import { WASM } from "./inflate-wasm.ts";

interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly input: () => number;
  readonly input_capacity: () => number;
  readonly piece: () => number;
  readonly piece_size: () => number;
  readonly crc: () => number;
  readonly unused: () => number;
  readonly start: () => void;
  readonly feed: (size: number) => void;
  readonly run: () => number;
}

/** What `run` gives; inflate.c says what they mean. */
const INPUT = 0;
const END = 1;
const MEMBER = 3;
const DAMAGED = 4;
const GARBAGE = 5;

/** Data that can't be decoded: it ends too early, is damaged, or has anything but zeros behind it. The codes are zlib's where it has one. */
export class InflateError extends Error {
  readonly code: "Z_BUF_ERROR" | "Z_DATA_ERROR" | "GARBAGE";
  /** Compressed bytes before. */
  readonly at: number;

  constructor(code: InflateError["code"], at: number, message: string) {
    super(message);
    this.code = code;
    this.at = at;
  }
}

/** Gunzip in WebAssembly, in half a megabyte of memory that is used over and over; of one object at a time. */
export class Inflater {
  /** What is to be decoded may be put here first: then it isn't copied. */
  readonly input: Buffer;
  readonly #exports: Exports;
  #fed = 0;
  #status = INPUT;
  /** Of the member so far. */
  #crc = 0;
  /** Where the last whole member ended. */
  #end = 0;

  constructor() {
    this.#exports = instantiate<Exports>(WASM);
    const { memory, input, input_capacity } = this.#exports;
    this.input = Buffer.from(memory.buffer, input(), input_capacity());
  }

  /** Forgets everything about earlier data. */
  start(): void {
    this.#exports.start();
    this.#fed = 0;
    this.#status = INPUT;
    this.#crc = 0;
  }

  /** Decodes what comes next, in pieces that are valid until the next one is asked for. */
  *decode(bytes: Uint8Array): Generator<Uint8Array> {
    const { input } = this;
    const capacity = input.length;
    for (let at = 0; at < bytes.length; at += capacity) {
      const part = bytes.subarray(at, at + capacity);
      if (part.buffer !== input.buffer || part.byteOffset !== input.byteOffset) input.set(part);
      this.#exports.feed(part.length);
      this.#fed += part.length;
      yield* this.#pieces();
    }
  }

  /** There is no more to come. */
  finish(): void {
    if (this.#status !== END) throw new InflateError("Z_BUF_ERROR", this.#fed, "unexpected end of file");
  }

  *#pieces(): Generator<Uint8Array> {
    const { memory, run, piece, piece_size, crc } = this.#exports;
    do {
      this.#status = run();
      const size = piece_size();
      if (size > 0) {
        const decoded = new Uint8Array(memory.buffer, piece(), size);
        this.#crc = crc32(decoded, this.#crc);
        yield decoded;
      }
      if (this.#status === GARBAGE) throw new InflateError("GARBAGE", this.#end, "padding ends in something else");
      if (this.#status === DAMAGED) throw this.#damaged("no gzip data goes on like this");
      if (this.#status === MEMBER) {
        if (this.#crc !== crc() >>> 0) throw this.#damaged("incorrect data check");
        this.#crc = 0;
        this.#end = this.#taken();
      }
    } while (this.#status !== INPUT && this.#status !== END);
  }

  #damaged(message: string): InflateError {
    return new InflateError("Z_DATA_ERROR", this.#taken(), message);
  }

  #taken(): number {
    return this.#fed - this.#exports.unused();
  }
}

/** Those that no object needs. There are never more in all than objects were decoded at the same time. */
let idle: Inflater[] | null = [];

/** One to be had alone, until it is put back. Undefined where WebAssembly or its SIMD isn't there. */
export function takeInflater(): Inflater | undefined {
  if (idle === null) return undefined;
  try {
    const inflater = idle.pop() ?? new Inflater();
    inflater.start();
    return inflater;
  } catch {
    idle = null;
    return undefined;
  }
}

export function putBack(inflater: Inflater): void {
  idle?.push(inflater);
}
