import { setTimeout as sleep } from "node:timers/promises";
import { asSluiceError, type ObjectReader, type ObjectRef } from "@sluice/core";

/** Bytes asked for, and held, at once. */
const PART_BYTES = 4 * 1024 * 1024;
const READ_ATTEMPTS = 5;
const FIRST_DELAY_MS = 200;

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
