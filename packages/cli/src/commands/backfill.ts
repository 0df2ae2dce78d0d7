import { resolve } from "node:path";
import type { Logger } from "@sluice/core";
import { backfill as carryOut, retryFailed } from "../backfill/backfill.ts";
import { type Deliver, ontoQueue, throughPipeline } from "../backfill/deliver.ts";
import { compileFilter, timeFlag } from "../backfill/filter.ts";
import { backfillList, listedObjects } from "../backfill/list.ts";
import { Pace, rateFlag } from "../backfill/pace.ts";
import { State } from "../backfill/state.ts";
import { Tally } from "../backfill/tally.ts";
import {
  type Arguments,
  type Command,
  type Context,
  type ExitCode,
  parseArguments,
  textFlag,
  UsageError,
} from "../command.ts";
import { queueUrl } from "../input/queue-url.ts";
import { untilStopped } from "../interrupt.ts";
import { BackfillProgress } from "../output/backfill-progress.ts";
import { exitCodeOf, summaryOf } from "../output/summary.ts";
import { outcomeTable } from "../output/table.ts";
import { bytes, plural, printable, printableWhole } from "../output/text.ts";

const HELP = `sluice backfill s3://bucket/prefix [--queue URL] [--config F] [--state FILE [--retry-failed]] [--since T] [--until T]
                [--match GLOB] [--not GLOB] [--concurrency N] [--rate R] [--dry-run] [--json]
sluice backfill --list PATH [--queue URL] [--config F] [--match GLOB] [--not GLOB] [--concurrency N] [--rate R] [--dry-run] [--json]

Delivers the objects that are in S3 already: those that logs were written to, or those of an archive. What was delivered before is
found by its id, so that nothing is doubled where the sink can tell.

  --list PATH     instead of all there: the objects that a CSV of bucket,key[,version] names, keys URL-encoded; a file, or a
                  directory or s3://bucket/prefix with *.csv in it. A manifest of S3 Batch Operations is one, and so is its
                  report, of which the tasks that succeeded are left out
  --queue URL     sends references to the objects to this SQS queue, whose function delivers them, instead of delivering from here
  --state FILE    keeps how far it came; given again after it was stopped or killed, it goes on from there
  --retry-failed  only the objects that failed, by the state
  --since, --until  by the time of the object's last change: 2026-11-01, 2026-11-01T12:00:00Z, or so long ago: 90m, 24h, 7d
  --match, --not  globs over the whole key: * and ? stop at /, ** doesn't
  --concurrency N objects at once (default: read.concurrency); with --queue: requests (default 4)
  --rate R        at most 100/s (objects) or 50MB/s
  --dry-run       says what there is to do, and does nothing
  --config F      default: what SLUICE_CONFIG names, ./sluice.{yaml,yml,json,js,mjs,ts}
  --json          one line of JSON with the counts on standard output

Exit code: 0 when all of it was done, 1 when something failed, was dead-lettered, or it was stopped, 2 for bad usage or config.
Ctrl-C stops reading, delivers what was read, and leaves the rest for the next time; twice ends at once.
`;

const QUEUE_CONCURRENCY = 4;
const MAX_CONCURRENCY = 1000;
/** Failed objects that are named at the end. */
const MAX_NAMED = 20;

export const backfill: Command = {
  name: "backfill",
  summary: "deliver what is in S3 already, or send it to a queue",
  help: HELP,
  async execute(argv, context) {
    const args = parseArguments(argv, {
      values: ["config", "queue", "list", "since", "until", "match", "not", "concurrency", "rate", "state"],
      switches: ["retry-failed", "dry-run", "json"],
    });
    const list = textFlag(args, "list");
    return list === undefined ? execute(args, context) : executeList(list, args, context);
  },
};

/** What is of a listing alone. */
const OF_LISTINGS = ["state", "retry-failed", "since", "until"];

