import { compileGlob } from "@sluice/core";
import type { BucketObject } from "@sluice/lambda-entry";
import { UsageError } from "../command.ts";
import { isoTime } from "../input/time.ts";

export interface FilterOptions {
  readonly match: string | undefined;
  readonly not: string | undefined;
  readonly sinceMs: number | undefined;
  readonly untilMs: number | undefined;
}

/** Whether an object is wanted. Times are those of its last change; `until` is exclusive. Folders' own objects are not. */
export function compileFilter({ match, not, sinceMs, untilMs }: FilterOptions): (object: BucketObject) => boolean {
  const isMatch = match === undefined ? undefined : compileGlob(match, { segments: true });
  const isNot = not === undefined ? undefined : compileGlob(not, { segments: true });
  return ({ key, size, lastModified }) => {
    if (size === 0 && key.endsWith("/")) return false;
    if (sinceMs !== undefined && lastModified < sinceMs) return false;
    if (untilMs !== undefined && lastModified >= untilMs) return false;
    return isMatch?.(key) !== false && isNot?.(key) !== true;
  };
}

const UNIT_MS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/** `2026-11-01`, `2026-11-01T12:00:00Z`, or so long ago: `90m`, `24h`, `7d`, `2w`. A time without a zone is UTC. */
export function timeFlag(flag: string, text: string | undefined, now: number): number | undefined {
  if (text === undefined) return undefined;
  const [, amount, unit] = /^(\d{1,6})([mhdw])$/.exec(text) ?? [];
  if (amount !== undefined) return now - Number(amount) * (UNIT_MS[unit as string] as number);
  const zoned = /T.*(?:Z|[+-]\d\d:?\d\d)$/.test(text) || !text.includes("T") ? text : `${text}Z`;
  const ms = /^\d{4}-\d\d/.test(text) ? isoTime(zoned) : Number.NaN;
  if (Number.isNaN(ms)) throw new UsageError(`${flag} ${text}: expected a date and time in ISO form, or 90m, 24h, 7d`);
  return ms;
}
