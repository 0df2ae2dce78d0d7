import { Buffer } from "node:buffer";
import { hash } from "node:crypto";

const BLOCK_BYTES = 64;
const DIGEST_BYTES = 32;

/** Of a text, in hex. */
export type Hmac = (text: string) => string;

/**
 * HMAC-SHA-256 (RFC 2104) under one key of at most a block. Node's own makes an object for each text, which with texts as
 * short as what is signed costs more than the hashing.
 */
export function hmacSha256(key: Uint8Array): Hmac {
  const inner = padded(key, 0x36);
  const outer = Buffer.concat([padded(key, 0x5c), new Uint8Array(DIGEST_BYTES)]);
  return (text) => {
    outer.write(hash("sha256", Buffer.concat([inner, Buffer.from(text)])), BLOCK_BYTES, "hex");
    return hash("sha256", outer);
  };
}

function padded(key: Uint8Array, pad: number): Uint8Array {
  return Uint8Array.from({ length: BLOCK_BYTES }, (_, i) => (key[i] ?? 0) ^ pad);
}
