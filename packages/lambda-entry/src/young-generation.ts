import { setFlagsFromString } from "node:v8";

/**
 * Keeps V8's young generation at the size it starts with. Nearly all that lives here is dead after a batch; a young
 * generation that grows to 48 MB only makes the function larger, and slower (docs/decisions/013-garbage-collection.md).
 */
export function keepYoungGenerationSmall(): void {
  setFlagsFromString("--semi-space-growth-factor=1");
}
