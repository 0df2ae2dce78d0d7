import { Buffer } from "node:buffer";
import { instantiate, sharedKernel } from "../bytes/wasm.ts";
import type { StreamSeed } from "../record/log-event-key.ts";
import { ID_SCHEMA } from "../record/origin.ts";
import { KEY_BYTES } from "../record/record.ts";
import { WASM } from "./log-kernel-wasm.ts";

interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly input: () => number;
  readonly key_chars: () => number;
  readonly message_from: () => number;
  readonly message_to: () => number;
  readonly id_from: () => number;
  readonly id_to: () => number;
  readonly decoded_bytes: () => number;
  readonly escapes: () => number;
  readonly timestamps: () => number;
  readonly seed: () => number;
  readonly input_capacity: () => number;
  readonly max_events: () => number;
  readonly scan: (size: number, start: number, schema: number) => number;
}

const SCHEMA = ID_SCHEMA.charCodeAt(0);

/** Reads log events where they lie, in WebAssembly (log-kernel.c says what it promises). Valid until the next scan. */
export class LogKernel {
  /** For a payload to be scanned right where it is written to. */
  readonly input: Buffer;
  /** Of event `i` from KEY_BYTES × i on. */
  readonly keys: Uint8Array;
  readonly messageFrom: Int32Array;
  readonly messageTo: Int32Array;
  readonly idFrom: Int32Array;
  readonly idTo: Int32Array;
  readonly decodedBytes: Int32Array;
  readonly escapes: Int32Array;
  readonly timestamps: Float64Array;
  readonly #exports: Exports;
  readonly #seed: Uint32Array;

  constructor() {
    const exports = instantiate<Exports>(WASM);
    const { buffer } = exports.memory;
    const events = exports.max_events();
    const ints = (address: number): Int32Array => new Int32Array(buffer, address, events);
    this.#exports = exports;
    this.input = Buffer.from(buffer, exports.input(), exports.input_capacity());
    this.keys = new Uint8Array(buffer, exports.key_chars(), events * KEY_BYTES);
    this.messageFrom = ints(exports.message_from());
    this.messageTo = ints(exports.message_to());
    this.idFrom = ints(exports.id_from());
    this.idTo = ints(exports.id_to());
    this.decodedBytes = ints(exports.decoded_bytes());
    this.escapes = ints(exports.escapes());
    this.timestamps = new Float64Array(buffer, exports.timestamps(), events);
    this.#seed = new Uint32Array(buffer, exports.seed(), 4);
  }

  /** The number of events, the first of which begins at `start`; -1 for bytes that aren't just as CloudWatch Logs writes them. */
  scan(bytes: Uint8Array, start: number, seed: StreamSeed): number {
    const { input } = this;
    if (bytes.length > input.length) return -1;
    if (bytes.buffer !== input.buffer || bytes.byteOffset !== input.byteOffset) input.set(bytes);
    this.#seed.set(seed);
    return this.#exports.scan(bytes.length, start, SCHEMA);
  }
}

/** Undefined where WebAssembly or its SIMD isn't to be had. */
export const logKernel: () => LogKernel | undefined = sharedKernel(() => new LogKernel());
