import { crc32, deflateRawSync } from "node:zlib";

export interface Entry {
  readonly name: string;
  readonly content: Uint8Array;
  readonly stored?: boolean;
  /** The local header doesn't say how much there is: that follows behind the data. */
  readonly descriptor?: boolean;
  /** Sizes and places as ZIP64 has them. */
  readonly wide?: boolean;
  /** Instead of what is right. */
  readonly flags?: number;
  readonly method?: number;
  readonly crc?: number;
  readonly packedBytes?: number;
  readonly offset?: number;
}

const fields = (sizes: readonly (readonly [size: 2 | 4 | 8, value: number])[]): Buffer =>
  Buffer.concat(
    sizes.map(([size, value]) => {
      const out = Buffer.alloc(size);
      if (size === 8) out.writeBigUInt64LE(BigInt(value));
      else out.writeUIntLE(value, 0, size);
      return out;
    }),
  );

/** An extra field of another kind. */
const OTHER_EXTRA = Buffer.from([0x75, 0x70, 1, 0, 1]);

/** A ZIP archive, by the book or not. */
export function zip(entries: readonly Entry[], comment = ""): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  const wide = entries.some((entry) => entry.wide === true);
  for (const entry of entries) {
    const { local, central } = packed(entry, at);
    parts.push(local);
    directory.push(central);
    at += local.length;
  }
  const size = directory.reduce((sum, each) => sum + each.length, 0);
  const zip64 = wide ? zip64End(entries.length, size, at) : Buffer.alloc(0);
  const [count, bytes, start] = wide ? [0xffff, 0xffffffff, 0xffffffff] : [entries.length, size, at];
  const end = fields([
    [4, 0x06054b50],
    [2, 0],
    [2, 0],
    [2, count],
    [2, count],
    [4, bytes],
    [4, start],
    [2, comment.length],
  ]);
  return Buffer.concat([...parts, ...directory, zip64, end, Buffer.from(comment, "latin1")]);
}

function zip64End(count: number, size: number, start: number): Buffer {
  const end = fields([
    [4, 0x06064b50],
    [8, 44],
    [2, 45],
    [2, 45],
    [4, 0],
    [4, 0],
    [8, count],
    [8, count],
    [8, size],
    [8, start],
  ]);
  const locator = fields([
    [4, 0x07064b50],
    [4, 0],
    [8, start + size],
    [4, 1],
  ]);
  return Buffer.concat([end, locator]);
}

function packed(entry: Entry, at: number): { local: Buffer; central: Buffer } {
  const { content, stored = false, descriptor = false, wide = false } = entry;
  const data = stored ? Buffer.from(content) : deflateRawSync(content);
  const name = Buffer.from(entry.name);
  const flags = entry.flags ?? (descriptor ? 8 : 0) | 2048;
  const method = entry.method ?? (stored ? 0 : 8);
  const crc = entry.crc ?? crc32(content);
  const size = entry.packedBytes ?? data.length;
  const known = descriptor ? [0, 0, 0] : [crc, size, content.length];
  const local = fields([
    [4, 0x04034b50],
    [2, 20],
    [2, flags],
    [2, method],
    [4, 0],
    [4, known[0] as number],
    [4, known[1] as number],
    [4, known[2] as number],
    [2, name.length],
    [2, 5],
  ]);
  const behind = descriptor
    ? fields([
        [4, 0x08074b50],
        [4, crc],
        [4, size],
        [4, content.length],
      ])
    : Buffer.alloc(0);
  const offset = entry.offset ?? at;
  const zip64 = wide
    ? Buffer.concat([
        OTHER_EXTRA,
        fields([
          [2, 1],
          [2, 24],
          [8, content.length],
          [8, size],
          [8, offset],
        ]),
      ])
    : Buffer.alloc(0);
  const central = fields([
    [4, 0x02014b50],
    [2, 45],
    [2, 45],
    [2, flags],
    [2, method],
    [4, 0],
    [4, crc],
    [4, wide ? 0xffffffff : size],
    [4, wide ? 0xffffffff : content.length],
    [2, name.length],
    [2, zip64.length],
    [2, 0],
    [2, 0],
    [2, 0],
    [4, 0],
    [4, wide ? 0xffffffff : offset],
  ]);
  return {
    local: Buffer.concat([local, name, OTHER_EXTRA, data, behind]),
    central: Buffer.concat([central, name, zip64]),
  };
}
