import { Buffer } from "node:buffer";
import { SluiceError } from "@sluice/core";
import { BOOLEAN, BYTE_ARRAY, DOUBLE, FIXED_LEN_BYTE_ARRAY, FLOAT, INT32, INT64 } from "./metadata.ts";
import type { Leaf } from "./schema.ts";
import { damaged } from "./thrift.ts";

// The encodings: Encodings.md of parquet-format. Those that aren't PLAIN become it: what reads values knows nothing else.

export const PLAIN = 0;
export const PLAIN_DICTIONARY = 2;
export const RLE = 3;
export const DELTA_BINARY_PACKED = 5;
export const DELTA_LENGTH_BYTE_ARRAY = 6;
export const DELTA_BYTE_ARRAY = 7;
export const RLE_DICTIONARY = 8;
export const BYTE_STREAM_SPLIT = 9;

const MAX_LEVEL = 255;
/** With seven more of them beside, still within 32 bits. */
const MAX_SHIFTED_BITS = 23;

/** Runs of equal numbers, and numbers packed into bits, of at most 32 bits each. */
export class RleReader {
  readonly #bytes: Uint8Array;
  readonly #end: number;
  readonly #bits: number;
  #at: number;
  #left = 0;
  #value = 0;
  /** Bits of the packed run still to come, below the ones in `#held`. */
  #packed = false;
  #held = 0;
  #heldBits = 0;

  constructor(bytes: Uint8Array, at: number, end: number, bits: number) {
    if (bits > 32 || at > end || end > bytes.length) throw damaged("levels or indexes that don't fit their page");
    this.#bytes = bytes;
    this.#at = at;
    this.#end = end;
    this.#bits = bits;
  }