async function executeList(path: string, args: Arguments, context: Context): Promise<ExitCode> {
  const { adapters, stop } = context;
  const wrong = OF_LISTINGS.find((flag) => args.flags[flag] !== undefined);
  if (wrong !== undefined) throw new UsageError(`--list and --${wrong}: a list is gone through whole`);
  if (args.positionals.length > 0) throw new UsageError(`--list and ${args.positionals[0]}: give one of them`);
  const rate = rateFlag(textFlag(args, "rate"));
  if (rate?.of === "bytes")
    throw new UsageError("--list and --rate in bytes: a list doesn't say how large objects are");
  const pace = new Pace(rate, adapters.clock);
  const wanted = compileFilter({
    match: textFlag(args, "match"),
    not: textFlag(args, "not"),
    sinceMs: undefined,
    untilMs: undefined,
  });
  const listed = await listedObjects(path, context);
  const objects = listed.filter(({ key }) => wanted({ key, size: 0, etag: undefined, lastModified: 0 }));
  const tally = new Tally();
  const progress = new BackfillProgress(context.terminal, tally);
  const opened = await open(args, concurrencyOf(args), { tally, logger: progress }, context);
  let isWhole: boolean;
  try {
    progress.start();
    const { regionOf } = adapters.buckets();
    isWhole = await untilEnd(stop, () =>
      backfillList({ objects, regionOf, tally, pace, deliver: opened.deliver, stop }),
    );
  } finally {
    progress.stop();
    await opened.close();
  }
  return report(args, { tally, isWhole, sinks: opened.sinks, elapsedMs: progress.elapsedMs() }, context);
}

async function execute(args: Arguments, context: Context): Promise<ExitCode> {
  const { adapters, stop } = context;
  const { clock } = adapters;
  const place = placeOf(args);
  const pace = new Pace(rateFlag(textFlag(args, "rate")), clock);
  const concurrency = concurrencyOf(args);
  const state = await stateOf(args, place, context);
  const names = ["match", "not"] as const;
  const [match, not] = names.map((name) => textFlag(args, name));
  const s3 = adapters.buckets();
  const tally = new Tally();
  const progress = new BackfillProgress(context.terminal, tally);
  const region = await s3.regionOf(place.bucket, stop);
  const options = { ...place, region, list: s3.list, state, tally, pace, clock, stop };
  const job = { ...options, wanted: compileFilter({ match, not, ...state.times }) };
  const isRetry = args.flags["retry-failed"] === true;
  const opened = await open(args, concurrency, { tally, logger: progress }, context);
  let isWhole: boolean;
  try {
    progress.start();
    const whole = { ...job, deliver: opened.deliver };
    isWhole = await untilEnd(stop, () => (isRetry ? retryFailed(whole) : carryOut(whole)));
  } finally {
    progress.stop();
    await opened.close();
  }
  return report(args, { tally, isWhole, sinks: opened.sinks, elapsedMs: progress.elapsedMs() }, context);
}

/** What was stopped has no more to say of why. */
async function untilEnd(stop: AbortSignal, work: () => Promise<boolean>): Promise<boolean> {
  try {
    return await work();
  } catch (error) {
    if (stop.aborted) return false;
    throw error;
  }
}

interface Place {
  readonly bucket: string;
  readonly prefix: string;
}

function placeOf({ positionals }: Arguments): Place {
  const [url, ...more] = positionals;
  const [, bucket, prefix = ""] = /^s3:\/\/([^/]+)(?:\/(.*))?$/is.exec(url ?? "") ?? [];
  if (bucket === undefined || more.length > 0)
    throw new UsageError(`expected s3://bucket/prefix, got ${positionals.join(" ") || "nothing"}`);
  return { bucket, prefix };
}

function concurrencyOf(args: Arguments): number | undefined {
  const text = textFlag(args, "concurrency");
  if (text === undefined) return undefined;
  const n = /^\d+$/.test(text) ? Number(text) : 0;
  if (n < 1 || n > MAX_CONCURRENCY)
    throw new UsageError(`--concurrency ${text}: expected a number from 1 to ${MAX_CONCURRENCY}`);
  return n;
}

async function stateOf(args: Arguments, place: Place, { cwd, adapters }: Context): Promise<State> {
  const [path, since, until] = ["state", "since", "until"].map((name) => textFlag(args, name));
  const isRetry = args.flags["retry-failed"] === true;
  if (isRetry && path === undefined) throw new UsageError("--retry-failed goes with --state only");
  const now = adapters.clock.now();
  const times = { sinceMs: timeFlag("--since", since, now), untilMs: timeFlag("--until", until, now) };
  if ((times.sinceMs ?? Number.NEGATIVE_INFINITY) >= (times.untilMs ?? Number.POSITIVE_INFINITY))
    throw new UsageError("--since and --until: expected the first to be before the second");
  const job = {
    ...place,
    since,
    until,
    match: textFlag(args, "match"),
    not: textFlag(args, "not"),
    queue: queueOf(args),
  };
  // Nothing is done in a dry run, so that nothing is to be kept of it.
  const isKept = path !== undefined && args.flags["dry-run"] !== true;
  return State.open(isKept ? resolve(cwd, path) : undefined, job, times);
}

