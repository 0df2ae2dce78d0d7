import { rm } from "node:fs/promises";
import { resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { asSluiceError, type ObjectReader, type ObjectRef } from "@sluice/core";
import type { Files } from "../adapters.ts";
import { type Context, UsageError } from "../command.ts";
import { objectRefs } from "../input/paths.ts";

/** Bytes asked for, and held, at once. */
const PART_BYTES = 4 * 1024 * 1024;
const READ_ATTEMPTS = 5;
const FIRST_DELAY_MS = 200;

/** A file or object that holds dead letters. */
export interface LetterFile {
  readonly name: string;
  readonly ref: ObjectRef;
  /** Bytes. */
  readonly size: number;
}

/**
 * Files, all below directories, and all objects under s3://bucket/prefix, as they are now: what a replay adds isn't among them.
 * Drafts of files being written are left out, and so is `except`.
 */
export async function letterFiles(
  paths: readonly string[],
  { cwd, adapters, stop }: Context,
  except: string | undefined,
): Promise<LetterFile[]> {
  const files: LetterFile[] = [];
  for (const path of paths) {
    const [, bucket, prefix = ""] = /^s3:\/\/([^/]+)(?:\/(.*))?$/is.exec(path) ?? [];
    if (bucket !== undefined) files.push(...(await listed(bucket, prefix, adapters.files(), stop)));
    else if (/^s3:/i.test(path)) throw new UsageError(`${path}: expected s3://bucket/prefix`);
    else files.push(...(await local(path, cwd, except)));
  }
  const seen = new Set<string>();
  return files.filter(({ name }) => !seen.has(name) && seen.add(name));
}

async function listed(bucket: string, prefix: string, files: Files, signal: AbortSignal): Promise<LetterFile[]> {
  const found: LetterFile[] = [];
  for await (const page of files.list(bucket, prefix, signal))
    for (const { key, size } of page)
      found.push({ name: `s3://${bucket}/${key}`, ref: { store: "s3", bucket, key }, size });
  return found;
}

async function local(path: string, cwd: string, except: string | undefined): Promise<LetterFile[]> {
  const refs = await objectRefs([path], cwd);
  return refs
    .filter(({ key }) => !/\.[0-9a-f-]{36}\.tmp$/.test(key) && resolve(cwd, key) !== except)
    .map((ref) => ({ name: ref.key, ref, size: ref.size ?? 0 }));
}

/** A file on its way: one version of it, whatever becomes of the file. */
export interface OpenFile {
  /** Of the version. */
  readonly etag: string;
  readonly size: number;
  chunks(from: number): AsyncGenerator<Uint8Array>;
}

/** Reads part by part, so that nothing stays open while sinks are slow; faults that pass are tried again. */
export async function openFile(ref: ObjectRef, reader: ObjectReader, signal: AbortSignal): Promise<OpenFile> {
  const first = await part(ref, { start: 0, end: PART_BYTES }, reader, signal);
  const { etag, size } = first;
  async function* chunks(from: number): AsyncGenerator<Uint8Array> {
    for (let start = from; start < size; ) {
      const held = start < first.bytes.length ? first.bytes.subarray(start) : undefined;
      const range = { start, end: start + PART_BYTES, ifMatch: etag };
      const bytes = held ?? (await part(ref, range, reader, signal)).bytes;
      if (bytes.length === 0) return;
      yield bytes;
      start += bytes.length;
    }
  }
  return { etag, size, chunks };
}

interface Part {
  readonly etag: string;
  readonly size: number;
  readonly bytes: Uint8Array;
}

type Range = Parameters<ObjectReader["read"]>[1];

async function part(ref: ObjectRef, range: Range, reader: ObjectReader, signal: AbortSignal): Promise<Part> {
  for (let attempt = 1; ; attempt++) {
    try {
      const { etag, size, body } = await reader.read(ref, range, signal);
      const pieces: Uint8Array[] = [];
      for await (const piece of body) pieces.push(Buffer.from(piece));
      return { etag, size, bytes: Buffer.concat(pieces) };
    } catch (error) {
      const known = asSluiceError(error);
      if (!known.transient || attempt === READ_ATTEMPTS) throw known;
      await sleep(FIRST_DELAY_MS * 2 ** (attempt - 1), undefined, { signal });
    }
  }
}

export async function removeFile({ ref }: LetterFile, files: Files, signal: AbortSignal): Promise<void> {
  if (ref.store === "s3") await files.remove(ref.bucket, ref.key, signal);
  else await rm(resolve(ref.bucket, ref.key), { force: true });
}
