import { Buffer } from "node:buffer";
import { crc32 } from "node:zlib";
import { instantiate } from "../bytes/wasm.ts";
import type { RestartPoint } from "../ports/codec.ts";
import { WASM } from "./inflate-wasm.ts";
import { badState, openState, type RestartOffers, type StateKind, sealState } from "./restarts.ts";

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
  readonly note: () => number;
  readonly window: () => number;
  readonly window_size: () => number;
  readonly save: () => number;
  readonly restore: (size: number, windowBytes: number) => number;
}

/** What `run` gives; inflate.c says what they mean. */
const INPUT = 0;
const END = 1;
const MEMBER = 3;
const DAMAGED = 4;
const GARBAGE = 5;

/** A state: the member's CRC so far, the size of the kernel's note, that, and the window. */
const STATE: StateKind = { format: "gzip", version: 1 };
const STATE_HEADER_BYTES = 6;
/** Room for the largest note, and for the largest window; inflate.c. */
const MAX_NOTE_BYTES = 330;
const MAX_WINDOW_BYTES = 32 * 1024;

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

  /** Goes on at a point that was offered, with pieces that need nothing more; `start` was called. Fails with INTERNAL. */
  *resume(point: RestartPoint, offers?: RestartOffers): Generator<Uint8Array> {
    this.#restore(point);
    this.#fed = this.#end = point.stored;
    yield* this.#pieces(offers);
  }

  /** Decodes what comes next, in pieces that are valid until the next one is asked for. */
  *decode(bytes: Uint8Array, offers?: RestartOffers): Generator<Uint8Array> {
    const { input } = this;
    const capacity = input.length;
    for (let at = 0; at < bytes.length; at += capacity) {
      const part = bytes.subarray(at, at + capacity);
      if (part.buffer !== input.buffer || part.byteOffset !== input.byteOffset) input.set(part);
      this.#exports.feed(part.length);
      this.#fed += part.length;
      yield* this.#pieces(offers);
    }
  }

  /** There is no more to come. */
  finish(): void {
    if (this.#status !== END) throw new InflateError("Z_BUF_ERROR", this.#fed, "unexpected end of file");
  }

  *#pieces(offers: RestartOffers | undefined): Generator<Uint8Array> {
    const { memory, run, piece, piece_size, crc } = this.#exports;
    do {
      this.#status = run();
      const size = piece_size();
      if (size > 0) {
        const decoded = new Uint8Array(memory.buffer, piece(), size);
        this.#crc = crc32(decoded, this.#crc);
        yield decoded;
        offers?.passed(size);
      }
      if (this.#status === GARBAGE) throw new InflateError("GARBAGE", this.#end, "padding ends in something else");
      if (this.#status === DAMAGED) throw this.#damaged("no gzip data goes on like this");
      if (this.#status === MEMBER) {
        if (this.#crc !== crc() >>> 0) throw this.#damaged("incorrect data check");
        this.#crc = 0;
        this.#end = this.#taken();
      }
      if (offers?.isDue === true) this.#offer(offers);
    } while (this.#status !== INPUT && this.#status !== END);
  }

  /** Nothing while the kernel reads a header: it comes again with the next piece. */
  #offer(offers: RestartOffers): void {
    const { memory, save, note, window, window_size } = this.#exports;
    const size = save();
    if (size === 0) return;
    const header = Buffer.alloc(STATE_HEADER_BYTES);
    header.writeUInt32LE(this.#crc);
    header.writeUInt16LE(size, 4);
    const noted = new Uint8Array(memory.buffer, note(), size);
    const before = new Uint8Array(memory.buffer, window(), window_size());
    offers.give(this.#taken(), (place) => sealState(STATE, place, header, noted, before));
  }

  #restore(point: RestartPoint): void {
    const { memory, note, piece, restore } = this.#exports;
    const state = openState(STATE, point);
    const size = state.length < STATE_HEADER_BYTES ? 0 : state.readUInt16LE(4);
    const noted = state.subarray(STATE_HEADER_BYTES, STATE_HEADER_BYTES + size);
    const before = state.subarray(STATE_HEADER_BYTES + size);
    const fits = noted.length === size && size <= MAX_NOTE_BYTES && before.length <= MAX_WINDOW_BYTES;
    if (fits) {
      new Uint8Array(memory.buffer, note(), size).set(noted);
      new Uint8Array(memory.buffer, piece(), before.length).set(before);
    }
    if (!fits || restore(size, before.length) === 0)
      throw badState("gzip", point, "its state is none that this decoder can be in");
    this.#crc = state.readUInt32LE(0);
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
