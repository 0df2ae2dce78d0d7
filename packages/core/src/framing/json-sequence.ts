import type { ChunkFrames } from "./chunk-frames.ts";
import type { Framer, TakeBlock } from "./frame.ts";
import { JsonElements, type JsonOptions } from "./json-elements.ts";
import { BROKEN, UNFINISHED } from "./json-skip.ts";

const LF = 0x0a;
const CR = 0x0d;
const RECORD_SEPARATOR = 0x1e;
const OPEN_BRACE = 0x7b;
const OPEN_BRACKET = 0x5b;

/**
 * JSON objects and arrays that follow each other, with nothing, white space or record separators (RFC 7464) between them,
 * over as many lines as they please: each one's text is a frame. Of a value only its strings and the pairs of its brackets
 * are looked at. What is no such value is a frame up to the end of its line, so that damage costs nothing behind it. Fails
 * with OBJECT_TRUNCATED when the last value is cut off, and with FRAME_TOO_LARGE; what came before is given out first.
 */
export class JsonSequenceFramer implements Framer {
  readonly #elements: JsonElements;
  readonly #frames: ChunkFrames;
  #state: "between" | "in value" | "in text" = "between";
  /** The last byte of the text under way is a CR. */
  #carriageReturn = false;

  constructor(options?: JsonOptions) {
    this.#elements = new JsonElements(options, 0);
    this.#frames = this.#elements.frames;
  }

  push(chunk: Uint8Array, take: TakeBlock): void {
    this.#elements.enter();
    this.#frames.read(chunk, take, this.#read);
  }

  end(take: TakeBlock): void {
    if (this.#state === "in value")
      throw this.#frames.error("OBJECT_TRUNCATED", 0, "the last value of the JSON sequence is cut off");
    this.#frames.end(take, this.#carriageReturn ? 1 : 0);
  }

  readonly #read = (chunk: Uint8Array, take: TakeBlock): void => {
    for (let at = 0; at < chunk.length; ) at = this.#step(chunk, at, take);
  };

  #step(chunk: Uint8Array, at: number, take: TakeBlock): number {
    if (this.#state === "in value") return this.#value(chunk, at, take);
    if (this.#state === "in text") return this.#text(chunk, at, take);
    const byte = chunk[at] as number;
    if (isSeparator(byte)) return at + 1;
    const end = byte === OPEN_BRACE ? this.#elements.several(chunk, at, take) : at;
    if (end > at) return end;
    this.#elements.begin(byte, at);
    this.#state = byte === OPEN_BRACE || byte === OPEN_BRACKET ? "in value" : "in text";
    return at;
  }

  #value(chunk: Uint8Array, at: number, take: TakeBlock): number {
    const end = this.#elements.value(chunk, at, take);
    if (end === UNFINISHED) return chunk.length;
    this.#state = end === BROKEN ? "in text" : "between";
    return end === BROKEN ? this.#text(chunk, this.#elements.skipper.problemAt, take) : end;
  }

  /** To the end of the line. */
  #text(chunk: Uint8Array, at: number, take: TakeBlock): number {
    const found = chunk.indexOf(LF, at);
    const end = found < 0 ? chunk.length : found;
    if (end > 0) this.#carriageReturn = chunk[end - 1] === CR;
    const trim = this.#carriageReturn ? 1 : 0;
    if (found < 0) {
      this.#frames.keep(take, trim);
      return end;
    }
    this.#frames.close(end, take, trim);
    this.#state = "between";
    return end + 1;
  }
}

function isSeparator(byte: number): boolean {
  return byte === LF || byte === CR || byte === 0x20 || byte === 0x09 || byte === RECORD_SEPARATOR;
}
