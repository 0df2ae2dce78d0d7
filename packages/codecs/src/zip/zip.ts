import { Buffer } from "node:buffer";
import { crc32 } from "node:zlib";
import { type ArchiveEntry, quote, type RandomAccess, SluiceError } from "@sluice/core";
import { FileWindow } from "../file-window.ts";
import { corrupt, type Directory, type DirectoryEntry, entriesOf, findDirectory } from "./directory.ts";

const LOCAL_SIGNATURE = 0x04034b50;
const LOCAL_BYTES = 30;
const ENCRYPTED_FLAG = 1;

const STORED = 0;
const DEFLATED = 8;

/** Bytes read at once where entries are small; larger ones are read as a stream. */
const AHEAD_BYTES = 1024 * 1024;

/** A gzip member of deflated data needs this before it, and the CRC and size, which the directory has, behind it. */
const GZIP_HEADER = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]);

/**
 * The entries of a ZIP archive as its central directory has them, without folders. Deflated ones are given as gzip, so that
 * what decodes them checks their CRC and size too. Fails with OBJECT_ENCRYPTED, COMPRESSION_UNSUPPORTED (a method other
 * than stored and deflated), OBJECT_TRUNCATED (no directory at the end), OBJECT_CORRUPT; entries before are given out.
 */
export async function* zipEntries(file: RandomAccess): AsyncGenerator<ArchiveEntry> {
  const directory = await findDirectory(file);
  const window = new FileWindow(file, AHEAD_BYTES);
  let packedBytes = 0;
  for await (const entry of entriesOf(file, directory)) {
    packedBytes += entry.packedBytes;
    // Small archives that expand to no end have entries that share their bytes.
    if (packedBytes > directory.start) throw corrupt("its entries overlap");
    if (!entry.name.endsWith("/") || entry.bytes > 0) yield await openEntry(entry, directory, window);
  }
}

async function openEntry(entry: DirectoryEntry, directory: Directory, window: FileWindow): Promise<ArchiveEntry> {
  const { name, flags, method, packedBytes, bytes } = entry;
  if ((flags & ENCRYPTED_FLAG) !== 0)
    throw new SluiceError("OBJECT_ENCRYPTED", `entry "${quote(name)}" of a zip archive is encrypted`);
  if (method !== STORED && method !== DEFLATED)
    throw new SluiceError("COMPRESSION_UNSUPPORTED", `entry "${quote(name)}" of a zip archive has method ${method}`);
  if (method === STORED && packedBytes !== bytes) throw corrupt(`entry "${quote(name)}" has two sizes`);
  const start = await dataStart(entry, directory, window);
  const chunks = dataOf(window, start, start + packedBytes);
  if (method === STORED) return { name, compression: "none", chunks: checked(chunks, entry) };
  return { name, compression: "gzip", chunks: asGzip(chunks, entry) };
}

/** Local headers have a name and extra fields of their own sizes. */
async function dataStart(entry: DirectoryEntry, directory: Directory, window: FileWindow): Promise<number> {
  const at = entry.offset;
  const misplaced = corrupt(`entry "${quote(entry.name)}" is not at byte ${at}`);
  if (at + LOCAL_BYTES > directory.start) throw misplaced;
  const header = Buffer.from(await window.bytes(at, at + LOCAL_BYTES));
  const start = at + LOCAL_BYTES + header.readUInt16LE(26) + header.readUInt16LE(28);
  if (header.readUInt32LE(0) !== LOCAL_SIGNATURE || start + entry.packedBytes > directory.start) throw misplaced;
  return start;
}

async function* dataOf(window: FileWindow, start: number, end: number): AsyncGenerator<Uint8Array> {
  if (end - start > AHEAD_BYTES && !window.has(start, end)) yield* window.file.read(start, end);
  else if (end > start) yield await window.bytes(start, end);
}

async function* checked(chunks: AsyncIterable<Uint8Array>, { name, crc }: DirectoryEntry): AsyncGenerator<Uint8Array> {
  let sum = 0;
  for await (const chunk of chunks) {
    sum = crc32(chunk, sum);
    yield chunk;
  }
  if (sum !== crc) throw corrupt(`entry "${quote(name)}" has a wrong CRC`);
}

async function* asGzip(chunks: AsyncIterable<Uint8Array>, { crc, bytes }: DirectoryEntry): AsyncGenerator<Uint8Array> {
  yield GZIP_HEADER;
  yield* chunks;
  const trailer = Buffer.alloc(8);
  trailer.writeUInt32LE(crc, 0);
  trailer.writeUInt32LE(bytes % 2 ** 32, 4);
  yield trailer;
}
