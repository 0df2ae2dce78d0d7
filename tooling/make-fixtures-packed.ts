import { readFileSync } from "node:fs";

/** A file of fixtures/packed, which make-fixtures-packed.py wrote with other tools than ours. */
export function packed(name: string): Uint8Array {
  return readFileSync(new URL(`../fixtures/packed/${name}`, import.meta.url));
}
