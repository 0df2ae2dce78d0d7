import {
  badState,
  instantiate,
  openState,
  RestartOffers,
  type RestartOptions,
  type RestartPoint,
  SluiceError,
  type StateKind,
  sealState,
} from "@sluice/core";
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
  readonly note: () => number;
  readonly note_size: () => number;
  readonly save: () => number;
  readonly restore: () => number;
}

/** What `run` gives; bunzip2.c says what they mean. */
const INPUT = 0;
const PIECE = 1;
const END = 2;
const GARBAGE = 4;
const RANDOMISED = 5;

/** A state: the kernel's note. */
const STATE: StateKind = { format: "bzip2", version: 1 };

const kernels = new Pool(() => instantiate<Exports>(WASM));

/**
 * Bzip2 data of one or more streams → decoded chunks, each valid until the next one is asked for. Checks the CRC of each
 * block and stream. Zeros may follow. Takes 9 MB of memory, whatever the size of the data. Restart points lie between blocks.
 */
export async function* bunzip2(
  chunks: AsyncIterable<Uint8Array>,
  restart: RestartOptions = {},
): AsyncGenerator<Uint8Array> {
  const kernel = kernels.take();
  try {
    yield* new Decoding(kernel, restart).decoded(chunks);
  } catch (error) {
    kernels.putBack(kernel);
    throw error;
  }
  // Not when the reader leaves early: it may go on looking at its last chunk.
  kernels.putBack(kernel);
}

class Decoding {
  readonly #kernel: Exports;
  readonly #offers: RestartOffers | undefined;
  /** Stored bytes before those that the kernel gets. */
  readonly #before: number;

  constructor(kernel: Exports, restart: RestartOptions) {
    this.#kernel = kernel;
    this.#offers = RestartOffers.of(restart);
    this.#before = restart.from?.stored ?? 0;
    kernel.start();
    if (restart.from !== undefined) restore(kernel, restart.from);
  }

  async *decoded(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    const kernel = this.#kernel;
    let fed = this.#before;
    for await (const chunk of chunks) {
      for (let at = 0; at < chunk.length; ) {
        const part = chunk.subarray(at, at + kernel.room());
        new Uint8Array(kernel.memory.buffer, kernel.input(), part.length).set(part);
        kernel.feed(part.length);
        at += part.length;
        fed += part.length;
        yield* this.#pieces(false);
      }
    }
    if ((yield* this.#pieces(true)) !== END)
      throw new SluiceError("OBJECT_TRUNCATED", `bzip2 data ends too early, after ${fed} compressed bytes`);
  }

  *#pieces(last: boolean): Generator<Uint8Array, number> {
    const kernel = this.#kernel;
    for (;;) {
      const status = kernel.run(last ? 1 : 0);
      const size = kernel.piece_size();
      if (size > 0) yield new Uint8Array(kernel.memory.buffer, kernel.piece(), size);
      this.#offers?.passed(size);
      if (status === INPUT || status === END) return status;
      if (status !== PIECE) throw failure(status, this.#taken());
      if (this.#offers?.isDue === true && kernel.save() !== 0)
        this.#offers.give(this.#taken(), (place) => sealState(STATE, place, noteOf(kernel)));
    }
  }

  #taken(): number {
    return this.#before + this.#kernel.taken();
  }
}

function noteOf({ memory, note, note_size }: Exports): Uint8Array {
  return new Uint8Array(memory.buffer, note(), note_size());
}

function restore(kernel: Exports, from: RestartPoint): void {
  const state = openState(STATE, from);
  const noted = noteOf(kernel);
  if (state.length === noted.length) noted.set(state);
  if (state.length !== noted.length || kernel.restore() === 0)
    throw badState("bzip2", from, "its state is none that this decoder can be in");
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
