import { didYouMean, FORMATS, type Outcome, parseConfig } from "@sluice/core";
import type { Loaded } from "../adapters.ts";
import { type Arguments, type Command, type Context, parseArguments, textFlag, UsageError } from "../command.ts";
import { objectRefs } from "../input/paths.ts";
import { untilStopped } from "../interrupt.ts";
import { exitCodeOf } from "../output/summary.ts";
import { failures, truncations } from "../output/table.ts";
import { plural } from "../output/text.ts";

const HELP = `sluice decode [--format X] [--ecs | --otel | --raw] PATH… | s3://bucket/key…

Prints the records of files as NDJSON. Reads no config and delivers to no sink.

  --format X  one of ${FORMATS.map((format) => format.name).join(", ")}; default: what the content shows
  --ecs       message and fields under the names of the Elastic Common Schema (default)
  --otel      the same under the names of OpenTelemetry's log data model and semantic conventions
  --raw       message, time and origin only

Exit code: 0 when everything was read, 1 when something was not, 2 for bad usage.
`;

export const decode: Command = {
  name: "decode",
  summary: "print the records of files as NDJSON",
  help: HELP,
  async execute(argv, context) {
    const args = parseArguments(argv, {
      values: ["format"],
      switches: ["ecs", "otel", "raw"],
    });
    const loaded = printing(formatOf(args), parseOf(args), context);
    if (args.positionals.length === 0) throw new UsageError("expected a PATH or s3://bucket/key");
    const refs = await objectRefs(args.positionals, context.cwd);
    const pipeline = context.adapters.open(loaded, {});
    let outcome: Outcome;
    try {
      const stop = AbortSignal.any([context.stop, context.terminal.outGone]);
      const deadline = untilStopped(stop, loaded.config.deadline.marginMs);
      outcome = await pipeline.objects(refs, { deadline });
    } finally {
      await pipeline.close();
    }
    report(outcome, context);
    return exitCodeOf(outcome);
  },
};

function formatOf(args: Arguments): string | undefined {
  const format = textFlag(args, "format");
  const known = FORMATS.map(({ name }) => name);
  if (format === undefined || known.includes(format)) return format;
  throw new UsageError(`--format ${format}${didYouMean(format, known)}: expected one of ${known.join(", ")}`);
}

type Parse = "ecs" | "otel" | "raw";

function parseOf({ flags }: Arguments): Parse {
  const given = (["ecs", "otel", "raw"] as const).filter((name) => flags[name] === true);
  if (given.length > 1) throw new UsageError(`${given.map((name) => `--${name}`).join(" and ")}: give one of them`);
  return given[0] ?? "ecs";
}

function printing(format: string | undefined, parse: Parse, { cwd }: Context): Loaded {
  const name = "decode";
  const source = { match: {}, parse, ...(format === undefined ? {} : { format }) };
  // One file after the other, so that the output is in their order.
  const read = { concurrency: 1 };
  const config = parseConfig({ sources: [source], sinks: { stdout: { type: "stdout" } }, read }, name);
  return { config, name, baseDir: cwd, found: true };
}

function report(outcome: Outcome, { terminal }: Context): void {
  if (terminal.outGone.aborted) return;
  for (const line of failures(outcome)) terminal.err(`${line}\n`);
  for (const line of truncations(outcome.counts)) terminal.err(`warning: ${line}\n`);
  const { unparsed } = outcome.counts;
  if (unparsed > 0) terminal.err(`warning: ${plural(unparsed, "record")} don't fit the format; printed as raw lines\n`);
}
