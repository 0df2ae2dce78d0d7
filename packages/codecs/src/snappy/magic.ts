import { beginsLike } from "../magic.ts";

/** A stream identifier: its kind, its size, "sNaPpY". */
export const STREAM_HEADER: readonly number[] = [0xff, 0x06, 0x00, 0x00, 0x73, 0x4e, 0x61, 0x50, 0x70, 0x59];

export function isSnappy(head: Uint8Array): boolean {
  return beginsLike(head, STREAM_HEADER);
}
