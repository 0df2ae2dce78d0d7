import { Buffer } from "node:buffer";
import type { Framer, TakeBlock } from "./frame.ts";
import { JsonArrayFramer } from "./json-array.ts";
import { LineFramer } from "./lines.ts";
import { NoFramer } from "./none.ts";

/** How bytes are cut into records: lines, the elements of a JSON object's array, or not at all as there are none in them. */
export type Framing = "lines" | "none" | { readonly array: string };

/** First bytes by which the framing is chosen, when they don't tell at once. */
const HEAD_BYTES = 4096;

const OPEN_BRACE = 0x7b;

export interface FramerOptions {
  readonly maxFrameBytes?: number;
}

/** Lets the first bytes say what framing the content needs. `choose` is called once, before the first frame. */
export class ContentFramer implements Framer {
  readonly #choose: (head: Uint8Array) => Framing;
  readonly #options: FramerOptions;
  #framer: Framer | undefined;
  #head: Uint8Array = new Uint8Array(0);

  constructor(choose: (head: Uint8Array) => Framing, options: FramerOptions = {}) {
    this.#choose = choose;
    this.#options = options;
  }

  push(chunk: Uint8Array, take: TakeBlock): void {
    if (this.#framer !== undefined) {
      this.#framer.push(chunk, take);
      return;
    }
    this.#head = this.#head.length === 0 ? chunk : Buffer.concat([this.#head, chunk]);
    if (this.#head.length >= HEAD_BYTES || !mayBeObject(this.#head)) this.#open(take);
    else if (this.#head === chunk) this.#head = Buffer.from(chunk);
  }

  end(take: TakeBlock): void {
    this.#open(take).end(take);
  }

  #open(take: TakeBlock): Framer {
    if (this.#framer !== undefined) return this.#framer;
    const framer = newFramer(this.#choose(this.#head.subarray(0, HEAD_BYTES)), this.#options);
    this.#framer = framer;
    if (this.#head.length > 0) framer.push(this.#head, take);
    this.#head = new Uint8Array(0);
    return framer;
  }
}

function newFramer(framing: Framing, options: FramerOptions): Framer {
  if (framing === "lines") return new LineFramer(options);
  return framing === "none" ? new NoFramer() : new JsonArrayFramer(framing.array, options);
}

/** False once something else than white space and an opening brace came. */
function mayBeObject(head: Uint8Array): boolean {
  const start = contentStart(head);
  return start === head.length || head[start] === OPEN_BRACE;
}

/** Where the content begins behind a byte order mark and white space. */
export function contentStart(head: Uint8Array): number {
  let at = head[0] === 0xef ? Math.min(3, head.length) : 0;
  while (at < head.length && (head[at] === 0x20 || head[at] === 0x09 || head[at] === 0x0a || head[at] === 0x0d)) at++;
  return at;
}
