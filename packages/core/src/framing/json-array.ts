import { Buffer } from "node:buffer";
import type { SluiceError } from "../errors.ts";
import type { ChunkFrames } from "./chunk-frames.ts";
import type { Framer, TakeBlock } from "./frame.ts";
import { JsonElements, type JsonOptions } from "./json-elements.ts";
import { BROKEN, JsonSkipper, UNFINISHED } from "./json-skip.ts";

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
  | "first item"
  | "item"
  | "after item"
  | "first element"
  | "element"
  | "in element"
  | "after element";

/** What may come between keys, values and elements: the state that follows, or what ends. */
const BEHIND: Partial<Record<State, Readonly<Record<string, State | "end" | "end of elements">>>> = {
  colon: { ":": "value" },
  "after value": { ",": "key", "}": "end" },
  "after item": { ",": "item", "]": "end" },
  "after element": { ",": "element", "]": "end of elements" },
};

/** An object or array on the way to the elements. */
interface Container {
  readonly kind: "object" | "array";
  /** Which name of the path is looked for in it, or in the objects in it. */
  readonly level: number;
}

const QUOTE = 0x22;
const OPEN_BRACE = 0x7b;

/**
 * The elements of an array within a JSON document, `{"Records":[…]}`: each one's text is a frame. The path names the members
 * on the way to it, and may lead through arrays of objects, each of which then has its own; without names the document
 * itself is the array. What else there is in the document is passed over; so are several such documents behind each other.
 * Of an element only its strings and the pairs of its brackets are looked at. Fails with OBJECT_TRUNCATED or
 * OBJECT_CORRUPT when the whole is no JSON, FORMAT_MISMATCH when a document has no such array, and FRAME_TOO_LARGE; the
 * elements before that place are given out first.
 */
export class JsonArrayFramer implements Framer {
  readonly #path: readonly string[];
  readonly #elements: JsonElements;
  readonly #frames: ChunkFrames;
  /** Of keys, and of values that hold no elements. */
  readonly #skipper = new JsonSkipper();
  readonly #way: Container[] = [];
  #state: State = "document";
  /** What was seen of the key, as Latin-1. */
  #key = "";
  #found = false;

  constructor(path: readonly string[], options?: JsonOptions) {
    this.#path = path;
    this.#elements = new JsonElements(options, 1);
    this.#frames = this.#elements.frames;
  }

  push(chunk: Uint8Array, take: TakeBlock): void {
    this.#elements.enter();
    this.#frames.read(chunk, take, this.#read);
  }

  end(): void {
    if (this.#state === "document") return;
    throw this.#frames.error("OBJECT_TRUNCATED", 0, `the JSON document is cut off, ${this.#state}`);
  }

  readonly #read = (chunk: Uint8Array, take: TakeBlock): void => {
    for (let at = 0; at < chunk.length; ) at = this.#step(chunk, at, take);
  };

  #step(chunk: Uint8Array, at: number, take: TakeBlock): number {
    if (this.#state === "in element") return this.#element(chunk, at, take);
    if (this.#state === "in value" || this.#state === "in key") return this.#member(chunk, at);
    const byte = chunk[at] as number;
    if (isSpace(byte)) return at + 1;
    if (byte === OPEN_BRACE && (this.#state === "element" || this.#state === "first element")) {
      const end = this.#elements.several(chunk, at, take);
      if (end > at) {
        this.#state = "after element";
        return end;
      }
    }
    return this.#token(byte, at);
  }

  /** One byte that means something where it stands; gives where to go on. */
  #token(byte: number, at: number): number {
    const char = String.fromCharCode(byte);
    switch (this.#state) {
      case "document":
        return this.#document(char, at);
      case "first key":
      case "key":
        if (byte === QUOTE) return this.#begin("in key", byte, at);
        return char === "}" && this.#state === "first key" ? this.#leave(at) : this.#fail(at);
      case "value":
        return this.#value(char, byte, at);
      case "first item":
      case "item":
        if (char === "]" && this.#state === "first item") return this.#leave(at);
        return char === "{" ? this.#enter("object", this.#level, at) : this.#begin("in value", byte, at);
      case "first element":
      case "element":
        if (char === "]" && this.#state === "first element") return this.#behind(at);
        if (!this.#elements.begin(byte, at)) return this.#fail(at);
        this.#state = "in element";
        return at;
      default:
        return this.#separator(char, at);
    }
  }

  #document(char: string, at: number): number {
    this.#found = false;
    if (this.#path.length === 0) return char === "[" ? this.#find(at) : this.#fail(at, "an array");
    if (char === "{") return this.#enter("object", 0, at);
    return char === "[" ? this.#enter("array", 0, at) : this.#fail(at, "an object");
  }

  #separator(char: string, at: number): number {
    const next = BEHIND[this.#state]?.[char];
    if (next === "end") return this.#leave(at);
    if (next === "end of elements") return this.#behind(at);
    return next === undefined ? this.#fail(at) : this.#on(next, at);
  }

  #fail(at: number, expected: string = this.#state): never {
    throw this.#corrupt(at, `expected ${expected}`);
  }

  get #level(): number {
    return this.#way.at(-1)?.level ?? 0;
  }

  #on(state: State, at: number): number {
    this.#state = state;
    return at + 1;
  }

  #enter(kind: Container["kind"], level: number, at: number): number {
    this.#way.push({ kind, level });
    return this.#on(kind === "object" ? "first key" : "first item", at);
  }

