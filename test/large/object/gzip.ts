import { crc32 } from "node:zlib";
import { BitWriter, orBits } from "./bits.ts";
import { type DigitCodes, writeBlock, writeSync } from "./deflate.ts";
import { type Token, tokens } from "./matches.ts";
import type { Pieces } from "./object.ts";
import { SERIAL_DIGITS, type Text } from "./text.ts";

const WINDOW_BYTES = 32 * 1024;
/** About as many as zlib puts into a block. */
const TOKENS_PER_BLOCK = 14_000;

/** RFC 1952: deflate, no name, no time, an unknown system. */
const HEADER = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]);
/** A last block with nothing in it. */
const LAST_BLOCK = Buffer.from([0x03, 0x00]);

/**
 * One gzip member that expands to `segments` of the text. A segment's deflate blocks are made once, and refer to the text before
 * it as a real compressor's do; in each copy the bits of the serials' digits are other ones, and of the same length.
 */
export function gzipOf(text: Text, segments: number): Pieces {
  const first = new Packed(text, false);
  const others = new Packed(text, true);
  const trailer = Buffer.concat([LAST_BLOCK, trailerOf(text, segments)]);
  const offset = (i: number): number => {
    if (i === 0) return 0;
    const at = HEADER.length + (i === 1 ? 0 : first.size + (Math.min(i, segments + 1) - 2) * others.size);
    return i === segments + 2 ? at + trailer.length : at;
  };
  return {
    count: segments + 2,
    offset,
    piece: (i) => {
      if (i === 0) return HEADER;
      if (i === segments + 1) return trailer;
      return (i === 1 ? first : others).segment(i - 1);
    },
  };
}

function trailerOf(text: Text, segments: number): Buffer {
  let crc = 0;
  for (let i = 0; i < segments; i++) crc = crc32(text.segment(i), crc);
  const trailer = Buffer.alloc(8);
  trailer.writeUInt32LE(crc, 0);
  trailer.writeUInt32LE((segments * text.segmentBytes) % 2 ** 32, 4);
  return trailer;
}

/** A line's serial in the packed segment. */
interface Place {
  readonly bit: number;
  readonly digits: DigitCodes;
}

class Packed {
  readonly #text: Text;
  /** The digits' bits are zeros. */
  readonly #template: Buffer;
  readonly #places: Place[] = [];

  /** `goesOn`: another segment comes before it. */
  constructor(text: Text, goesOn: boolean) {
    this.#text = text;
    const before = goesOn ? text.template.subarray(-WINDOW_BYTES) : Buffer.alloc(0);
    const whole = Buffer.concat([before, text.template]);
    const placeOf = (at: number): number => at - before.length;
    const isDigit = (at: number): boolean => text.isDigit((placeOf(at) + text.segmentBytes) % text.segmentBytes);
    const out = new BitWriter();
    let block: [at: number, Token][] = [];
    const flush = (): void => {
      if (block.length === 0) return;
      this.#write(
        out,
        block.map(([at, token]) => [placeOf(at), token]),
      );
      block = [];
    };
    for (const each of tokens(whole, before.length, isDigit)) {
      // Only between lines, so that a serial is in one block.
      if (block.length >= TOKENS_PER_BLOCK && startsSerial(text, placeOf(each[0]))) flush();
      block.push(each);
    }
    flush();
    writeSync(out);
    this.#template = out.finish();
  }

  get size(): number {
    return this.#template.length;
  }

  segment(number: number): Buffer {
    const bytes = Buffer.from(this.#template);
    for (const [i, { bit, digits }] of this.#places.entries()) {
      let serial = number * this.#text.linesPerSegment + i;
      for (let digit = SERIAL_DIGITS - 1; digit >= 0; digit--) {
        orBits(bytes, bit + digit * digits.width, digits.codes[serial % 10] as number);
        serial = Math.floor(serial / 10);
      }
    }
    return bytes;
  }

  #write(out: BitWriter, block: readonly [at: number, Token][]): void {
    const bits: number[] = [];
    const digits = writeBlock(
      out,
      block.map(([, token]) => token),
      (i) => this.#text.isDigit(block[i]?.[0] ?? 0),
      (i, bit) => {
        if (startsSerial(this.#text, block[i]?.[0] ?? 0)) bits.push(bit);
      },
    );
    for (const bit of bits) this.#places.push({ bit, digits });
  }
}

function startsSerial(text: Text, at: number): boolean {
  return at % text.lineBytes === text.digitsAt;
}
