import { gunzipSync } from "node:zlib";
import { ByteWriter } from "../bytes/byte-writer.ts";
import { GzipMember } from "../gzip/member.ts";

/** What a closed batch holds. Positions are in encoded bytes, whatever became of them. */
export interface Content {
  /** As it is to be sent. */
  readonly bytes: Uint8Array;
  /** As it was encoded. */
  plain(): Uint8Array;
  /** The part `[from, to)` as it is to be sent. */
  part(from: number, to: number): Uint8Array;
  /** Other encoded bytes, to be sent in the same way. */
  like(encoded: Uint8Array): Content;
}

export class PlainContent implements Content {
  readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  plain(): Uint8Array {
    return this.bytes;
  }

  part(from: number, to: number): Uint8Array {
    return this.bytes.subarray(from, to);
  }

  like(encoded: Uint8Array): Content {
    return new PlainContent(encoded);
  }
}

/** One gzip member. It is unpacked only when a part of it is asked for: a batch cut in two, a dead letter. */
export class GzipContent implements Content {
  readonly bytes: Uint8Array;
  readonly #level: number;
  #plain: Uint8Array | undefined;

  constructor(bytes: Uint8Array, level: number) {
    this.bytes = bytes;
    this.#level = level;
  }

  plain(): Uint8Array {
    this.#plain ??= gunzipSync(this.bytes);
    return this.#plain;
  }

  part(from: number, to: number): Uint8Array {
    return packed(this.plain().subarray(from, to), this.#level);
  }

  like(encoded: Uint8Array): Content {
    return new GzipContent(packed(encoded, this.#level), this.#level);
  }
}

/** The same member as when the bytes are packed while they come. */
function packed(encoded: Uint8Array, level: number): Uint8Array {
  const out = new ByteWriter();
  new GzipMember(level, out).end(encoded);
  return out.view();
}
