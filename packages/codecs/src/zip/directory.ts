import { Buffer } from "node:buffer";
import { type RandomAccess, SluiceError } from "@sluice/core";
import { FileWindow } from "../file-window.ts";

// The format: APPNOTE.TXT, "ZIP File Format Specification", 4.3 and 4.5; ZIP64 included.

const END_SIGNATURE = 0x06054b50;
const END_BYTES = 22;
const MAX_COMMENT_BYTES = 65_535;
const ZIP64_LOCATOR_SIGNATURE = 0x07064b50;
const ZIP64_LOCATOR_BYTES = 20;
const ZIP64_END_SIGNATURE = 0x06064b50;
const ZIP64_END_BYTES = 56;
const ENTRY_SIGNATURE = 0x02014b50;
const ENTRY_BYTES = 46;
const ZIP64_EXTRA = 1;
const IN_ZIP64_16 = 0xffff;
const IN_ZIP64_32 = 0xffffffff;
const UTF8_FLAG = 1 << 11;

/** Bytes of the directory read at once. */
const AHEAD_BYTES = 64 * 1024;

/** The central directory: entries in an archive, where it says that they are. */
export interface Directory {
  readonly start: number;
  readonly end: number;
  readonly count: number;
}

export interface DirectoryEntry {
  readonly name: string;
  readonly flags: number;
  readonly method: number;
  readonly crc: number;
  readonly packedBytes: number;
  readonly bytes: number;
  /** Of its local header. */
  readonly offset: number;
}

/** Fails with OBJECT_TRUNCATED where the archive has no end, as it was cut off. */
export async function findDirectory(file: RandomAccess): Promise<Directory> {
  const tailStart = Math.max(0, file.size - END_BYTES - MAX_COMMENT_BYTES - ZIP64_LOCATOR_BYTES);
  const tail = Buffer.from(await new FileWindow(file, 0).bytes(tailStart, file.size));
  const at = endRecord(tail);
  if (at < 0)
    throw new SluiceError("OBJECT_TRUNCATED", `zip data ends too early, after ${file.size} bytes: no directory`);
  const end = tail.subarray(at);
  const plain = { count: end.readUInt16LE(10), size: end.readUInt32LE(12), start: end.readUInt32LE(16) };
  const wide = plain.count === IN_ZIP64_16 || plain.size === IN_ZIP64_32 || plain.start === IN_ZIP64_32;
  const { count, size, start } = (wide ? await zip64(file, tail, at) : undefined) ?? plain;
  if (start + size > tailStart + at) throw corrupt("its directory is not where it should be");
  return { start, end: start + size, count };
}

/** The last record whose comment goes on to the end of the file. */
function endRecord(tail: Buffer): number {
  for (let at = tail.length - END_BYTES; at >= 0; at--) {
    if (tail.readUInt32LE(at) === END_SIGNATURE && at + END_BYTES + tail.readUInt16LE(at + 20) === tail.length)
      return at;
  }
  return -1;
}

/** Undefined where there is none: then the numbers are what they seem. */
async function zip64(
  file: RandomAccess,
  tail: Buffer,
  at: number,
): Promise<{ count: number; size: number; start: number } | undefined> {
  const locator = at - ZIP64_LOCATOR_BYTES;
  if (locator < 0 || tail.readUInt32LE(locator) !== ZIP64_LOCATOR_SIGNATURE) return undefined;
  const start = Number(tail.readBigUInt64LE(locator + 8));
  if (start + ZIP64_END_BYTES > file.size) throw corrupt("its directory is not where it should be");
  const record = Buffer.from(await new FileWindow(file, 0).bytes(start, start + ZIP64_END_BYTES));
  if (record.readUInt32LE(0) !== ZIP64_END_SIGNATURE) throw corrupt("its directory is not where it should be");
  const number = (offset: number): number => Number(record.readBigUInt64LE(offset));
  return { count: number(32), size: number(40), start: number(48) };
}

export async function* entriesOf(file: RandomAccess, { start, end, count }: Directory): AsyncGenerator<DirectoryEntry> {
  const window = new FileWindow(file, AHEAD_BYTES);
  let at = start;
  let seen = 0;
  for (; at < end; seen++) {
    if (at + ENTRY_BYTES > end) throw corrupt(`its directory is damaged at byte ${at}`);
    const fixed = Buffer.from(await window.bytes(at, at + ENTRY_BYTES));
    const next = at + ENTRY_BYTES + fixed.readUInt16LE(28) + fixed.readUInt16LE(30) + fixed.readUInt16LE(32);
    if (fixed.readUInt32LE(0) !== ENTRY_SIGNATURE || next > end)
      throw corrupt(`its directory is damaged at byte ${at}`);
    yield entryOf(fixed, Buffer.from(await window.bytes(at + ENTRY_BYTES, next)));
    at = next;
  }
  if (seen !== count) throw corrupt(`its directory has ${seen} entries, not ${count}`);
}

function entryOf(fixed: Buffer, rest: Buffer): DirectoryEntry {
  const nameBytes = fixed.readUInt16LE(28);
  const flags = fixed.readUInt16LE(8);
  const name = rest.subarray(0, nameBytes).toString((flags & UTF8_FLAG) === 0 ? "latin1" : "utf8");
  const wide = zip64Numbers(rest.subarray(nameBytes, nameBytes + fixed.readUInt16LE(30)));
  // They are there in this order, each only when the plain number says so.
  const number = (offset: number): number => {
    const value = fixed.readUInt32LE(offset);
    return value === IN_ZIP64_32 ? (wide.shift() ?? value) : value;
  };
  const bytes = number(24);
  const packedBytes = number(20);
  const offset = number(42);
  return { name, flags, method: fixed.readUInt16LE(10), crc: fixed.readUInt32LE(16), packedBytes, bytes, offset };
}

function zip64Numbers(extra: Buffer): number[] {
  for (let at = 0; at + 4 <= extra.length; ) {
    const size = extra.readUInt16LE(at + 2);
    const field = extra.subarray(at + 4, at + 4 + size);
    if (extra.readUInt16LE(at) === ZIP64_EXTRA)
      return Array.from({ length: Math.floor(field.length / 8) }, (_, i) => Number(field.readBigUInt64LE(i * 8)));
    at += 4 + size;
  }
  return [];
}

export function corrupt(what: string): SluiceError {
  return new SluiceError("OBJECT_CORRUPT", `zip data is damaged: ${what}`);
}
