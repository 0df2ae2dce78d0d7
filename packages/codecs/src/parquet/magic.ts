import { beginsWith, hasControl } from "../magic.ts";

export const PLAIN: readonly number[] = [0x50, 0x41, 0x52, 0x31];
/** With an encrypted footer. */
export const ENCRYPTED: readonly number[] = [0x50, 0x41, 0x52, 0x45];

/** "PARENT" begins a text; the Thrift structures that follow here don't look like one. */
export function isParquet(head: Uint8Array): boolean {
  return (beginsWith(head, PLAIN) || beginsWith(head, ENCRYPTED)) && hasControl(head);
}
