import type { Pipeline } from "@sluice/core";
import { MAX_MESSAGES } from "@sluice/lambda-entry";
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
import { Consumer } from "../poll/consumer.ts";
import { type HealthServer, serveHealth } from "../poll/health.ts";
import { DEFAULT_CONCURRENCY, DEFAULT_CONCURRENCY_BYTES, DEFAULT_GRACE_SECONDS } from "../poll/limits.ts";
import type { Totals } from "../poll/totals.ts";

const DEFAULT_HOST = "127.0.0.1";
const MAX_PORT = 65_535;
/** SQS hides no message longer. Seconds. */
const MAX_GRACE_SECONDS = 12 * 3600;

const HELP = `sluice poll --queue URL [--config F] [--drain | --once] [--port N [--host A]] [--json]

Receives messages from an SQS queue and handles them as the function in AWS would, until it is stopped.

  --queue URL            https://sqs.<region>.amazonaws.com/<account>/<name>; default: SLUICE_QUEUE
  --config F             as for run
  --drain                end when the queue is empty
  --once                 end after one receive
  --batch N              messages in one receive, 1 to ${MAX_MESSAGES} (default ${MAX_MESSAGES})
  --concurrency N        batches under way at once (default ${DEFAULT_CONCURRENCY})
  --concurrency-bytes N  bytes of objects, as stored, that these refer to (default ${DEFAULT_CONCURRENCY_BYTES})
  --grace N              seconds from SIGTERM or SIGINT until what isn't finished is given back (default ${DEFAULT_GRACE_SECONDS})
  --port N               serve /healthz, /readyz and /metrics; default: SLUICE_PORT, else nothing is served
  --host A               the address for that; default: SLUICE_HOST, else ${DEFAULT_HOST}
  --json                 one line of JSON with the totals on standard output at the end

Logs are lines of JSON on standard error, from SLUICE_LOG_LEVEL on (default info).
Exit code: 0 when it was stopped; with --drain and --once, 1 when something failed or was dead-lettered; 1 when the queue isn't
there or may not be asked; 2 for bad usage or config. A second signal ends at once.
`;

interface Settings {
  readonly url: string;
  readonly until: "stopped" | "drained" | "once";
  readonly batch: number;
  readonly concurrency: number;
  readonly concurrencyBytes: number;
  readonly graceMs: number;
  /** Undefined: nothing is served. */
  readonly port: number | undefined;
  readonly host: string;
  readonly json: boolean;
}

export const poll: Command = {
  name: "poll",
  summary: "deliver what an SQS queue holds and will hold, as a long-running consumer",
  help: HELP,
  logs: true,
  async execute(argv, context) {
    const args = parseArguments(argv, {
      values: ["queue", "config", "batch", "concurrency", "concurrency-bytes", "grace", "port", "host"],
      switches: ["drain", "once", "json"],
    });
    const settings = settingsOf(args, context);
    return consume(settings, textFlag(args, "config"), context);
  },
};

function settingsOf(args: Arguments, { adapters }: Context): Settings {
  const { queue, port, host } = adapters.pollDefaults;
  if (args.positionals.length > 0) throw new UsageError(`expected no paths, got ${args.positionals[0]}; --queue URL?`);
  if (args.flags.drain === true && args.flags.once === true)
    throw new UsageError("--drain and --once: give one of them");
  return {
    url: queueOf(textFlag(args, "queue") ?? queue),
    until: args.flags.drain === true ? "drained" : args.flags.once === true ? "once" : "stopped",
    batch: numberOf(textFlag(args, "batch"), "--batch", 1, MAX_MESSAGES) ?? MAX_MESSAGES,
    concurrency: numberOf(textFlag(args, "concurrency"), "--concurrency", 1) ?? DEFAULT_CONCURRENCY,
    concurrencyBytes:
      numberOf(textFlag(args, "concurrency-bytes"), "--concurrency-bytes", 1) ?? DEFAULT_CONCURRENCY_BYTES,
    graceMs: 1000 * (numberOf(textFlag(args, "grace"), "--grace", 0, MAX_GRACE_SECONDS) ?? DEFAULT_GRACE_SECONDS),
    port:
      numberOf(textFlag(args, "port"), "--port", 0, MAX_PORT) ??
      numberOf(port || undefined, "SLUICE_PORT", 0, MAX_PORT),
    host: textFlag(args, "host") ?? (host || DEFAULT_HOST),
    json: args.flags.json === true,
  };
}

function numberOf(text: string | undefined, name: string, min: number, max?: number): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= min && value <= (max ?? Number.MAX_SAFE_INTEGER)) return value;
  throw new UsageError(`${name} ${text}: expected a whole number from ${min}${max === undefined ? "" : ` to ${max}`}`);
}

function queueOf(text: string | undefined): string {
  if (text === undefined || text === "") throw new UsageError("expected --queue URL, or SLUICE_QUEUE");
  return queueUrl(text, "--queue");
}

async function consume(settings: Settings, config: string | undefined, context: Context): Promise<ExitCode> {
  const { adapters, terminal, stop } = context;
  const loaded = await adapters.load(config);
  const logger = adapters.logger((line) => terminal.err(line));
  let consumer: Consumer | undefined;
  const pipeline = adapters.open(loaded, {
    addsToFiles: true,
    documentsTo: settings.json ? "stderr" : "stdout",
    logger,
    meter: { progress: () => consumer?.progress() },
    beforePostpone: async (receiptHandles) => consumer?.release(receiptHandles),
  });
  const queue = adapters.queue(settings.url);
  try {
    await pipeline.check({ connect: false });
    consumer = new Consumer({ ...settings, queue, pipeline, clock: adapters.clock, logger, stop });
    await served(consumer, settings, context);
  } finally {
    await end(pipeline, consumer);
    queue.close();
  }
  const { totals, leftBehind } = consumer;
  logger.log("info", "ended", { ...totals.summary() });
  if (settings.json) terminal.out(`${JSON.stringify(totals.summary())}\n`);
  return exitCode(settings, totals, leftBehind, stop.aborted);
}

async function served(consumer: Consumer, { port, host }: Settings, { adapters, terminal }: Context): Promise<void> {
  let server: HealthServer | undefined;
  try {
    if (port !== undefined) {
      server = await listening(consumer, port, host);
      adapters.logger((line) => terminal.err(line)).log("info", "health endpoint", { host, port: server.port });
    }
    await consumer.run();
  } finally {
    await server?.close();
  }
}

async function listening(consumer: Consumer, port: number, host: string): Promise<HealthServer> {
  try {
    return await serveHealth(consumer, { port, host });
  } catch (error) {
    throw new UsageError(`--port ${port} at ${host}: ${(error as Error).message}`, { cause: error });
  }
}

/** A sink's client would wait for requests that nobody waits for any more. */
async function end(pipeline: Pipeline, consumer: Consumer | undefined): Promise<void> {
  if (consumer?.isAbandoned !== true) await pipeline.close();
}

function exitCode({ until }: Settings, totals: Totals, leftBehind: number, stopped: boolean): ExitCode {
  if (stopped || until === "stopped") return 0;
  const deadLettered = Object.values(totals.perSink.deadLettered).some((n) => n > 0);
  return leftBehind > 0 || deadLettered ? 1 : 0;
}
