import type { BigIntStats } from "node:fs";
import { type FileHandle, open, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { type ByteRange, type ObjectReader, type ObjectRef, type ObjectSlice, SluiceError } from "@sluice/core";
import { bucketPath } from "./bucket-path.ts";
import { fileError } from "./file-errors.ts";

/** Bytes asked of the file system at once. */
const CHUNK_BYTES = 256 * 1024;

/** Files of this machine: `ref.key` is a path, from `ref.bucket` where it is relative. */
export function localFiles(): ObjectReader {
  return fileReader(async (ref) => resolve(ref.bucket, ref.key));
}

/** Buckets as folders: s3://bucket/key is `root/bucket/key`. Nothing outside of its bucket's folder, nor of `root`, is ever read. */
export function bucketFolders(root: string): ObjectReader {
  return fileReader((ref) => bucketPath(root, ref.bucket, ref.key));
}

function fileReader(pathOf: (ref: ObjectRef) => Promise<string>): ObjectReader {
  /** What each file was when its first range was read: a trusted etag can't tell of later changes. */
  const first = new WeakMap<ObjectRef, string>();
  return {
    async read(ref, range, signal) {
      try {
        signal.throwIfAborted();
        const path = await pathOf(ref);
        const stats = await stat(path, { bigint: true });
        if (!stats.isFile()) throw new SluiceError("OBJECT_MISSING", `expected a file, got ${kindOf(stats)}`);
        const print = fingerprint(stats);
        if (range.ifMatch === undefined) first.set(ref, print);
        else if (print !== (ref.etag === undefined ? range.ifMatch : (first.get(ref) ?? print))) throw changed();
        return slice(path, stats, print, ref, range, signal);
      } catch (error) {
        throw fileError(error, signal);
      }
    },
  };
}

function slice(
  path: string,
  stats: BigIntStats,
  print: string,
  ref: ObjectRef,
  range: ByteRange,
  signal: AbortSignal,
): ObjectSlice {
  const size = Number(stats.size);
  return {
    etag: ref.etag ?? print,
    size,
    lastModified: Number(stats.mtimeMs),
    versionId: ref.versionId,
    body: bytes(path, print, range.start, Math.min(range.end, size), signal),
  };
}

/** Opened only when read, so that a slice nobody reads holds no file open. */
async function* bytes(
  path: string,
  print: string,
  start: number,
  end: number,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  if (start >= end) return;
  try {
    const file = await open(path);
    try {
      if (fingerprint(await file.stat({ bigint: true })) !== print) throw changed();
      yield* chunks(file, start, end, signal);
    } finally {
      await file.close();
    }
  } catch (error) {
    throw fileError(error, signal);
  }
}

async function* chunks(file: FileHandle, start: number, end: number, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  for (let at = start; at < end; ) {
    signal.throwIfAborted();
    const buffer = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, end - at));
    const { bytesRead } = await file.read(buffer, 0, buffer.length, at);
    if (bytesRead === 0) return;
    at += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}

/** Stands in for an etag: the same bytes saved again get another one. */
function fingerprint({ size, mtimeNs }: BigIntStats): string {
  return `${size.toString(16)}-${mtimeNs.toString(16)}`;
}

function changed(): SluiceError {
  return new SluiceError("OBJECT_CHANGED", "changed while it was read");
}

function kindOf(stats: BigIntStats): string {
  return stats.isDirectory() ? "a folder" : "a device or pipe";
}
