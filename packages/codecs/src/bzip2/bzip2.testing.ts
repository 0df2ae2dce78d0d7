/** A bzip2 that makes streams of small blocks, to test what reads them: it sorts by brute force, and all its codes are of one length. */
export function bzip2(content: Uint8Array, blockBytes = 5000): Buffer {
  const bits = new Bits();
  bits.put(0x425a, 16);
  bits.put(0x6831, 16);
  let combined = 0;
  for (let at = 0; at < content.length; at += blockBytes) {
    const part = content.subarray(at, at + blockBytes);
    const crc = crcOf(part);
    combined = (((combined << 1) | (combined >>> 31)) ^ crc) >>> 0;
    putBlock(bits, runsOf(part), crc);
  }
  bits.put(0x177245, 24);
  bits.put(0x385090, 24);
  bits.put(combined, 32);
  return bits.bytes();
}

class Bits {
  readonly #bytes: number[] = [];
  #left = 0;

  put(value: number, count: number): void {
    for (let i = count - 1; i >= 0; i--) {
      if (this.#left === 0) {
        this.#bytes.push(0);
        this.#left = 8;
      }
      this.#left -= 1;
      const last = this.#bytes.length - 1;
      this.#bytes[last] = (this.#bytes[last] as number) | ((Math.floor(value / 2 ** i) % 2) << this.#left);
    }
  }

  bytes(): Buffer {
    return Buffer.from(this.#bytes);
  }
}

function crcOf(content: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of content) {
    crc = (crc ^ (byte << 24)) >>> 0;
    for (let i = 0; i < 8; i++) crc = (crc >= 0x80000000 ? (crc << 1) ^ 0x04c11db7 : crc << 1) >>> 0;
  }
  return ~crc >>> 0;
}

/** Four equal bytes are followed by the number of more of them. */
function runsOf(content: Uint8Array): number[] {
  const out: number[] = [];
  for (let at = 0; at < content.length; ) {
    const byte = content[at] as number;
    let length = 1;
    while (length < 259 && content[at + length] === byte) length++;
    out.push(...Array.from({ length: Math.min(length, 4) }, () => byte));
    if (length >= 4) out.push(length - 4);
    at += length;
  }
  return out;
}

function putBlock(bits: Bits, content: readonly number[], crc: number): void {
  const size = content.length;
  const rotation = (i: number, k: number): number => content[(i + k) % size] as number;
  const order = content
    .map((_, i) => i)
    .sort((a, b) => {
      for (let k = 0; k < size; k++) {
        const difference = rotation(a, k) - rotation(b, k);
        if (difference !== 0) return difference;
      }
      return 0;
    });
  const used = [...new Set(content)].sort((a, b) => a - b);
  bits.put(0x314159, 24);
  bits.put(0x265359, 24);
  bits.put(crc, 32);
  bits.put(0, 1);
  bits.put(order.indexOf(0), 24);
  for (let i = -1; i < 16; i++) {
    const has = (k: number): boolean => used.some((byte) => (i < 0 ? byte >> 4 === k : byte === i * 16 + k));
    if (i >= 0 && !used.some((byte) => byte >> 4 === i)) continue;
    for (let k = 0; k < 16; k++) bits.put(has(k) ? 1 : 0, 1);
  }
  const column = order.map((i) => rotation(i, size - 1));
  putSymbols(bits, symbolsOf(column, used), used.length + 2);
}

/** Moved to the front, zeros as runs in two digits. */
function symbolsOf(column: readonly number[], used: readonly number[]): number[] {
  const front = [...used];
  const symbols: number[] = [];
  let zeros = 0;
  const putZeros = (): void => {
    for (; zeros > 0; zeros = Math.floor((zeros - 1) / 2)) symbols.push((zeros - 1) % 2);
  };
  for (const byte of column) {
    const at = front.indexOf(byte);
    if (at === 0) {
      zeros += 1;
      continue;
    }
    putZeros();
    symbols.push(at + 1);
    front.splice(at, 1);
    front.unshift(byte);
  }
  putZeros();
  return [...symbols, used.length + 1];
}

function putSymbols(bits: Bits, symbols: readonly number[], alphabet: number): void {
  const length = Math.max(1, Math.ceil(Math.log2(alphabet)));
  const selectors = Math.ceil(symbols.length / 50);
  bits.put(2, 3);
  bits.put(selectors, 15);
  for (let i = 0; i < selectors; i++) bits.put(0, 1);
  for (let table = 0; table < 2; table++) {
    bits.put(length, 5);
    for (let i = 0; i < alphabet; i++) bits.put(0, 1);
  }
  for (const symbol of symbols) bits.put(symbol, length);
}
