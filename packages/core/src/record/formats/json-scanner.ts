import { Buffer } from "node:buffer";
import { MAX_DEPTH } from "../../framing/json-skip.ts";
import { HASH_FACTOR, type MemberTable } from "./member-table.ts";

const TAB = 0x09;
const SPACE = 0x20;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const MINUS = 0x2d;
const DOT = 0x2e;
const ZERO = 0x30;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const LOWER_U = 0x75;

/** Names of one object that are compared with each other. */
const MAX_COMPARED = 64;

const BAD = -1;
/** All that was asked for is there: the rest isn't looked at. */
const ENOUGH = -2;

/** Bytes that mean something in a string: its end, an escape, and what mustn't be there. */
const SPECIAL = new Uint8Array(256);
SPECIAL.fill(1, 0, 0x20);
SPECIAL[QUOTE] = 1;
SPECIAL[BACKSLASH] = 1;
const ESCAPES: ReadonlySet<number | undefined> = new Set(Buffer.from('"\\/bfnrt'));

/**
 * Finds the wanted members of a JSON object in one pass, as spans of the JSON of their values, and says whether the whole
 * is JSON (RFC 8259), as JSON.parse would. Of members of the same name the last one counts. Reused between objects.
 */
export class JsonScanner {
  /** `bytes[from[place], to[place])`; `to` is -1 for what isn't there. */
  readonly from: Int32Array;
  readonly to: Int32Array;
  /** A raw line end stands between its values. */
  hasLineEnd = false;
  /** Members seen, in objects of any depth; only where `names` was asked for. */
  members = 0;
  /** Some object may have two members of one name; only where `names` was asked for. */
  mayRepeat = false;
  readonly #table: MemberTable;
  readonly #until: number;
  readonly #names: boolean;
  /** Hashes of the names in the objects under way, the innermost last. */
  #hashes = new Int32Array(256);
  #hashCount = 0;
  #bytes: Uint8Array = new Uint8Array(0);

  /** `until`: a place behind which nothing is looked at. `names`: whether those that are there twice are looked for. */
  constructor(table: MemberTable, until = -1, names = false) {
    const places = Math.max(-1, ...table.places) + 1;
    this.from = new Int32Array(places);
    this.to = new Int32Array(places);
    this.#table = table;
    this.#until = until;
    this.#names = names;
  }

