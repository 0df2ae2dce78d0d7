import { Buffer } from "node:buffer";
import { type ErrorCode, SluiceError } from "../errors.ts";
import type { Framer, TakeBlock } from "./frame.ts";
import { FrameList } from "./frame-list.ts";
import { type JsonKernel, jsonKernel } from "./json-kernel.ts";
import { BROKEN, JsonSkipper, UNFINISHED } from "./json-skip.ts";
import { DEFAULT_MAX_FRAME_BYTES } from "./lines.ts";

/** What comes next, white space aside. */
type State =
  | "document"
  | "first key"
  | "key"
  | "in key"
  | "colon"
  | "value"
  | "in value"
  | "after value"
  | "first element"
  | "element"
  | "in element"
  | "after element";

const BOM = [0xef, 0xbb, 0xbf] as const;
const QUOTE = 0x22;
const OPEN_BRACE = 0x7b;
const OPEN_BRACKET = 0x5b;

/**
 * The elements of the array that is a member of a JSON object, `{"Records":[…]}`: each one's text is a frame. What else
 * the object holds, before and behind the array, is passed over; so are several such objects behind each other. Of an
 * element only its strings and the pairs of its brackets are looked at. Fails with OBJECT_TRUNCATED or OBJECT_CORRUPT
 * when the whole is no JSON, FORMAT_MISMATCH when an object has no such array, and FRAME_TOO_LARGE; the elements before
 * that place are given out first.
 */
export class JsonArrayFramer implements Framer {
  readonly #name: string;
  readonly #max: number;
  readonly #kernel: JsonKernel | undefined;
  readonly #skipper = new JsonSkipper();
  readonly #frames = new FrameList();
  #state: State = "document";
  /** Position of the chunk. */
  #base = 0;
  /** Copies of what came of the element that goes on in the next chunk, and their size. */
  #carry: Uint8Array[] = [];
  #carried = 0;
  /** Where the element begins in the chunk; 0 when it began before. */
  #from = 0;
  /** What was seen of the key, as Latin-1. */
  #key = "";
  #found = false;

