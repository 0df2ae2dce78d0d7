import {
  asSluiceError,
  type Clock,
  type Config,
  createPipeline,
  type Given,
  type Logger,
  type Meter,
  type ObjectReader,
  type Pipeline,
  type Ports,
  parseConfig,
  type SinkCatalog,
  SluiceError,
  systemClock,
} from "@sluice/core";
import {
  type Buckets,
  bucketFolders,
  checkContinuation,
  createBuckets,
  createPolledQueue,
  createPorts,
  createQueueTarget,
  createS3Reader,
  createSecretStore,
  type Finding,
  functionSize,
  jsonLogger,
  loadConfig,
  localFiles,
  logLevel,
  type PolledQueue,
  placeOfQueue,
  type QueueTarget,
  readerByStore,
  sinkCatalog,
} from "@sluice/lambda-entry";
import { documentsTo } from "./output/documents-sink.ts";

// The one file of this package that names the adapters it puts together.

export type { Finding };

export interface Loaded {
  readonly config: Config;
  /** Names the config in messages. */
  readonly name: string;
  /** Folder that relative plug-ins are resolved from. */
  readonly baseDir: string;
  /** false: there is no config, this is the default. */
  readonly found: boolean;
}

export interface OpenOptions {
  /** Folder that holds buckets as folders, instead of S3. */
  readonly root?: string | undefined;
  /** File sinks add to what is there, unless their `append` says otherwise: the work goes on from an earlier run's. */
  readonly addsToFiles?: boolean;
  /** Where the stdout sink writes. Default "stdout". */
  readonly documentsTo?: "stdout" | "stderr";
  readonly meter?: Meter;
  readonly logger?: Logger;
  /** Awaited before failed messages are put off, with their receipts. */
  readonly beforePostpone?: (receiptHandles: readonly string[]) => Promise<void>;
}

/** What a consumer that isn't told finds in the environment: SLUICE_QUEUE, SLUICE_PORT, SLUICE_HOST. */
export interface PollDefaults {
  readonly queue: string | undefined;
  readonly port: string | undefined;
  readonly host: string | undefined;
}

export interface Adapters {
  /** The config that `--config` names, else the one found, else the stdout sink alone. */
  load(reference: string | undefined): Promise<Loaded>;
  catalog(loaded: Loaded): SinkCatalog;
  open(loaded: Loaded, options: OpenOptions): Pipeline;
  queue(url: string): PolledQueue;
  queueTarget(url: string): QueueTarget;
  buckets(): Buckets;
  /** Files, and objects in S3, as they lie there, whatever a config says. */
  reader(): ObjectReader;
  /** Lines of JSON, from SLUICE_LOG_LEVEL on (default "info"). */
  logger(write: (line: string) => void): Logger;
  readonly pollDefaults: PollDefaults;
  readonly clock: Clock;
  /** Reaches what `continuation` names, and the function (by default the one the environment names) that reads its queue. */
  reachContinuation(loaded: Loaded, functionName: string | undefined): Promise<readonly Finding[]>;
  /** Timeout and memory of the function, found as above; undefined where none is named. */
  functionSize(loaded: Loaded, functionName: string | undefined): Promise<NamedFunction | undefined>;
}

export interface NamedFunction extends Given {
  readonly name: string;
}

export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
}

export function createAdapters({ env, cwd }: Surroundings): Adapters {
  const secrets = createSecretStore({ env, cwd });
  return {
    buckets: () => createBuckets(),
    reader: () => readerByStore({ s3: createS3Reader({ env }), file: localFiles() }),
    catalog: ({ baseDir }) => sinkCatalog({ baseDir }),
    async load(reference) {
      const loaded = await loadConfig({ reference, env, cwd, secrets });
      return loaded === undefined ? defaultConfig(cwd) : { ...loaded, found: true };
    },
    open({ config: written, name, baseDir }, options) {
      const { root, documentsTo: stream = "stdout", addsToFiles = false, beforePostpone, ...rest } = options;
      const config = addsToFiles ? addingToFiles(written) : written;
      const s3 = root === undefined ? createS3Reader({ env }) : bucketFolders(root);
      const reader = readerByStore({ s3, file: localFiles() });
      const sinks = { stdout: documentsTo(process[stream]) };
      const ports = createPorts({ config, name, baseDir, cwd, env, sinks, reader, secrets, ...rest });
      const postpone = postponing(ports, beforePostpone);
      return createPipeline(config, { ...ports, ...postpone, sinks: placed(ports.sinks, config, name) });
    },
    queue: (url) => createPolledQueue({ url, env }),
    queueTarget: (url) => createQueueTarget({ url, env }),
    logger: (write) => jsonLogger({ level: logLevel(env.SLUICE_LOG_LEVEL) ?? "info", write }),
    pollDefaults: { queue: env.SLUICE_QUEUE, port: env.SLUICE_PORT, host: env.SLUICE_HOST },
    async reachContinuation({ config: { continuation } }, functionName) {
      if (continuation === undefined) return [];
      return checkContinuation({ config: continuation, functionName: functionNamed(functionName, env), env });
    },
    async functionSize({ config: { continuation } }, functionName) {
      const name = functionNamed(functionName, env);
      if (name === undefined) return undefined;
      const region = continuation && placeOfQueue(continuation.queue).region;
      return { name, ...(await functionSize({ functionName: name, region })) };
    },
    clock: systemClock,
  };
}

/** What an earlier run wrote is kept: `append` of file sinks is true where the config doesn't say. */
export function addingToFiles(config: Config): Config {
  const sinks = Object.entries(config.sinks).map(([name, sink]) => [
    name,
    sink.type === "file" ? { append: true, ...sink } : sink,
  ]);
  return { ...config, sinks: Object.fromEntries(sinks) };
}

function functionNamed(name: string | undefined, env: Surroundings["env"]): string | undefined {
  return name ?? env.SLUICE_FUNCTION_NAME ?? env.AWS_LAMBDA_FUNCTION_NAME;
}

/** Postponing that has `before` done first. */
export function postponing(
  { postpone }: Pick<Ports, "postpone">,
  before: OpenOptions["beforePostpone"],
): Pick<Ports, "postpone"> {
  if (postpone === undefined || before === undefined) return {};
  return {
    postpone: {
      postpone: async (messages, signal) => {
        await before(messages.map(({ receiptHandle }) => receiptHandle));
        await postpone.postpone(messages, signal);
      },
    },
  };
}

/** A catalog whose complaints name the file and the key. */
function placed(catalog: SinkCatalog, { sinks }: Config, name: string): SinkCatalog {
  return (type) =>
    catalog(type).catch((error: unknown) => {
      const known = asSluiceError(error);
      const sink = Object.keys(sinks).find((each) => sinks[each]?.type === type);
      throw new SluiceError(known.code, `${name}: sinks.${sink}.type: ${known.message}`, { cause: known });
    });
}

function defaultConfig(cwd: string): Loaded {
  const name = "the default config";
  return { config: parseConfig({ sinks: { stdout: { type: "stdout" } } }, name), name, baseDir: cwd, found: false };
}
