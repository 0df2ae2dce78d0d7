import { type Arguments, textFlag, UsageError } from "../command.ts";
import { isoTime } from "../input/time.ts";

/** What is known of a letter, or of an event that Lambda gave up, before it is sent. */
export interface Label {
  /** "": an event is for no one sink. */
  readonly sink: string;
  readonly reason: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

export interface Selection {
  /** Names it: letters that another one leaves out aren't done. */
  readonly text: string;
  takes(label: Label): boolean;
}

/** ISO 8601, the zone required with a time; a day begins in UTC. */
const TIME = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d))?$/;

/** By --sink, --reason (a code; `*` stands for any part of it), --since (included) and --until (not included). */
export function selectionOf(args: Arguments): Selection {
  const sink = textFlag(args, "sink");
  const reason = textFlag(args, "reason");
  const since = timeOf(args, "since") ?? Number.NEGATIVE_INFINITY;
  const until = timeOf(args, "until") ?? Number.POSITIVE_INFINITY;
  if (since >= until) throw new UsageError("--since and --until: expected the first to be before the second");
  const pattern = reason === undefined ? undefined : globOf(reason);
  return {
    text: JSON.stringify({ sink, reason, since: textFlag(args, "since"), until: textFlag(args, "until") }),
    takes: (label) =>
      (sink === undefined || label.sink === sink) &&
      (pattern === undefined || pattern.test(label.reason)) &&
      label.at >= since &&
      label.at < until,
  };
}

function timeOf(args: Arguments, flag: string): number | undefined {
  const text = textFlag(args, flag);
  if (text === undefined) return undefined;
  const time = TIME.test(text) ? isoTime(text) : Number.NaN;
  if (!Number.isNaN(time)) return time;
  throw new UsageError(`--${flag} ${text}: expected a time, 2026-01-31 or 2026-01-31T12:00:00Z`);
}

function globOf(glob: string): RegExp {
  // Runs of stars are one, so that no pattern takes long.
  const parts = glob.split(/\*+/).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`, "s");
}