  /** `name`: of the member, ASCII. `kernel: null` does without WebAssembly: slower, the same frames. */
  constructor(name: string, options?: { readonly maxFrameBytes?: number; readonly kernel?: null }) {
    this.#name = name;
    this.#max = options?.maxFrameBytes ?? DEFAULT_MAX_FRAME_BYTES;
    const kernel = options?.kernel === null ? undefined : jsonKernel();
    if (kernel !== undefined && kernel.capacity <= this.#max) this.#kernel = kernel;
  }

  push(chunk: Uint8Array, take: TakeBlock): void {
    try {
      this.#read(chunk, take);
    } finally {
      this.#give(chunk, take);
    }
    this.#base += chunk.length;
  }

  end(): void {
    if (this.#state === "document") return;
    throw new SluiceError(
      "OBJECT_TRUNCATED",
      `the JSON document is cut off after ${this.#base} decoded bytes (${this.#state})`,
    );
  }

  #read(chunk: Uint8Array, take: TakeBlock): void {
    /** Where what the kernel holds of the chunk begins and ends. */
    let from = 0;
    let to = 0;
    let at = 0;
    while (at < chunk.length) {
      if (this.#state === "in element") at = this.#element(chunk, at, take);
      else if (this.#state === "in value" || this.#state === "in key") at = this.#member(chunk, at);
      else if (isSpace(chunk[at] as number)) at += 1;
      else if (this.#kernel !== undefined && this.#atObject(chunk, at)) {
        if (at >= to) {
          from = at;
          to = Math.min(at + this.#kernel.capacity, chunk.length);
          this.#kernel.load(chunk.subarray(from, to));
        }
        this.#give(chunk, take);
        const { block, consumed } = this.#kernel.scan(at - from, this.#base + from);
        if (block.count > 0) {
          take(block);
          this.#state = "after element";
          at = from + consumed;
        } else at = this.#token(chunk, at);
      } else at = this.#token(chunk, at);
    }
  }

  #atObject(chunk: Uint8Array, at: number): boolean {
    return chunk[at] === OPEN_BRACE && (this.#state === "element" || this.#state === "first element");
  }

  /** One byte that means something where it stands; gives where to go on. */
  #token(chunk: Uint8Array, at: number): number {
    const byte = chunk[at] as number;
    const char = String.fromCharCode(byte);
    switch (this.#state) {
      case "document":
        if (this.#base + at < BOM.length && byte === BOM[this.#base + at]) return at + 1;
        this.#found = false;
        return this.#next(at, { "{": "first key" }, char);
      case "first key":
      case "key":
        if (byte === QUOTE) return this.#begin("in key", byte, at);
        return this.#next(at, this.#state === "key" ? {} : { "}": "document" }, char);
      case "colon":
        return this.#next(at, { ":": "value" }, char);
      case "value":
        if (byte !== OPEN_BRACKET || !this.#isName()) return this.#begin("in value", byte, at);
        this.#found = true;
        return this.#next(at, { "[": "first element" }, char);
      case "after value":
        return this.#next(at, { ",": "key", "}": "document" }, char);
      case "after element":
        return this.#next(at, { ",": "element", "]": "after value" }, char);
      default:
        if (char === "]" && this.#state === "first element") return this.#next(at, { "]": "after value" }, char);
        this.#from = at;
        return this.#begin("in element", byte, at);
    }
  }

  #next(at: number, states: Readonly<Record<string, State>>, char: string): number {
    const next = states[char];
    if (next === undefined) throw this.#corrupt(at, `expected ${this.#state}`);
    if (next === "document" && !this.#found)
      throw this.#error("FORMAT_MISMATCH", at, `this JSON object has no array "${this.#name}"; another format?`);
    this.#state = next;
    return at + 1;
  }

  /** The value stays to be skipped, its first byte included. */
  #begin(state: State, byte: number, at: number): number {
    if (!this.#skipper.begin(byte)) throw this.#corrupt(at, `expected ${this.#state}`);
    this.#state = state;
    this.#key = "";
    return at;
  }

  /** A key, or the value of a member that isn't the array. */
  #member(chunk: Uint8Array, at: number): number {
    const end = this.#skipped(chunk, at);
    const inKey = this.#state === "in key";
    const to = end === UNFINISHED ? chunk.length : end;
    // Each character of the name may be written as \uXXXX.
    if (inKey && this.#key.length <= this.#name.length * 6 + 2)
      this.#key += Buffer.from(chunk.subarray(at, Math.min(to, at + this.#name.length * 6 + 3))).toString("latin1");
    if (end !== UNFINISHED) this.#state = inKey ? "colon" : "after value";
    return to;
  }

  #isName(): boolean {
    if (!this.#key.includes("\\")) return this.#key === `"${this.#name}"`;
    try {
      return JSON.parse(this.#key) === this.#name;
    } catch {
      return false;
    }
  }

  #element(chunk: Uint8Array, at: number, take: TakeBlock): number {
    const end = this.#skipped(chunk, at);
    const to = end === UNFINISHED ? chunk.length : end;
    if (this.#carried + to - this.#from > this.#max)
      throw this.#error("FRAME_TOO_LARGE", this.#from - this.#carried, `an element is longer than ${this.#max} bytes`);
    if (end === UNFINISHED) {
      this.#carry.push(Buffer.from(chunk.subarray(this.#from)));
      this.#carried += to - this.#from;
      this.#from = 0;
      return to;
    }
    if (this.#carried === 0) this.#frames.add(this.#from, to);
    else this.#giveCarried(chunk.subarray(0, to), take);
    this.#state = "after element";
    return to;
  }

  #skipped(chunk: Uint8Array, at: number): number {
    const end = this.#skipper.skip(chunk, at);
    if (end === BROKEN) throw this.#corrupt(this.#skipper.problemAt, this.#skipper.problem);
    return end;
  }

  #giveCarried(tail: Uint8Array, take: TakeBlock): void {
    const bytes = Buffer.concat([...this.#carry, tail]);
    const base = this.#base - this.#carried;
    this.#carry = [];
    this.#carried = 0;
    take({ bytes, base, count: 1, from: Int32Array.of(0), to: Int32Array.of(bytes.length), skipped: 0 });
  }

  #give(chunk: Uint8Array, take: TakeBlock): void {
    const { count, from, to } = this.#frames;
    if (count === 0) return;
    this.#frames.count = 0;
    take({ bytes: chunk, base: this.#base, count, from, to, skipped: 0 });
  }

  #corrupt(at: number, problem: string): SluiceError {
    return this.#error("OBJECT_CORRUPT", at, `the JSON document is damaged: ${problem}`);
  }

  #error(code: ErrorCode, at: number, problem: string): SluiceError {
    return new SluiceError(code, `${problem} (at decoded byte ${this.#base + at})`);
  }
}

function isSpace(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}
