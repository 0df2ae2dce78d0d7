import { resolve } from "node:path";
import type { Pipeline } from "@sluice/core";
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
import { untilStopped } from "../interrupt.ts";
import { Progress } from "../output/progress.ts";
import { printable, printableWhole } from "../output/text.ts";
import { type LetterFile, letterFiles } from "../replay/letter-files.ts";
import { type Complain, Replay } from "../replay/replay.ts";
import { selectionOf } from "../replay/selection.ts";
import { ReplayState } from "../replay/state.ts";
import { Tally } from "../replay/tally.ts";

const HELP = `sluice replay [--config F] [--dry-run] [--state FILE] [--delete] [--json]
              [--sink S] [--reason CODE] [--since T] [--until T] DEADLETTERS…

Sends dead letters again: each to the sink that refused it and no other, with its own id and document, past processing and routes.
What Lambda wrote to a failure destination is known by its shape, and goes through all of the config.

  DEADLETTERS…   files, directories with all files below them, s3://bucket/prefix
  --dry-run      count them by sink and reason, send nothing
  --state FILE   keep there what is settled, and go on from there: for a replay that was stopped
  --delete       delete a file or object once all letters in it were delivered
  --sink S       of this sink only
  --reason CODE  refused for this reason only; * stands for any part of it
  --since T, --until T
                 refused from T on, and before T: 2026-01-31 or 2026-01-31T12:00:00Z
  --config F     default: what SLUICE_CONFIG names, ./sluice.{yaml,yml,json,js,mjs,ts}
  --json         one line of JSON with the counts on standard output

Exit code: 0 when all that was asked for was delivered, 1 when something failed, was refused again or can't be read, 2 for bad usage or
config. What is refused again becomes a dead letter again, in a file of its own.
`;

export const replay: Command = {
  name: "replay",
  summary: "send dead letters again",
  help: HELP,
  async execute(argv, context) {
    const args = parseArguments(argv, {
      config: { type: "string" },
      "dry-run": { type: "boolean" },
      state: { type: "string" },
      delete: { type: "boolean" },
      sink: { type: "string" },
      reason: { type: "string" },
      since: { type: "string" },
      until: { type: "string" },
      json: { type: "boolean" },
    });
    return replayFiles(args, context);
  },
};

async function replayFiles(args: Arguments, context: Context): Promise<ExitCode> {
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
  const files = await letterFiles(args.positionals, context, stateAt);
  if (files.length === 0) context.terminal.err("warning: no files there\n");
  const tally = new Tally();
  const progress = progressOf(files, loaded, args, context);
  const pipeline = loaded && openPipeline(loaded, progress, args, context);
  try {
    await pipeline?.check({ connect: false });
    progress.start();
    await new Replay({
      selection,
      state,
      tally,
      files: context.adapters.files(),
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
  context.terminal.err(tally.table(dryRun));
  if (context.stop.aborted && stateAt === undefined)
    context.terminal.err("stopped; with --state FILE a replay goes on where it was\n");
  if (args.flags.json === true) context.terminal.out(`${JSON.stringify(tally.summary())}\n`);
  return tally.isGood ? 0 : 1;
}

function openPipeline(loaded: Loaded, progress: Progress, args: Arguments, { adapters }: Context): Pipeline {
  return adapters.open(loaded, {
    documentsTo: args.flags.json === true ? "stderr" : "stdout",
    logger: progress,
  });
}

function progressOf(
  files: readonly LetterFile[],
  loaded: Loaded | undefined,
  args: Arguments,
  { terminal }: Context,
): Progress {
  const documents = Object.values(loaded?.config.sinks ?? {}).some((sink) => sink.type === "stdout");
  const bar = terminal.errIsTty && !(documents && (args.flags.json === true || terminal.outIsTty));
  return new Progress(terminal, { bar, totalBytes: files.reduce((sum, { size }) => sum + size, 0) });
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
