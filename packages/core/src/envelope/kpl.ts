import { createHash } from "node:crypto";

/** Begins a record that the Kinesis Producer Library made of several: magic, protocol buffer, MD5 of that. */
const MAGIC = Uint8Array.of(0xf3, 0x89, 0x9a, 0xc2);
const DIGEST_BYTES = 16;

/** Field numbers of AggregatedRecord and Record in the KPL's message format. */
const RECORDS = 3;
const DATA = 3;

const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;
const FIXED32 = 5;

/** Longest varint there is, in bytes. */
const MAX_VARINT_BYTES = 10;

/**
 * The user records in a record of the Kinesis Producer Library; undefined when it is none: without the magic, with another
 * digest, or not the message that it should be, a record is what it is, as for the KCL.
 * https://github.com/awslabs/amazon-kinesis-producer/blob/master/aggregation-format.md
 */
export function userRecords(bytes: Uint8Array): readonly Uint8Array[] | undefined {
  if (bytes.length < MAGIC.length + DIGEST_BYTES || MAGIC.some((byte, i) => bytes[i] !== byte)) return undefined;
  const message = bytes.subarray(MAGIC.length, bytes.length - DIGEST_BYTES);
  const digest = createHash("md5").update(message).digest();
  if (!digest.equals(bytes.subarray(bytes.length - DIGEST_BYTES))) return undefined;
  try {
    return fieldsOf(message, RECORDS).map((record) => fieldsOf(record, DATA).at(-1) ?? missing());
  } catch {
    return undefined;
  }
}

/** Every value of one length-delimited field of a message. */
function fieldsOf(message: Uint8Array, wanted: number): Uint8Array[] {
  const found: Uint8Array[] = [];
  let at = 0;
  while (at < message.length) {
    const [tag, afterTag] = varint(message, at);
    const wire = tag & 7;
    const end = endOf(message, wire, afterTag);
    if (Math.floor(tag / 8) === wanted && wire === BYTES)
      found.push(message.subarray(varint(message, afterTag)[1], end));
    at = end;
  }
  return found;
}

function endOf(message: Uint8Array, wire: number, at: number): number {
  const [value, next] = wire === VARINT || wire === BYTES ? varint(message, at) : [0, at];
  const end = next + (wire === BYTES ? value : wire === FIXED64 ? 8 : wire === FIXED32 ? 4 : 0);
  if (![VARINT, FIXED64, BYTES, FIXED32].includes(wire) || end > message.length) throw new Error("no such message");
  return end;
}

function varint(bytes: Uint8Array, from: number): [value: number, next: number] {
  let value = 0;
  for (let i = 0; i < MAX_VARINT_BYTES && from + i < bytes.length; i++) {
    const byte = bytes[from + i] as number;
    value += (byte & 0x7f) * 2 ** (7 * i);
    if (byte < 0x80) return [value, from + i + 1];
  }
  throw new Error("no such number");
}

function missing(): never {
  throw new Error("a record without data");
}
