import { resolve } from "node:path";
import type { LetterName, Pipeline } from "@sluice/core";
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
import { type InputFile, inputFiles } from "../input/files.ts";
import { queueUrl } from "../input/queue-url.ts";
import { untilStopped } from "../interrupt.ts";
import { Progress } from "../output/progress.ts";
import { printable, printableWhole } from "../output/text.ts";
import { QueueReplay } from "../replay/queue-replay.ts";
import { type Complain, Replay } from "../replay/replay.ts";
import { selectionOf } from "../replay/selection.ts";
import { ReplayState } from "../replay/state.ts";
import { Tally } from "../replay/tally.ts";
import { asTheyAre, readAgain, type Way } from "../replay/way.ts";

const HELP = `sluice replay [--config F] [--dry-run] [--state FILE] [--delete] [--json]
              [--sink S] [--reason CODE] [--since T] [--until T] [--reprocess] DEADLETTERS…
sluice replay --queue URL [--dry-run | --move-to URL] [--config F] [--json]

Sends dead letters again: each to the sink that refused it and no other, with its own id and document, past processing and routes.
What Lambda wrote to a failure destination, or Firehose below processing-failed/, is known by its shape, and goes through all of the config.

  DEADLETTERS…   files, directories with all files below them, s3://bucket/prefix
  --reprocess    instead of the letters, their records read again from the S3 objects (or files) that they came from, through all of
                 today's config, each to its letter's sink: for a format, step or mapping that was mended in the config. What came in
                 an event itself can't be, nor from an object that is gone or was replaced: such letters fail, and stay as they are
  --dry-run      count them by sink and reason, send nothing
  --state FILE   keep there what is settled, and go on from there: for a replay that was stopped
  --delete       delete a file or object once all letters in it were delivered
  --sink S       of this sink only
  --reason CODE  refused for this reason only; * stands for any part of it
  --since T, --until T
                 refused from T on, and before T: 2026-01-31 or 2026-01-31T12:00:00Z
  --queue URL    instead: messages of an SQS dead-letter queue, handled here as the function would; each is deleted once it is done
  --move-to URL  put them into this queue instead, as they are: back to where they came from
                 with --dry-run: count them by how they unwrap, and why they don't; all stay there, to be received at once
  --config F     default: what SLUICE_CONFIG names, ./sluice.{yaml,yml,json,js,mjs,ts}
  --json         one line of JSON with the counts on standard output

Exit code: 0 when all that was asked for was delivered, 1 when something failed, was refused again or can't be read, 2 for bad usage or
config. What is refused again becomes a dead letter again, in a file of its own. With --reprocess, what the config takes out now is
"unwanted": it is not delivered, its letter stays, and that is no failure.
`;

export const replay: Command = {
  name: "replay",
  summary: "send dead letters again",
  help: HELP,
  async execute(argv, context) {
    const args = parseArguments(argv, {
      values: ["config", "state", "sink", "reason", "since", "until", "queue", "move-to"],
      switches: ["dry-run", "delete", "reprocess", "json"],
    });
    const queue = textFlag(args, "queue");
    if (queue !== undefined) return replayQueue(queueUrl(queue, "--queue"), args, context);
    if (args.flags["move-to"] !== undefined) throw new UsageError("--move-to goes with --queue only");
    return args.flags.reprocess === true
      ? replayFiles(readAgain, args, context)
      : replayFiles(asTheyAre, args, context);
  },
};

async function replayFiles<L extends LetterName>(way: Way<L>, args: Arguments, context: Context): Promise<ExitCode> {
  const dryRun = args.flags["dry-run"] === true;
  const selection = selectionOf(args);
  if (args.positionals.length === 0)
    throw new UsageError("expected DEADLETTERS: a file, a directory or s3://bucket/prefix");
  if (dryRun && args.flags.delete === true) throw new UsageError("--dry-run and --delete: give one of them");
  if (dryRun && args.flags.state !== undefined) throw new UsageError("--dry-run and --state: give one of them");
  const statePath = textFlag(args, "state");
  const stateAt = statePath === undefined ? undefined : resolve(context.cwd, statePath);
  const loaded = dryRun ? undefined : await context.adapters.load(textFlag(args, "config"));
  const state = await ReplayState.open(stateAt, selection.text);
  const files = await inputFiles(args.positionals, context, stateAt);
  if (files.length === 0) context.terminal.err("warning: no files there\n");
  const tally = new Tally({ rereads: args.flags.reprocess === true });
  const progress = progressOf(files, loaded, args, context);
  const pipeline = loaded && openPipeline(loaded, progress, args, context);
  try {
    await pipeline?.check({ connect: false });
    progress.start();
    await new Replay({
      way,
      selection,
      state,
      tally,
      reader: context.adapters.reader(),
      buckets: context.adapters.buckets(),
      pipeline,
      invocation: { deadline: untilStopped(context.stop, loaded?.config.deadline.marginMs ?? 0) },
      remove: args.flags.delete === true,
      stop: context.stop,
      meter: progress,
      complain: complaints(progress),
    }).run(files);
  } finally {
    progress.stop();
    await pipeline?.close();
  }
  if (context.stop.aborted && stateAt === undefined)
    context.terminal.err("stopped; with --state FILE a replay goes on where it was\n");
  return ended(tally, dryRun, args, context);
}

