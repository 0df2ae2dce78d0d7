import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import type { ObjectReader } from "@sluice/core";
import type { Prepared } from "../workloads/store.ts";

/** As they come from a socket. */
const CHUNK_BYTES = 64 * 1024;

/** All objects of a workload, from memory; `inflated`, as if they had been stored without compression. */
export function memoryReader({ pack, objects }: Prepared, inflated: boolean): ObjectReader {
  const all = readFileSync(pack);
  const bytesOf = new Map(
    objects.map(({ key, start, size }) => {
      const stored = all.subarray(start, start + size);
      return [key, inflated ? gunzipSync(stored) : stored];
    }),
  );
  const etags = new Map(objects.map(({ key, etag }) => [key, etag]));
  return {
    read: async ({ key }, { start, end }) => {
      const bytes = bytesOf.get(key) ?? Buffer.alloc(0);
      return { etag: etags.get(key) ?? "", size: bytes.length, body: chunked(bytes.subarray(start, end)) };
    },
  };
}

async function* chunked(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) yield bytes.subarray(at, at + CHUNK_BYTES);
}