  /** False when this is no JSON object; what was found by then means nothing. */
  scan(bytes: Uint8Array, from: number, to: number): boolean {
    this.#bytes = bytes;
    this.to.fill(-1);
    this.hasLineEnd = false;
    this.members = 0;
    this.mayRepeat = false;
    this.#hashCount = 0;
    const start = this.#space(from);
    if (bytes[start] !== OPEN_BRACE) return false;
    const end = this.#object(start, this.#table, 1);
    return end === ENOUGH || (end > 0 && end <= to && this.#isSpace(end, to));
  }

  /** The object that begins at `at`, whatever follows it; gives the position behind it, or -1 when it is none. */
  scanObject(bytes: Uint8Array, at: number): number {
    this.#bytes = bytes;
    this.to.fill(-1);
    return bytes[at] === OPEN_BRACE ? this.#object(at, this.#table, 1) : BAD;
  }

  #object(from: number, table: MemberTable | undefined, depth: number): number {
    const bytes = this.#bytes;
    let at = this.#space(from + 1);
    if (bytes[at] === CLOSE_BRACE) return at + 1;
    const firstHash = this.#hashCount;
    for (;;) {
      if (bytes[at] !== QUOTE) return BAD;
      const nameFrom = at + 1;
      let hash = 0;
      for (at = nameFrom; SPECIAL[bytes[at] as number] === 0; at++)
        hash = (Math.imul(hash, HASH_FACTOR) + (bytes[at] as number)) | 0;
      const plain = bytes[at] === QUOTE;
      const nameTo = plain ? at : this.#string(nameFrom - 1) - 1;
      if (nameTo < nameFrom) return BAD;
      const member =
        table && (plain ? table.find(hash, bytes, nameFrom, nameTo) : this.#unescaped(table, nameFrom, nameTo));
      if (this.#names) this.#note(firstHash, plain ? hash : this.#unescapedHash(nameFrom, nameTo));
      at = this.#space(nameTo + 1);
      if (bytes[at] !== COLON) return BAD;
      const valueFrom = this.#space(at + 1);
      if (member?.within !== undefined) for (const place of member.within.places) this.to[place] = -1;
      at = this.#value(valueFrom, member?.within, depth);
      if (at < 0) return at;
      if (member !== undefined && member.place >= 0) {
        this.from[member.place] = valueFrom;
        this.to[member.place] = at;
        if (member.place === this.#until) return ENOUGH;
      }
      at = this.#space(at);
      if (bytes[at] === CLOSE_BRACE) {
        this.#hashCount = firstHash;
        return at + 1;
      }
      if (bytes[at] !== COMMA) return BAD;
      at = this.#space(at + 1);
    }
  }

  /** Names beyond the first few of an object aren't compared, so that time stays linear. */
  #note(first: number, hash: number): void {
    this.members += 1;
    if (this.mayRepeat) return;
    const hashes = this.#hashes;
    let at = first;
    while (at < this.#hashCount && hashes[at] !== hash) at++;
    if (at < this.#hashCount || at - first === MAX_COMPARED) this.mayRepeat = true;
    else {
      if (this.#hashCount === hashes.length) {
        this.#hashes = new Int32Array(hashes.length * 2);
        this.#hashes.set(hashes);
      }
      this.#hashes[this.#hashCount++] = hash;
    }
  }

  #value(at: number, within: MemberTable | undefined, depth: number): number {
    const bytes = this.#bytes;
    const byte = bytes[at];
    if (byte === QUOTE) return this.#string(at);
    if (byte === OPEN_BRACE) return depth < MAX_DEPTH ? this.#object(at, within, depth + 1) : BAD;
    if (byte === OPEN_BRACKET) return depth < MAX_DEPTH ? this.#array(at, depth + 1) : BAD;
    if (byte === 0x74) return isText(bytes, at, "true");
    if (byte === 0x66) return isText(bytes, at, "false");
    return byte === 0x6e ? isText(bytes, at, "null") : this.#number(at);
  }

  #array(from: number, depth: number): number {
    const bytes = this.#bytes;
    let at = this.#space(from + 1);
    if (bytes[at] === CLOSE_BRACKET) return at + 1;
    for (;;) {
      at = this.#value(at, undefined, depth);
      if (at < 0) return at;
      at = this.#space(at);
      if (bytes[at] === CLOSE_BRACKET) return at + 1;
      if (bytes[at] !== COMMA) return BAD;
      at = this.#space(at + 1);
    }
  }

  /** From the opening quote to behind the closing one. */
  #string(from: number): number {
    const bytes = this.#bytes;
    let at = from + 1;
    for (;;) {
      while (SPECIAL[bytes[at] as number] === 0) at++;
      if (bytes[at] === QUOTE) return at + 1;
      if (bytes[at] !== BACKSLASH) return BAD;
      if (ESCAPES.has(bytes[at + 1])) at += 2;
      else if (bytes[at + 1] === LOWER_U && isHex(bytes, at + 2)) at += 6;
      else return BAD;
    }
  }

  #number(from: number): number {
    const bytes = this.#bytes;
    let at = bytes[from] === MINUS ? from + 1 : from;
    const whole = digits(bytes, at);
    if (whole === at || (bytes[at] === ZERO && whole > at + 1)) return BAD;
    at = whole;
    if (bytes[at] === DOT) {
      at = digits(bytes, whole + 1);
      if (at === whole + 1) return BAD;
    }
    if (((bytes[at] as number) | 0x20) !== 0x65) return at;
    const sign = bytes[at + 1];
    const exponent = sign === MINUS || sign === 0x2b ? at + 2 : at + 1;
    const end = digits(bytes, exponent);
    return end === exponent ? BAD : end;
  }

  #space(from: number): number {
    const bytes = this.#bytes;
    let at = from;
    while ((bytes[at] as number) <= 0x20 && isSpace(bytes[at] as number)) {
      if (bytes[at] !== SPACE && bytes[at] !== TAB) this.hasLineEnd = true;
      at++;
    }
    return at;
  }

  /** White space and nothing else, up to the end of the record. */
  #isSpace(from: number, to: number): boolean {
    for (let at = from; at < to; at++) {
      const byte = this.#bytes[at] as number;
      if (!isSpace(byte)) return false;
      if (byte !== SPACE && byte !== TAB) this.hasLineEnd = true;
    }
    return true;
  }

  #unescaped(table: MemberTable, from: number, to: number): ReturnType<MemberTable["find"]> {
    const name = this.#unescapedName(from, to);
    return table.find(hashOf(name), name, 0, name.length);
  }

  #unescapedHash(from: number, to: number): number {
    return hashOf(this.#unescapedName(from, to));
  }

  #unescapedName(from: number, to: number): Uint8Array {
    return Buffer.from(JSON.parse(Buffer.from(this.#bytes.subarray(from - 1, to + 1)).toString("utf8")) as string);
  }
}

function hashOf(name: Uint8Array): number {
  return name.reduce((hash, byte) => (Math.imul(hash, HASH_FACTOR) + byte) | 0, 0);
}

function isSpace(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

function digits(bytes: Uint8Array, from: number): number {
  let at = from;
  while ((bytes[at] as number) >= 0x30 && (bytes[at] as number) <= 0x39) at++;
  return at;
}

function isHex(bytes: Uint8Array, from: number): boolean {
  for (let at = from; at < from + 4; at++) {
    const byte = bytes[at] as number;
    const letter = byte | 0x20;
    if (!((byte >= 0x30 && byte <= 0x39) || (letter >= 0x61 && letter <= 0x66))) return false;
  }
  return true;
}

function isText(bytes: Uint8Array, at: number, text: string): number {
  for (let i = 0; i < text.length; i++) if (bytes[at + i] !== text.charCodeAt(i)) return BAD;
  return at + text.length;
}
