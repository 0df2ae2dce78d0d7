import type { Invocation, Outcome, Pipeline } from "@sluice/core";
import type { Loaded } from "../adapters.ts";
import {
  type Arguments,
  type Command,
  type Context,
  type ExitCode,
  parseArguments,
  textFlag,
  UsageError,
} from "../command.ts";
import { readEvent } from "../input/event.ts";
import { directoryAt, objectRefs } from "../input/paths.ts";
import { untilStopped } from "../interrupt.ts";
import { Progress } from "../output/progress.ts";
import { exitCodeOf, summaryOf } from "../output/summary.ts";
import { outcomeTable } from "../output/table.ts";

const HELP = `sluice run [--config F] [--event E.json [--root DIR]] [PATH… | s3://bucket/key…] [--json]

Decodes, routes and delivers, as the function in AWS would.

  PATH…          files, or directories with all files below them
  s3://…         objects in S3
  --event E.json a recorded Lambda event ("-": standard input), instead of paths
  --root DIR     the event's buckets are folders: DIR/<bucket>/<key>
  --config F     default: what SLUICE_CONFIG names, ./sluice.{yaml,yml,json,js,mjs,ts}, or else the stdout sink
  --json         one line of JSON with the counts on standard output; documents for the stdout sink go to standard error

Exit code: 0 when nothing failed or was dead-lettered, 1 when something was, 2 for bad usage or config.
Ctrl-C stops reading, delivers what was read, and counts the rest as failed; twice ends at once.
`;

/** What the input asks of the pipeline. */
interface Job {
  /** Bytes to be read, where that is known. */
  readonly totalBytes?: number | undefined;
  start(pipeline: Pipeline, invocation: Invocation): Promise<Outcome>;
}

export const run: Command = {
  name: "run",
  summary: "deliver files, S3 objects or a recorded event",
  help: HELP,
  async execute(argv, context) {
    const args = parseArguments(argv, {
      values: ["config", "event", "root"],
      switches: ["json"],
    });
    const root = await rootOf(args, context);
    const job = await jobOf(args, context);
    const loaded = await context.adapters.load(textFlag(args, "config"));
    return deliver(
      job,
      loaded,
      { root, json: args.flags.json === true, event: args.flags.event !== undefined },
      context,
    );
  },
};

async function rootOf(args: Arguments, { cwd }: Context): Promise<string | undefined> {
  const root = textFlag(args, "root");
  if (root === undefined) return undefined;
  if (args.flags.event === undefined) throw new UsageError("--root goes with --event only");
  return directoryAt(root, cwd, "--root");
}

async function jobOf(args: Arguments, context: Context): Promise<Job> {
  const event = textFlag(args, "event");
  if (event !== undefined && args.positionals.length > 0)
    throw new UsageError(`--event and ${args.positionals[0]}: give either an event or paths`);
  if (event !== undefined) {
    const value = await readEvent(event, context);
    return { start: (pipeline, invocation) => pipeline.handle(value, invocation) };
  }
  if (args.positionals.length === 0) throw new UsageError("expected a PATH, s3://bucket/key or --event");
  const refs = await objectRefs(args.positionals, context.cwd);
  if (refs.length === 0) context.terminal.err("warning: no files there\n");
  const sizes = refs.map(({ size }) => size).filter((size) => size !== undefined);
  const totalBytes = sizes.length < refs.length ? undefined : sizes.reduce((sum, size) => sum + size, 0);
  return { totalBytes, start: (pipeline, invocation) => pipeline.objects(refs, invocation) };
}

interface DeliverOptions {
  readonly root: string | undefined;
  readonly json: boolean;
  readonly event: boolean;
}

async function deliver(job: Job, loaded: Loaded, options: DeliverOptions, context: Context): Promise<ExitCode> {
  const { terminal } = context;
  const progress = new Progress(terminal, { bar: hasBar(loaded, options, context), totalBytes: job.totalBytes });
  const pipeline = context.adapters.open(loaded, {
    root: options.root,
    documentsTo: options.json ? "stderr" : "stdout",
    meter: progress,
    logger: progress,
  });
  let outcome: Outcome;
  try {
    await pipeline.check({ connect: false });
    progress.start();
    outcome = await job.start(pipeline, { deadline: untilStopped(context.stop, loaded.config.deadline.marginMs) });
  } finally {
    progress.stop();
    await pipeline.close();
  }
  terminal.err(outcomeTable(outcome, Object.keys(loaded.config.sinks), progress.elapsedMs()));
  if (options.json) terminal.out(`${JSON.stringify(summaryOf(outcome, options))}\n`);
  return exitCodeOf(outcome);
}

/** Documents on the same terminal would run into the bar. */
function hasBar({ config }: Loaded, { json }: DeliverOptions, { terminal }: Context): boolean {
  const documents = Object.values(config.sinks).some((sink) => sink.type === "stdout");
  return terminal.errIsTty && !(documents && (json || terminal.outIsTty));
}
