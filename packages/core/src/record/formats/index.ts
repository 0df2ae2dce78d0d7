import type { Format, FormatHint } from "./format.ts";
import { beginsObject } from "./json-head.ts";
import { ALL } from "./registry.generated.ts";

/** Every format, in the order in which content is tried; `raw` takes what no other does. */
export const FORMATS: readonly Format[] = [...ALL].sort((a, b) => (a.rank ?? 0) - (b.rank ?? 0));

/** By its own name (`alb`) or by the dataset it yields (`aws.elb_logs`): a dataset may have several formats, told by content. */
export function formatsNamed(name: string): readonly Format[] {
  const named = FORMATS.find((format) => format.name === name);
  return named === undefined ? FORMATS.filter((format) => format.dataset === name) : [named];
}

export function formatNamed(name: string): Format | undefined {
  return formatsNamed(name)[0];
}

/** The format of an object that is one document, by its first bytes; undefined: one of lines. */
export function detectDocument(hint: FormatHint, among: readonly Format[] = FORMATS): Format | undefined {
  const found = among.filter((format) => format.detectDocument?.(hint) === true);
  return found.find((format) => speaksFor(format, hint)) ?? found[0];
}

/** The format of a first record; undefined: none of these. In log groups only those of which one event is certain are looked for. */
export function detectFormat(hint: FormatHint, among: readonly Format[] = FORMATS): Format | undefined {
  const shape = beginsObject(hint.head) ? "line" : "object";
  const logs = hint.logGroup !== undefined && among === FORMATS;
  const fits = (format: Format): boolean =>
    format.shape !== shape && (!logs || format.inLogs === true) && format.detect(hint);
  return among.find((format) => speaksFor(format, hint) && fits(format)) ?? among.find(fits);
}

/** The format of all events of a log group's stream, by their names. */
export function formatOfLogs(group: string, stream: string): Format | undefined {
  const name = `${group}:${stream}`;
  return FORMATS.find((format) => format.logs?.test(name) === true);
}

/** Those that an object's key speaks for come first. */
function speaksFor(format: Format, { key }: FormatHint): boolean {
  return key !== undefined && format.keys?.test(key) === true;
}

/** The names under which rows with these columns are lines of a format: of one of `among`. */
export function headerOf(
  columns: readonly string[],
  among: readonly Format[] = FORMATS,
): readonly string[] | undefined {
  for (const format of among) {
    const names = format.header?.(columns);
    if (names !== undefined) return names;
  }
  return undefined;
}
