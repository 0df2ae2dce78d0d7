import { Buffer } from "node:buffer";
import type { ByteWriter } from "../../bytes/byte-writer.ts";

const SPACE = 0x20;
const TAB = 0x09;
const QUOTE = 0x22;
const EQUALS = 0x3d;
const BACKSLASH = 0x5c;

/** Pairs that a line may have; what follows stays in the message. */
const MAX_PAIRS = 256;

/** The pairs of a line of logfmt, `key=value key="a value" key`, as spans of its bytes. Reused from line to line. */
export class LogfmtPairs {
  count = 0;
  /** Each token was a pair: there were no words by themselves. */
  strict = true;
  bytes: Uint8Array = new Uint8Array(0);
  readonly #keyFrom = new Int32Array(MAX_PAIRS);
  readonly #keyTo = new Int32Array(MAX_PAIRS);
  readonly #from = new Int32Array(MAX_PAIRS);
  readonly #to = new Int32Array(MAX_PAIRS);
  /** 1: in quotes, 2: and with escapes, 3: a key alone. */
  readonly #form = new Uint8Array(MAX_PAIRS);

  /** False when the line doesn't begin with a pair, or a quote is never closed. Linear in its length. */
  read(bytes: Uint8Array, from: number, to: number): boolean {
    this.bytes = bytes;
    this.count = 0;
    this.strict = true;
    let at = skipSpace(bytes, from, to);
    while (at < to && this.count < MAX_PAIRS) {
      const keyFrom = at;
      while (at < to && isKey(bytes[at] as number)) at++;
      const pair = at > keyFrom && at < to && bytes[at] === EQUALS;
      if (!pair && this.count === 0) return false;
      if (!pair) {
        // A word: letters of any kind up to the next space.
        while (at < to && bytes[at] !== SPACE && bytes[at] !== TAB) at++;
        this.#add(keyFrom, at, at, at, 3);
        this.strict = false;
      } else if (bytes[at + 1] === QUOTE && at + 1 < to) {
        const end = this.#quoted(keyFrom, at, to);
        if (end < 0) return false;
        at = end;
      } else {
        const value = at + 1;
        for (at = value; at < to && bytes[at] !== SPACE && bytes[at] !== TAB; ) at++;
        this.#add(keyFrom, value - 1, value, at, 0);
      }
      at = skipSpace(bytes, at, to);
    }
    return this.count > 0;
  }

  #quoted(keyFrom: number, equals: number, to: number): number {
    const from = equals + 2;
    let form = 1;
    for (let at = from; at < to; at++) {
      const byte = this.bytes[at];
      if (byte === BACKSLASH) {
        form = 2;
        at++;
      } else if (byte === QUOTE) {
        this.#add(keyFrom, equals, from, at, form);
        return at + 1;
      }
    }
    return -1;
  }

  #add(keyFrom: number, keyTo: number, from: number, to: number, form: number): void {
    const i = this.count++;
    this.#keyFrom[i] = keyFrom;
    this.#keyTo[i] = keyTo;
    this.#from[i] = from;
    this.#to[i] = to;
    this.#form[i] = form;
  }

  /** Number of the last pair with this key; -1 when there is none. */
  find(key: string): number {
    for (let i = this.count - 1; i >= 0; i--) if (this.#form[i] !== 3 && this.#isKey(i, key)) return i;
    return -1;
  }

  #isKey(i: number, key: string): boolean {
    const from = this.#keyFrom[i] as number;
    if ((this.#keyTo[i] as number) - from !== key.length) return false;
    for (let at = 0; at < key.length; at++) if (this.bytes[from + at] !== key.charCodeAt(at)) return false;
    return true;
  }

  /** The value of a pair as it is meant. */
  text(i: number): string {
    const raw = Buffer.from(this.bytes.buffer, this.bytes.byteOffset + (this.#from[i] as number), this.#size(i));
    const text = raw.toString("utf8");
    return this.#form[i] === 2 ? unescaped(text) : text;
  }

  #size(i: number): number {
    return (this.#to[i] as number) - (this.#from[i] as number);
  }

  /** The pairs as a JSON object of texts; words are true. Of pairs with the same key the last counts. */
  write(out: ByteWriter): void {
    const { bytes } = this;
    let comma = "{";
    const repeated = this.#repeated();
    for (let i = 0; i < this.count; i++) {
      if (repeated?.has(i) === true) continue;
      out.ascii(`${comma}"`);
      comma = ",";
      out.jsonText(bytes, this.#keyFrom[i] as number, this.#keyTo[i] as number);
      if (this.#form[i] === 3) out.ascii('":true');
      else if (this.#form[i] === 2) {
        out.ascii('":');
        out.jsonString(this.text(i));
      } else {
        out.ascii('":"');
        out.jsonText(bytes, this.#from[i] as number, this.#to[i] as number);
        out.ascii('"');
      }
    }
    out.ascii(comma === "{" ? "{}" : "}");
  }

  /** Pairs whose key comes again. */
  #repeated(): ReadonlySet<number> | undefined {
    const last = new Map<string, number>();
    const repeated = new Set<number>();
    for (let i = 0; i < this.count; i++) {
      const from = this.#keyFrom[i] as number;
      const size = (this.#keyTo[i] as number) - from;
      const key = Buffer.from(this.bytes.buffer, this.bytes.byteOffset + from, size).toString("latin1");
      const before = last.get(key);
      if (before !== undefined) repeated.add(before);
      last.set(key, i);
    }
    return repeated.size === 0 ? undefined : repeated;
  }
}

function skipSpace(bytes: Uint8Array, from: number, to: number): number {
  let at = from;
  while (at < to && (bytes[at] === SPACE || bytes[at] === TAB)) at++;
  return at;
}

/** Anything but control characters, spaces, quotes, equals signs and what opens text or JSON. */
function isKey(byte: number): boolean {
  return byte > SPACE && byte !== QUOTE && byte !== EQUALS && byte !== 0x7b && byte !== 0x5b && byte !== 0x3c;
}

const SHORT: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t", b: "\b", f: "\f", a: "\x07", v: "\v" };

/** As Go quotes text: also `\x1b` and `\U0001f600`; what is no escape stays. */
function unescaped(text: string): string {
  return text.replace(
    /\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|x([0-9a-fA-F]{2})|([nrtbfav"'\\]))/g,
    (whole, u?: string, long?: string, x?: string, short?: string) => {
      if (short !== undefined) return SHORT[short] ?? short;
      const code = Number.parseInt(u ?? long ?? x ?? "", 16);
      return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
    },
  );
}
