import { type ByteOrderMark, byteOrderMark, mayBecomeMark } from "./byte-order-mark.ts";
import type { Dialect } from "./csv.ts";
import type { Framer, TakeBlock } from "./frame.ts";
import { HeldBytes } from "./held-bytes.ts";
import type { Multiline } from "./multiline.ts";
import { newFramer } from "./new-framer.ts";
import type { FrameLimit } from "./oversize.ts";
import { Utf16Framer, utf16Head } from "./utf16.ts";

/**
 * How bytes are cut into records: lines; JSON values behind each other; the elements of the array that a name, or a path
 * of them, leads to in a JSON document (without any the document is the array); rows of a table; several lines together;
 * all of them as one; or not at all, as there are no records in them.
 */
export type Framing =
  | "lines"
  | "json"
  | "whole"
  | "none"
  | { readonly array: string | readonly string[] }
  | { readonly csv: Dialect }
  | { readonly multiline: Multiline };

/** For people. */
export function framingName(framing: Framing): string {
  if (typeof framing === "string") return framing === "json" ? "JSON objects one after the other" : framing;
  if ("csv" in framing) return framing.csv.delimiter === "\t" ? "TSV" : "CSV";
  if ("multiline" in framing) return "multiline";
  const path = [framing.array].flat().join(".");
  return path === "" ? "the elements of a JSON array" : `the elements of the JSON array ${path}`;
}

/** Whether frames are lines as they follow each other, one or several. */
export function isOfLines(framing: Framing): boolean {
  return framing === "lines" || (typeof framing === "object" && ("csv" in framing || "multiline" in framing));
}

/** First bytes by which the framing is chosen, when they don't tell at once. */
const HEAD_BYTES = 4096;
/** When those don't tell either, there are twice as many the next time, up to this: then it is chosen by what there is. */
const MAX_HEAD_BYTES = 1024 * 1024;

/**
 * How content is to be framed, by its first bytes as UTF-8; undefined: more of them are needed. `last`: there will be no
 * more, so that it must be told.
 */
export type ChooseFraming = (head: Uint8Array, last: boolean) => Framing | undefined;

/**
 * Lets the first bytes say what framing the content needs. A byte order mark is no content; by it UTF-16 is known, which
 * is transcoded.
 */
export class ContentFramer implements Framer {
  readonly #choose: ChooseFraming;
  readonly #limit: FrameLimit;
  #framer: Framer | undefined;
  /** Copies of the first bytes. */
  readonly #held = new HeldBytes();
  #wanted = HEAD_BYTES;

  /** `choose` isn't asked again once it has chosen; no frame comes before that. */
  constructor(choose: ChooseFraming, limit: FrameLimit = {}) {
    this.#choose = choose;
    this.#limit = limit;
  }

  push(chunk: Uint8Array, take: TakeBlock): void {
    if (this.#framer !== undefined) {
      this.#framer.push(chunk, take);
      return;
    }
    const isFirst = this.#held.length === 0;
    if (!isFirst) this.#held.add(chunk);
    this.#start(isFirst ? chunk : this.#held.bytes, false, take);
    if (this.#framer === undefined && isFirst) this.#held.add(chunk);
  }

  end(take: TakeBlock): void {
    if (this.#framer === undefined) this.#start(this.#held.bytes, true, take);
    this.#framer?.end(take);
  }

  #start(head: Uint8Array, ended: boolean, take: TakeBlock): void {
    if (!ended && mayBecomeMark(head)) return;
    const mark = byteOrderMark(head);
    const content = head.subarray(mark.length);
    if (!ended && content.length < this.#wanted && mayTellMore(asUtf8(content.subarray(0, HEAD_BYTES), mark))) return;
    const framing = this.#choose(asUtf8(content, mark), ended || content.length >= MAX_HEAD_BYTES);
    if (framing === undefined) {
      this.#wanted = Math.min(content.length * 2, MAX_HEAD_BYTES);
      return;
    }
    this.#framer = framerOf(framing, this.#limit, mark);
    if (content.length > 0) this.#framer.push(content, take);
    this.#held.clear();
  }
}

function framerOf(framing: Framing, limit: FrameLimit, { encoding, length }: ByteOrderMark): Framer {
  if (encoding === "utf8") return newFramer(framing, { ...limit, start: length });
  return new Utf16Framer(newFramer(framing, limit), { bigEndian: encoding === "utf16be", start: length });
}

function asUtf8(content: Uint8Array, { encoding }: ByteOrderMark): Uint8Array {
  return encoding === "utf8" ? content : utf16Head(content, encoding === "utf16be");
}

const OPEN_BRACE = 0x7b;
const OPEN_BRACKET = 0x5b;
const RECORD_SEPARATOR = 0x1e;
const HASH = 0x23;
const APOSTROPHE = 0x27;

/**
 * False once there is something else than the beginning of a JSON object, of an array of them, of lines that name what
 * follows (#), or of entries that may go over several lines (').
 */
function mayTellMore(head: Uint8Array): boolean {
  const at = contentStart(head);
  if (head[at] === HASH || head[at] === APOSTROPHE) return true;
  if (head[at] !== OPEN_BRACKET) return at === head.length || head[at] === OPEN_BRACE || head[at] === RECORD_SEPARATOR;
  const inner = contentStart(head.subarray(at + 1)) + at + 1;
  return inner === head.length || head[inner] === OPEN_BRACE;
}

/** Where the content begins behind a byte order mark and white space. */
export function contentStart(head: Uint8Array): number {
  let at = head[0] === 0xef ? Math.min(3, head.length) : 0;
  while (at < head.length && (head[at] === 0x20 || head[at] === 0x09 || head[at] === 0x0a || head[at] === 0x0d)) at++;
  return at;
}
