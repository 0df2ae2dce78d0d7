import type { Format, FormatHint } from "./format.ts";
import { raw } from "./raw.ts";
import { ALL } from "./registry.generated.ts";

/** Every format, in the order in which content is tried; `raw` takes what no other does. */
export const FORMATS: readonly Format[] = [...ALL].sort((a, b) => (a.rank ?? 0) - (b.rank ?? 0));

/** By its own name (`alb`) or by the dataset it yields (`aws.elb_logs`). */
export function formatNamed(name: string): Format | undefined {
  return FORMATS.find((format) => format.name === name) ?? FORMATS.find((format) => format.dataset === name);
}

/** The format of an object that is one document, by its first bytes; undefined: one of lines. */
export function detectDocument(hint: FormatHint): Format | undefined {
  return FORMATS.find((format) => format.detectDocument?.(hint) === true);
}

export function detectFormat(hint: FormatHint): Format {
  return FORMATS.find((format) => format.detect(hint)) ?? raw;
}

/** The format of all events of a log group's stream, by their names. */
export function formatOfLogs(group: string, stream: string): Format | undefined {
  const name = `${group}:${stream}`;
  return FORMATS.find((format) => format.logs?.test(name) === true);
}
