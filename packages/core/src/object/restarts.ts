import { Buffer } from "node:buffer";
import { crc32 } from "node:zlib";
import { SluiceError } from "../errors.ts";
import { type Compression, RESTART_EVERY_BYTES, type RestartPoint, type StreamOptions } from "../ports/codec.ts";

/** Where a decoder begins, and who wants to know where it could begin. */
export interface RestartOptions extends Pick<StreamOptions, "from" | "offer"> {
  /** Least decoded bytes from one point to the next. */
  readonly every?: number | undefined;
}

/** A place between two chunks. A point isn't offered before what came out ahead of it was taken. */
type Place = Omit<RestartPoint, "state">;

/** Knows when a restart point is wanted; told by the decoder what it gave out. */
export class RestartOffers {
  readonly #offer: (point: RestartPoint) => void;
  readonly #every: number;
  #decoded: number;
  #wanted: number;

  private constructor(offer: (point: RestartPoint) => void, { from, every = RESTART_EVERY_BYTES }: RestartOptions) {
    this.#offer = offer;
    this.#every = every;
    this.#decoded = from?.decoded ?? 0;
    this.#wanted = this.#decoded + every;
  }

  /** Undefined where nobody wants them. */
  static of(options: RestartOptions): RestartOffers | undefined {
    return options.offer === undefined ? undefined : new RestartOffers(options.offer, options);
  }

  /** So many bytes more were given out, and taken. */
  passed(bytes: number): void {
    this.#decoded += bytes;
  }

  /** Bytes given out and taken, those before the beginning included. */
  get decoded(): number {
    return this.#decoded;
  }

  get isDue(): boolean {
    return this.#decoded >= this.#wanted;
  }

  /** Here is one; `stateAt` makes its state. */
  give(stored: number, stateAt: (place: Place) => Uint8Array): void {
    const place = { stored, decoded: this.#decoded };
    this.#wanted = this.#decoded + this.#every;
    this.#offer({ ...place, state: stateAt(place) });
  }
}

/** Of a format's states; another layout of them is another version. */
export interface StateKind {
  readonly format: Compression;
  readonly version: number;
}

const VERSION_BYTES = 1;
const HEADER_BYTES = VERSION_BYTES + 4;

/** A state: its version, the CRC-32 of what it is of, where, and what it holds; and that. */
export function sealState(kind: StateKind, place: Place, ...parts: readonly Uint8Array[]): Uint8Array {
  const state = Buffer.concat([new Uint8Array(HEADER_BYTES), ...parts]);
  state[0] = kind.version;
  state.writeUInt32LE(checksum(kind, place, state.subarray(HEADER_BYTES)), VERSION_BYTES);
  return state;
}

/** What was sealed; fails with INTERNAL for anything else, and for what was sealed of another place. */
export function openState(kind: StateKind, point: RestartPoint): Buffer {
  const { format, version } = kind;
  const state = Buffer.from(point.state.buffer, point.state.byteOffset, point.state.length);
  if (state.length < HEADER_BYTES) throw badState(format, point, `its state is ${state.length} bytes long`);
  if (state[0] !== version)
    throw badState(format, point, `its state is of version ${state[0]}, this decoder takes ${version}`);
  const body = state.subarray(HEADER_BYTES);
  if (state.readUInt32LE(VERSION_BYTES) !== checksum(kind, point, body))
    throw badState(format, point, "its state has a wrong checksum");
  return body;
}

/** For formats whose points need none. */
export function expectNoState(format: Compression, point: RestartPoint): void {
  if (point.state.length > 0) throw badState(format, point, `its state is ${point.state.length} bytes long, not empty`);
}

export function badState(format: Compression, { stored, decoded }: Place, why: string): SluiceError {
  const where = `after ${stored} compressed and ${decoded} decoded bytes`;
  return new SluiceError("INTERNAL", `no restart point of ${format} data (${where}): ${why}`);
}

function checksum({ format }: StateKind, { stored, decoded }: Place, body: Uint8Array): number {
  return crc32(body, crc32(`${format} ${stored} ${decoded}`));
}
