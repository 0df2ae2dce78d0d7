import { instantiate, SluiceError } from "@sluice/core";
import { Pool } from "../pool.ts";
import { WASM } from "./bunzip2-wasm.ts";

interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly input: () => number;
  readonly room: () => number;
  readonly piece: () => number;
  readonly piece_size: () => number;
  readonly taken: () => number;
  readonly start: () => void;
  readonly feed: (size: number) => void;
  readonly run: (last: number) => number;
}

/** What `run` gives; bunzip2.c says what they mean. */
const INPUT = 0;
const PIECE = 1;
const END = 2;
const GARBAGE = 4;
const RANDOMISED = 5;

const kernels = new Pool(() => instantiate<Exports>(WASM));

/**
 * Bzip2 data of one or more streams → decoded chunks, each valid until the next one is asked for. Checks the CRC of each
 * block and stream. Zeros may follow. Takes 9 MB of memory, whatever the size of the data.
 */
export async function* bunzip2(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const kernel = kernels.take();
  try {
    yield* decoded(kernel, chunks);
  } catch (error) {
    kernels.putBack(kernel);
    throw error;
  }
  // Not when the reader leaves early: it may go on looking at its last chunk.
  kernels.putBack(kernel);
}

async function* decoded(kernel: Exports, chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  kernel.start();
  let fed = 0;
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.length; ) {
      const part = chunk.subarray(at, at + kernel.room());
      new Uint8Array(kernel.memory.buffer, kernel.input(), part.length).set(part);
      kernel.feed(part.length);
      at += part.length;
      fed += part.length;
      yield* pieces(kernel, false);
    }
  }
  if ((yield* pieces(kernel, true)) !== END)
    throw new SluiceError("OBJECT_TRUNCATED", `bzip2 data ends too early, after ${fed} compressed bytes`);
}

function* pieces(kernel: Exports, last: boolean): Generator<Uint8Array, number> {
  for (;;) {
    const status = kernel.run(last ? 1 : 0);
    const size = kernel.piece_size();
    if (size > 0) yield new Uint8Array(kernel.memory.buffer, kernel.piece(), size);
    if (status === INPUT || status === END) return status;
    if (status !== PIECE) throw failure(status, kernel.taken());
  }
}

function failure(status: number, taken: number): SluiceError {
  const at = `after ${taken} compressed bytes`;
  if (status === GARBAGE) return new SluiceError("OBJECT_CORRUPT", `data behind the end of the bzip2 data, ${at}`);
  if (status === RANDOMISED)
    return new SluiceError(
      "COMPRESSION_UNSUPPORTED",
      `bzip2 data with randomised blocks, as before version 0.9.5, ${at}`,
    );
  return new SluiceError("OBJECT_CORRUPT", `bzip2 data is damaged, ${at}`);
}
