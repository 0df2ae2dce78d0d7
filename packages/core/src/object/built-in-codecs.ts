import type { Codec } from "../ports/codec.ts";
import { decompress, isGzip } from "./decompress.ts";
import { isZlib, unzlib } from "./zlib.ts";
import { unzstd } from "./zstd.ts";
import { isZstd } from "./zstd-frames.ts";

const gzip: Codec = {
  name: "gzip",
  detect: isGzip,
  load: async () => ({
    kind: "stream",
    decode: (chunks, options) => decompress(chunks, options.limits, options.storedBytes, options),
    restarts: true,
  }),
};

const zlib: Codec = {
  name: "zlib",
  detect: isZlib,
  load: async () => ({ kind: "stream", decode: (chunks) => unzlib(chunks) }),
};

const zstd: Codec = {
  name: "zstd",
  detect: isZstd,
  load: async () => ({
    kind: "stream",
    decode: (chunks, options) => unzstd(chunks, options.limits, options),
    restarts: true,
  }),
};

/** What Node itself can decode. */
export const BUILT_IN_CODECS: readonly Codec[] = [gzip, zstd, zlib];

const ascii = (text: string): readonly number[] => [...text].map((character) => character.charCodeAt(0));

/** What is known and can't be decoded. None of it begins like text. */
const UNSUPPORTED: readonly (readonly [name: string, magic: readonly number[]])[] = [
  ["xz", [0xfd, ...ascii("7zXZ"), 0x00]],
  ["lz4", [0x04, 0x22, 0x4d, 0x18]],
  ["7z", [...ascii("7z"), 0xbc, 0xaf, 0x27, 0x1c]],
  ["rar", [...ascii("Rar!"), 0x1a, 0x07]],
];

/** The name of a compression that nothing here decodes, when the first bytes show one. */
export function unsupportedCompression(head: Uint8Array): string | undefined {
  return UNSUPPORTED.find(
    ([, magic]) => head.length >= magic.length && magic.every((byte, i) => head[i] === byte),
  )?.[0];
}