  /** The array whose elements are wanted begins. */
  #find(at: number): number {
    this.#found = true;
    return this.#on("first element", at);
  }

  /** A container on the way ends. */
  #leave(at: number): number {
    this.#way.pop();
    return this.#behind(at);
  }

  /** A value ended. */
  #behind(at: number): number {
    const container = this.#way.at(-1);
    if (container !== undefined) return this.#on(container.kind === "object" ? "after value" : "after item", at);
    if (!this.#found) {
      const problem = `this JSON document has no array "${this.#path.join(".")}"; another format?`;
      throw this.#frames.error("FORMAT_MISMATCH", at, problem);
    }
    return this.#on("document", at);
  }

  #value(char: string, byte: number, at: number): number {
    const level = this.#level;
    if ((char !== "{" && char !== "[") || !this.#isName(this.#path[level] as string))
      return this.#begin("in value", byte, at);
    if (level + 1 < this.#path.length) return this.#enter(char === "{" ? "object" : "array", level + 1, at);
    return char === "[" ? this.#find(at) : this.#begin("in value", byte, at);
  }

  /** The key or value stays to be skipped, its first byte included. */
  #begin(state: "in key" | "in value", byte: number, at: number): number {
    if (!this.#skipper.begin(byte)) this.#fail(at);
    this.#state = state;
    if (state === "in key") this.#key = "";
    return at;
  }

  /** A key, or a value that holds no elements. */
  #member(chunk: Uint8Array, at: number): number {
    const end = this.#skipper.skip(chunk, at);
    if (end === BROKEN) throw this.#broken(this.#skipper);
    const inKey = this.#state === "in key";
    const to = end === UNFINISHED ? chunk.length : end;
    if (inKey) this.#noteKey(chunk, at, to);
    if (end === UNFINISHED) return to;
    this.#state = inKey ? "colon" : this.#way.at(-1)?.kind === "array" ? "after item" : "after value";
    return to;
  }

  #noteKey(chunk: Uint8Array, from: number, to: number): void {
    // Each character of the name may be written as \uXXXX.
    const longest = (this.#path[this.#level] as string).length * 6 + 3;
    if (this.#key.length < longest)
      this.#key += Buffer.from(chunk.subarray(from, Math.min(to, from + longest))).toString("latin1");
  }

  #isName(name: string): boolean {
    if (!this.#key.includes("\\")) return this.#key === `"${Buffer.from(name).toString("latin1")}"`;
    try {
      return JSON.parse(Buffer.from(this.#key, "latin1").toString("utf8")) === name;
    } catch {
      return false;
    }
  }

  #element(chunk: Uint8Array, at: number, take: TakeBlock): number {
    const end = this.#elements.value(chunk, at, take);
    if (end === BROKEN) throw this.#broken(this.#elements.skipper);
    if (end === UNFINISHED) return chunk.length;
    this.#state = "after element";
    return end;
  }

  #broken({ problemAt, problem }: JsonSkipper): SluiceError {
    return this.#corrupt(problemAt, problem);
  }

  #corrupt(at: number, problem: string): SluiceError {
    return this.#frames.error("OBJECT_CORRUPT", at, `the JSON document is damaged: ${problem}`);
  }
}

function isSpace(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}
