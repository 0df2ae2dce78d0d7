import { Blocks } from "../blocks/blocks.ts";
import { STREAM_HEADER } from "./magic.ts";

const blocks = new Blocks();

/** A snappy block: literals, and copies of what lies up to 2047 bytes back, of 4 to 11 bytes. */
export function snappyBlock(content: Uint8Array): Buffer {
  const bytes = Buffer.from(content);
  const out: number[] = varint(bytes.length);
  let literal: number[] = [];
  const putLiteral = (): void => {
    if (literal.length > 0) out.push(...literalTag(literal.length), ...literal);
    literal = [];
  };
  for (let at = 0; at < bytes.length; ) {
    const back = at < 4 ? -1 : bytes.subarray(Math.max(0, at - 2047), at + 3).lastIndexOf(bytes.subarray(at, at + 4));
    const from = back < 0 ? -1 : Math.max(0, at - 2047) + back;
    if (from < 0 || at + 4 > bytes.length) {
      literal.push(bytes[at++] as number);
      continue;
    }
    putLiteral();
    let size = 4;
    while (size < 11 && at + size < bytes.length && bytes[from + size] === bytes[at + size]) size++;
    const distance = at - from;
    out.push(1 | ((size - 4) << 2) | ((distance >> 8) << 5), distance & 0xff);
    at += size;
  }
  putLiteral();
  return Buffer.from(out);
}

function varint(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...varint(value >>> 7)];
}

function literalTag(size: number): number[] {
  if (size <= 60) return [(size - 1) << 2];
  return size <= 256 ? [60 << 2, size - 1] : [61 << 2, (size - 1) & 0xff, (size - 1) >> 8];
}

export const HEADER: Buffer = Buffer.from(STREAM_HEADER);

export function chunk(kind: number, body: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from([kind, body.length & 0xff, (body.length >> 8) & 0xff, body.length >> 16]), body]);
}

function checksum(content: Uint8Array): Buffer {
  const crc = blocks.crc32c(content);
  const out = Buffer.alloc(4);
  out.writeUInt32LE((((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0);
  return out;
}

/** A stream of the framing format; every other chunk is stored as it is. */
export function snappy(content: Uint8Array, chunkBytes = 1000): Buffer {
  const parts: Buffer[] = [HEADER];
  for (let at = 0, i = 0; at < content.length; at += chunkBytes, i++) {
    const part = content.subarray(at, at + chunkBytes);
    const packed = i % 2 === 0;
    parts.push(chunk(packed ? 0 : 1, Buffer.concat([checksum(part), packed ? snappyBlock(part) : part])));
  }
  return Buffer.concat(parts);
}
