/** Bits from the lowest one on, as deflate has them (RFC 1951, 3.1.1). */
export class BitWriter {
  #bytes: Buffer = Buffer.alloc(64 * 1024);
  #bits = 0;

  /** Written so far. */
  get bits(): number {
    return this.#bits;
  }

  /** Of at most 16 bits. */
  write(value: number, width: number): void {
    const { length } = this.#bytes;
    if (this.#bits + 32 > length * 8) this.#bytes = Buffer.concat([this.#bytes], length * 2);
    orBits(this.#bytes, this.#bits, value);
    this.#bits += width;
  }

  align(): void {
    this.#bits = Math.ceil(this.#bits / 8) * 8;
  }

  finish(): Buffer {
    return Buffer.from(this.#bytes.subarray(0, Math.ceil(this.#bits / 8)));
  }
}

/** Sets bits of at most 16 that were zeros. */
export function orBits(bytes: Buffer, at: number, value: number): void {
  const first = at >>> 3;
  const shifted = value << (at & 7);
  bytes[first] = (bytes[first] as number) | (shifted & 0xff);
  if (shifted > 0xff) bytes[first + 1] = (bytes[first + 1] as number) | ((shifted >>> 8) & 0xff);
  if (shifted > 0xffff) bytes[first + 2] = (bytes[first + 2] as number) | (shifted >>> 16);
}

export function reversed(code: number, width: number): number {
  let result = 0;
  for (let i = 0; i < width; i++) result |= ((code >>> i) & 1) << (width - 1 - i);
  return result;
}
