import { Buffer } from "node:buffer";
import { contentStart, type Framing } from "./content.ts";
import { JsonSkipper, UNFINISHED } from "./json-skip.ts";

const LF = 0x0a;
const RECORD_SEPARATOR = 0x1e;
const COMMA = 0x2c;
const OPEN_BRACE = 0x7b;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;

/** Bytes in which objects are looked for that follow each other directly. */
const SEQUENCE_BYTES = 4096;

/**
 * The framing of content that nobody says more of, by its first bytes; undefined: they don't tell yet, and are not the
 * `last`. A sequence is told by an object over several lines, or one that another follows on its line; an array by an
 * object as its first element. Everything else is lines, one JSON object in each of them, too.
 */
export function framingByContent(head: Uint8Array, last: boolean): Framing | undefined {
  const at = contentStart(head);
  if (head[at] === RECORD_SEPARATOR) return "json";
  const telling = head[at] === OPEN_BRACKET ? arrayOrLines(head, at) : sequenceOrLines(head, at);
  return telling ?? (last ? "lines" : undefined);
}

function sequenceOrLines(head: Uint8Array, first: number): Framing | undefined {
  let at = first;
  while (head[at] === OPEN_BRACE && at < first + SEQUENCE_BYTES) {
    const end = endOfObject(head, at);
    // What is behind a first line of its own is looked at only because it is there.
    if (end === UNFINISHED && at === first) return undefined;
    if (end < 0) return "lines";
    if (hasLineEnd(head, at, end)) return isJson(head, at, end) ? "json" : "lines";
    const next = end + contentStart(head.subarray(end));
    if (!hasLineEnd(head, end, next)) {
      if (next === head.length) return at === first ? undefined : "lines";
      return isSequence(head, at, end, next) ? "json" : "lines";
    }
    at = next;
  }
  return "lines";
}

function isSequence(head: Uint8Array, at: number, end: number, next: number): boolean {
  return (head[next] === OPEN_BRACE || head[next] === RECORD_SEPARATOR) && isJson(head, at, end);
}

function arrayOrLines(head: Uint8Array, bracket: number): Framing | undefined {
  const at = bracket + 1 + contentStart(head.subarray(bracket + 1));
  if (at === head.length) return undefined;
  if (head[at] !== OPEN_BRACE) return "lines";
  const end = endOfObject(head, at);
  if (end === UNFINISHED) return undefined;
  if (end < 0 || !isJson(head, at, end)) return "lines";
  const next = end + contentStart(head.subarray(end));
  if (next === head.length) return undefined;
  return head[next] === COMMA || head[next] === CLOSE_BRACKET ? { array: [] } : "lines";
}

function endOfObject(head: Uint8Array, at: number): number {
  const skipper = new JsonSkipper();
  skipper.begin(OPEN_BRACE);
  return skipper.skip(head, at);
}

function hasLineEnd(head: Uint8Array, from: number, to: number): boolean {
  const found = head.indexOf(LF, from);
  return found >= 0 && found < to;
}

function isJson(head: Uint8Array, from: number, to: number): boolean {
  try {
    JSON.parse(Buffer.from(head.subarray(from, to)).toString("utf8"));
    return true;
  } catch {
    return false;
  }
}