/** What is of letters alone. */
const OF_LETTERS = ["sink", "reason", "since", "until", "state", "delete", "reprocess"];

async function replayQueue(url: string, args: Arguments, context: Context): Promise<ExitCode> {
  const { adapters, stop } = context;
  const moveTo = textFlag(args, "move-to");
  const dryRun = args.flags["dry-run"] === true;
  const wrong = OF_LETTERS.find((flag) => args.flags[flag] !== undefined);
  if (wrong !== undefined) throw new UsageError(`--queue and --${wrong}: that is of letters in files`);
  if (args.positionals.length > 0)
    throw new UsageError(`--queue and ${args.positionals[0]}: give either a queue or files`);
  if (dryRun && moveTo !== undefined) throw new UsageError("--dry-run and --move-to: give one of them");
  if (moveTo !== undefined && queueUrl(moveTo, "--move-to") === url)
    throw new UsageError("--move-to: expected another queue than --queue");
  const loaded = moveTo === undefined ? await adapters.load(textFlag(args, "config")) : undefined;
  const tally = new Tally({ noun: "message" });
  const progress = progressOf(undefined, loaded, args, context);
  const queue = adapters.queue(url);
  const target = moveTo === undefined ? undefined : adapters.queueTarget(moveTo);
  const pipeline = loaded && openPipeline(loaded, progress, args, context);
  const work = new QueueReplay({ queue, tally, meter: progress, complain: complaints(progress), stop });
  const invocation = { deadline: untilStopped(stop, loaded?.config.deadline.marginMs ?? 0) };
  try {
    if (!dryRun) await pipeline?.check({ connect: false });
    progress.start();
    if (target !== undefined) await work.move(target);
    else if (pipeline !== undefined && dryRun) await work.show(pipeline, invocation);
    else if (pipeline !== undefined) await work.handle(pipeline, invocation);
  } finally {
    progress.stop();
    queue.close();
    target?.close();
    await pipeline?.close();
  }
  return ended(tally, dryRun, args, context);
}

function ended(tally: Tally, dryRun: boolean, args: Arguments, { terminal }: Context): ExitCode {
  terminal.err(tally.table(dryRun));
  if (args.flags.json === true) terminal.out(`${JSON.stringify(tally.summary())}\n`);
  return tally.isGood ? 0 : 1;
}

function openPipeline(loaded: Loaded, progress: Progress, args: Arguments, { adapters }: Context): Pipeline {
  return adapters.open(loaded, {
    addsToFiles: true,
    documentsTo: args.flags.json === true ? "stderr" : "stdout",
    logger: progress,
  });
}

function progressOf(
  files: readonly InputFile[] | undefined,
  loaded: Loaded | undefined,
  args: Arguments,
  { terminal }: Context,
): Progress {
  const documents = Object.values(loaded?.config.sinks ?? {}).some((sink) => sink.type === "stdout");
  const bar = terminal.errIsTty && !(documents && (args.flags.json === true || terminal.outIsTty));
  return new Progress(terminal, { bar, totalBytes: files?.reduce((sum, { size }) => sum + size, 0) });
}

/** Different complaints that are shown; what comes more often is counted in the table. */
const MAX_COMPLAINTS = 20;

function complaints(progress: Progress): Complain {
  const told = new Set<string>();
  return (where, code, message) => {
    const what = `${code}: ${message}`;
    if (told.has(what) || told.size > MAX_COMPLAINTS) return;
    told.add(what);
    if (told.size > MAX_COMPLAINTS) progress.say("and others");
    else progress.say(`${printableWhole(where)}: ${printable(what)}`);
  };
}
