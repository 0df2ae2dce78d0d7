import { beginsWith } from "../magic.ts";

const ENTRY = [0x50, 0x4b, 0x03, 0x04];
/** The end of the central directory: an archive without entries begins with it. */
const END = [0x50, 0x4b, 0x05, 0x06];
/** Archives that were to be split and weren't have it before the first entry. */
const SPLIT = [0x50, 0x4b, 0x07, 0x08];

export function isZip(head: Uint8Array): boolean {
  return beginsWith(head, ENTRY) || beginsWith(head, END) || (beginsWith(head, SPLIT) && beginsWith(head, ENTRY, 4));
}
