import type { SluiceError } from "@sluice/core";

/** Codes that say a config is wrong, rather than that something can't be reached: exit 2. */
const CONFIG_CODES: ReadonlySet<string> = new Set([
  "CONFIG_INVALID",
  "CONFIG_NOT_FOUND",
  "SINK_UNKNOWN",
  "PATTERN_INVALID",
  "TRANSFORM_UNKNOWN",
]);

export function isConfigError({ code }: SluiceError): boolean {
  return CONFIG_CODES.has(code);
}