function queueOf(args: Arguments): string | undefined {
  const url = textFlag(args, "queue");
  return url === undefined ? undefined : queueUrl(url, "--queue");
}

interface Opened {
  readonly deliver: Deliver | undefined;
  readonly sinks: readonly string[];
  close(): Promise<void>;
}

async function open(
  args: Arguments,
  concurrency: number | undefined,
  { tally, logger }: { readonly tally: Tally; readonly logger: Logger },
  context: Context,
): Promise<Opened> {
  const { adapters, stop } = context;
  const queue = queueOf(args);
  const nothing = { deliver: undefined, sinks: [], close: async () => {} };
  if (args.flags["dry-run"] === true) return nothing;
  if (queue !== undefined) {
    const target = adapters.queueTarget(queue);
    const deliver = ontoQueue(target, concurrency ?? QUEUE_CONCURRENCY, stop, adapters.clock.now);
    return { ...nothing, deliver, close: async () => target.close() };
  }
  const loaded = await adapters.load(textFlag(args, "config"));
  const { config } = loaded;
  const read = concurrency === undefined ? config.read : { ...config.read, concurrency };
  const documentsTo = args.flags.json === true ? "stderr" : "stdout";
  const pipeline = adapters.open(
    { ...loaded, config: { ...config, read } },
    { addsToFiles: true, documentsTo, meter: tally, logger },
  );
  try {
    await pipeline.check({ connect: false });
  } catch (error) {
    await pipeline.close();
    throw error;
  }
  const deadline = untilStopped(stop, config.deadline.marginMs);
  return {
    deliver: throughPipeline(pipeline, { deadline }),
    sinks: Object.keys(config.sinks),
    close: () => pipeline.close(),
  };
}

interface Result {
  readonly tally: Tally;
  readonly isWhole: boolean;
  readonly sinks: readonly string[];
  readonly elapsedMs: number;
}

function report(args: Arguments, result: Result, { terminal }: Context): ExitCode {
  const { tally, isWhole, sinks, elapsedMs } = result;
  const { outcome } = tally;
  const isDry = args.flags["dry-run"] === true;
  if (sinks.length > 0) terminal.err(`${outcomeTable(outcome, sinks, elapsedMs)}\n`);
  terminal.err(`${summaryLines(args, result).join("\n")}\n`);
  if (args.flags.json === true) {
    const objects = {
      listed: tally.listed,
      found: tally.found,
      bytes: tally.foundBytes,
      done: tally.done,
      failed: tally.failed,
      complete: isWhole,
    };
    terminal.out(`${JSON.stringify({ objects, ...(sinks.length > 0 ? summaryOf(outcome, { event: false }) : {}) })}\n`);
  }
  if (!isWhole || (tally.failed > 0 && !isDry)) return 1;
  return exitCodeOf(outcome);
}

function summaryLines(args: Arguments, { tally, isWhole }: Result): string[] {
  const listed = `${plural(tally.listed, "object")} listed`;
  const found = `${plural(tally.found, "object")} wanted, ${bytes(tally.foundBytes)}`;
  if (args.flags["dry-run"] === true) return [`${listed}; ${found}`];
  const verb = args.flags.queue === undefined ? "delivered" : "sent to the queue";
  const named = tally.failures
    .slice(0, MAX_NAMED)
    .map(({ key, code }) => `failed: ${printable(code)} ${printableWhole(key)}`);
  const more = tally.failed - named.length;
  return [
    `${listed}; ${found}; ${plural(tally.done, "object")} ${verb}, ${tally.failed} failed`,
    ...named,
    ...(more > 0 ? [`and ${plural(more, "more failed object")}`] : []),
    ...(tally.failed > 0 && args.flags.state !== undefined ? ["again with --retry-failed: those alone"] : []),
    ...(isWhole ? [] : [stopped(args)]),
  ];
}

function stopped({ flags }: Arguments): string {
  if (flags.list !== undefined) return "stopped before the end of the list";
  return flags.state === undefined
    ? "stopped before the end; with --state it could go on from here"
    : "stopped before the end: the same command goes on from here";
}
