import { beginsLike } from "../magic.ts";

const BZH = [0x42, 0x5a, 0x68];
/** What a block begins with, and what the end of an empty stream does. */
const BLOCK = [0x31, 0x41, 0x59, 0x26, 0x53, 0x59];
const END = [0x17, 0x72, 0x45, 0x38, 0x50, 0x90];
const ONE = 0x31;
const NINE = 0x39;

/** "BZh" and a digit may begin a text; it doesn't go on like this. */
export function isBzip2(head: Uint8Array): boolean {
  const level = head[3] as number;
  if (!(level >= ONE && level <= NINE)) return false;
  return beginsLike(head, [...BZH, level, ...BLOCK]) || beginsLike(head, [...BZH, level, ...END]);
}
