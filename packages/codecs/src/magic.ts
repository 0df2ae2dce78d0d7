/** Fewer bytes than these would say too little. */
const MIN_MAGIC_BYTES = 4;

const SPACE = 0x20;
const TAB = 0x09;
const LF = 0x0a;
const CR = 0x0d;

/** Whether the bytes begin with these. */
export function beginsWith(bytes: Uint8Array, magic: readonly number[], at = 0): boolean {
  return bytes.length >= at + magic.length && magic.every((byte, i) => bytes[at + i] === byte);
}

/** The same, or all there is is the beginning of them, cut off: `head` is shorter than a head only when it is all there is. */
export function beginsLike(head: Uint8Array, magic: readonly number[]): boolean {
  const size = Math.min(head.length, magic.length);
  return size >= Math.min(MIN_MAGIC_BYTES, magic.length) && beginsWith(head, magic.slice(0, size));
}

/** Whether there is a byte that no text has. */
export function hasControl(bytes: Uint8Array): boolean {
  return bytes.some((byte) => byte < SPACE && byte !== LF && byte !== CR && byte !== TAB);
}