  next(): number {
    if (this.#left === 0) this.#run();
    this.#left -= 1;
    return this.#packed ? this.#unpack() : this.#value;
  }

  /** As many numbers of at most `max`; undefined when all of them are `usual`. */
  levels(count: number, usual: number, max: number): Uint8Array | undefined {
    if (max > MAX_LEVEL)
      throw new SluiceError("COMPRESSION_UNSUPPORTED", "Parquet data nested in more than 255 levels");
    if (this.#left === 0 && count > 0) this.#run();
    if (!this.#packed && this.#left >= count && this.#value === usual) return undefined;
    const levels = new Uint8Array(count);
    for (let i = 0; i < count; ) {
      if (this.#left === 0) this.#run();
      const many = Math.min(this.#left, count - i);
      if (this.#packed) for (let k = 0; k < many; k++) levels[i + k] = this.#unpack();
      else levels.fill(this.#value, i, i + many);
      this.#left -= many;
      i += many;
    }
    for (let i = 0; i < count; i++) if ((levels[i] as number) > max) throw damaged("a level beyond those there are");
    return levels;
  }

  #run(): void {
    if (this.#bits === 0) {
      this.#packed = false;
      this.#left = Number.MAX_SAFE_INTEGER;
      return;
    }
    const head = this.#varint();
    const count = Math.floor(head / 2);
    this.#packed = head % 2 === 1;
    this.#left = this.#packed ? count * 8 : count;
    this.#held = 0;
    this.#heldBits = 0;
    if (this.#left === 0) throw damaged("an empty run");
    // The last run may be cut off behind the last number that is used.
    if (this.#packed) return;
    const size = Math.ceil(this.#bits / 8);
    if (size > this.#end - this.#at) throw damaged("a run that isn't there");
    this.#value = Buffer.from(this.#bytes.buffer, this.#bytes.byteOffset + this.#at, size).readUIntLE(0, size);
    this.#at += size;
  }

  #unpack(): number {
    const bits = this.#bits;
    if (bits > MAX_SHIFTED_BITS) return this.#unpackWide();
    while (this.#heldBits < bits) {
      this.#held |= this.#byte() << this.#heldBits;
      this.#heldBits += 8;
    }
    const value = this.#held & ((1 << bits) - 1);
    this.#held >>>= bits;
    this.#heldBits -= bits;
    return value;
  }

  #unpackWide(): number {
    const bits = this.#bits;
    while (this.#heldBits < bits) {
      this.#held += this.#byte() * 2 ** this.#heldBits;
      this.#heldBits += 8;
    }
    const value = this.#held % 2 ** bits;
    this.#held = (this.#held - value) / 2 ** bits;
    this.#heldBits -= bits;
    return value;
  }

  #byte(): number {
    if (this.#at >= this.#end) throw damaged("a run that is cut off");
    return this.#bytes[this.#at++] as number;
  }

  #varint(): number {
    let value = 0;
    for (let scale = 1; scale < 2 ** 36; scale *= 128) {
      const byte = this.#byte();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
    throw damaged("a run of too many numbers");
  }
}

/** Values in PLAIN encoding, from `at` on; truth values are a byte each. */
export interface PlainValues {
  readonly bytes: Buffer;
  readonly at: number;
}

/** What a page's values lie in: `bytes[at, end)`, `count` of them. */
export interface EncodedValues {
  readonly bytes: Buffer;
  readonly at: number;
  readonly end: number;
  readonly count: number;
}

/** Fails with OBJECT_CORRUPT, with COMPRESSION_UNSUPPORTED for other encodings, with EXPANSION_LIMIT beyond `maxBytes`. */
export function plainOf(encoding: number, leaf: Leaf, values: EncodedValues, maxBytes: number): PlainValues {
  if (values.count > maxBytes / 8) throw tooLarge(maxBytes);
  const { type } = leaf;
  if (encoding === PLAIN) return type === BOOLEAN ? fromBits(values) : values;
  if (encoding === RLE && type === BOOLEAN) return fromRuns(values);
  if (encoding === DELTA_BINARY_PACKED && (type === INT32 || type === INT64)) return fromDeltas(type, values);
  if (encoding === DELTA_LENGTH_BYTE_ARRAY && type === BYTE_ARRAY) return fromLengths(values);
  if (encoding === DELTA_BYTE_ARRAY && (type === BYTE_ARRAY || type === FIXED_LEN_BYTE_ARRAY))
    return fromPrefixes(leaf, values, maxBytes);
  if (encoding === BYTE_STREAM_SPLIT) return fromStreams(leaf, values);
  throw new SluiceError("COMPRESSION_UNSUPPORTED", `Parquet data with values of type ${type} in encoding ${encoding}`);
}

export function tooLarge(maxBytes: number): SluiceError {
  return new SluiceError("EXPANSION_LIMIT", `Parquet pages that take more than maxDecoderBytes (${maxBytes} bytes)`);
}

function fromBits({ bytes, at, end, count }: EncodedValues): PlainValues {
  if (count > (end - at) * 8) throw damaged("a page with fewer values than it says");
  return {
    bytes: Buffer.from(Array.from({ length: count }, (_, i) => ((bytes[at + (i >> 3)] as number) >> (i & 7)) & 1)),
    at: 0,
  };
}

function fromRuns({ bytes, at, end, count }: EncodedValues): PlainValues {
  if (end - at < 4) throw damaged("a page with fewer values than it says");
  const runs = new RleReader(bytes, at + 4, Math.min(end, at + 4 + bytes.readUInt32LE(at)), 1);
  return { bytes: Buffer.from(Array.from({ length: count }, () => runs.next())), at: 0 };
}

/** Eight streams, or four, or as many as a value has bytes: all first bytes, then all second ones … */
function fromStreams({ type, typeLength }: Leaf, { bytes, at, end, count }: EncodedValues): PlainValues {
  const width = type === INT32 || type === FLOAT ? 4 : type === INT64 || type === DOUBLE ? 8 : typeLength;
  if (width <= 0 || width * count > end - at) throw damaged("a page with fewer values than it says");
  const plain = Buffer.alloc(width * count);
  for (let k = 0; k < width; k++)
    for (let i = 0; i < count; i++) plain[i * width + k] = bytes[at + k * count + i] as number;
  return { bytes: plain, at: 0 };
}

function fromDeltas(type: number, { bytes, at, end, count }: EncodedValues): PlainValues {
  const deltas = new DeltaReader(bytes, at, end);
  deltas.expect(count);
  if (type === INT32) {
    const plain = Buffer.alloc(count * 4);
    for (let i = 0; i < count; i++) plain.writeInt32LE(Number(BigInt.asIntN(32, deltas.next())), i * 4);
    return { bytes: plain, at: 0 };
  }
  const plain = Buffer.alloc(count * 8);
  for (let i = 0; i < count; i++) plain.writeBigInt64LE(deltas.next(), i * 8);
  return { bytes: plain, at: 0 };
}

function fromLengths({ bytes, at, end, count }: EncodedValues): PlainValues {
  const lengths = new DeltaReader(bytes, at, end);
  const sizes = lengths.sizes(count);
  let from = lengths.at;
  const plain = Buffer.alloc(count * 4 + end - from);
  let to = 0;
  for (const size of sizes) {
    if (size > end - from) throw damaged("a page with fewer values than it says");
    to = plain.writeUInt32LE(size, to);
    to += bytes.copy(plain, to, from, from + size);
    from += size;
  }
  return { bytes: plain, at: 0 };
}

function fromPrefixes(
  { type, typeLength }: Leaf,
  { bytes, at, end, count }: EncodedValues,
  maxBytes: number,
): PlainValues {
  const prefixes = new DeltaReader(bytes, at, end);
  const kept = prefixes.sizes(count);
  const lengths = new DeltaReader(bytes, prefixes.at, end);
  const added = lengths.sizes(count);
  const total = sum(kept) + sum(added);
  if (total > maxBytes) throw tooLarge(maxBytes);
  const framing = type === BYTE_ARRAY ? 4 : 0;
  const plain = Buffer.alloc(count * framing + total);
  let from = lengths.at;
  let to = 0;
  let last = 0;
  let lastSize = 0;
  for (let i = 0; i < count; i++) {
    const prefix = kept[i] as number;
    const suffix = added[i] as number;
    if (prefix > lastSize || suffix > end - from) throw damaged("a page with fewer values than it says");
    const size = prefix + suffix;
    if (framing > 0) to = plain.writeUInt32LE(size, to);
    else if (size !== typeLength) throw damaged("a value of another length");
    plain.copy(plain, to, last, last + prefix);
    bytes.copy(plain, to + prefix, from, from + suffix);
    last = to;
    lastSize = size;
    from += suffix;
    to += size;
  }
  return { bytes: plain, at: 0 };
}

function sum(all: Iterable<number>): number {
  let total = 0;
  for (const each of all) total += each;
  return total;
}

/** DELTA_BINARY_PACKED: blocks of differences to the value before, each block in smaller ones of so many bits a value. */
class DeltaReader {
  readonly #bytes: Buffer;
  readonly #end: number;
  readonly #perBlock: number;
  readonly #perMini: number;
  readonly #total: number;
  at: number;
  #given = 0;
  #value: bigint;
  #least = 0n;
  /** Bits a value in the small blocks of this block, and where those go on. */
  #widths: readonly number[] = [];
  #bit = 0;

  constructor(bytes: Buffer, at: number, end: number) {
    this.#bytes = bytes;
    this.#end = end;
    this.at = at;
    this.#perBlock = Number(this.#varint());
    const minis = Number(this.#varint());
    this.#total = Number(this.#varint());
    this.#value = this.#zigzag();
    this.#perMini = this.#perBlock / minis;
    if (!Number.isInteger(this.#perMini) || this.#perMini % 8 !== 0 || minis > 512 || this.#perBlock > 2 ** 20)
      throw damaged("deltas in blocks of no known size");
  }

  expect(count: number): void {
    if (this.#total !== count) throw damaged("a page with fewer values than it says");
  }

  /** All values, which are sizes; `at` is then behind them. */
  sizes(count: number): Int32Array {
    this.expect(count);
    const sizes = new Int32Array(count);
    for (let i = 0; i < count; i++) {
      const size = Number(this.next());
      if (!(size >= 0 && size < 2 ** 31)) throw damaged("a value of no size");
      sizes[i] = size;
    }
    return sizes;
  }

  next(): bigint {
    if (this.#given > 0) {
      const delta = this.#delta(this.#given - 1);
      this.#value = BigInt.asIntN(64, this.#value + this.#least + delta);
    }
    this.#given += 1;
    return this.#value;
  }

  #delta(index: number): bigint {
    const inBlock = index % this.#perBlock;
    if (inBlock === 0) this.#block();
    const mini = Math.floor(inBlock / this.#perMini);
    const width = this.#widths[mini] as number;
    if (inBlock % this.#perMini === 0) {
      this.#bit = this.at * 8;
      const bytes = (width * this.#perMini) / 8;
      // The last small block may be cut off behind the last value.
      this.at = Math.min(this.at + bytes, this.#end);
    }
    const delta = this.#bits(width);
    this.#bit += width;
    return delta;
  }

  #block(): void {
    this.#least = this.#zigzag();
    const from = this.at;
    this.at += this.#perBlock / this.#perMini;
    if (this.at > this.#end) throw damaged("deltas that are cut off");
    this.#widths = [...this.#bytes.subarray(from, this.at)];
    if (this.#widths.some((width) => width > 64)) throw damaged("deltas of more than 64 bits");
  }

  #bits(width: number): bigint {
    let value = 0n;
    for (let got = 0; got < width; ) {
      const at = this.#bit + got;
      if (at >= this.#end * 8) throw damaged("deltas that are cut off");
      const shift = at & 7;
      const many = Math.min(8 - shift, width - got);
      const part = ((this.#bytes[at >> 3] as number) >> shift) & ((1 << many) - 1);
      value |= BigInt(part) << BigInt(got);
      got += many;
    }
    return value;
  }

  #zigzag(): bigint {
    const value = this.#varint();
    return BigInt.asIntN(64, (value >> 1n) ^ -(value & 1n));
  }

  #varint(): bigint {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      if (this.at >= this.#end) throw damaged("deltas that are cut off");
      const byte = this.#bytes[this.at++] as number;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    throw damaged("a number of more than 64 bits");
  }
}
