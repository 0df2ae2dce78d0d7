import {
  answerUnbegun,
  asSluiceError,
  type Config,
  createPipeline,
  type Invocation,
  type Logger,
  type Outcome,
  type Pipeline,
  type Ports,
  type SinkDefinition,
  SluiceError,
} from "@sluice/core";
import { type AwsOptions, accountOfArn, regionOfArn } from "./aws/options.ts";
import { createSecretStore } from "./aws/secrets.ts";
import { type LoadedConfig, loadConfig, toConfig } from "./config/load-config.ts";
import { CONFIG_VARIABLE } from "./config/locate.ts";
import { createPorts } from "./create-ports.ts";
import type { Env } from "./env.ts";
import { jsonLogger, logLevel } from "./logger.ts";
import { logSummary } from "./summary.ts";

/** What is used of Lambda's context object. */
export interface LambdaContext {
  getRemainingTimeInMillis(): number;
  readonly invokedFunctionArn?: string;
  readonly awsRequestId?: string;
}

export type LambdaHandler = (event: unknown, context: LambdaContext) => Promise<unknown>;

export interface HandlerOptions {
  /** The config as it would be written in sluice.js, or a reference as in SLUICE_CONFIG. Default: SLUICE_CONFIG, else ./sluice.* beside the code. */
  readonly config?: Readonly<Record<string, unknown>> | string;
  /** Sinks of your own, by the `type` that the config names them with. */
  readonly sinks?: Readonly<Record<string, SinkDefinition>>;
  /** Default: the process's. */
  readonly env?: Env;
  readonly aws?: AwsOptions;
  /** Take the place of the ports that the handler composes. */
  readonly ports?: Partial<Ports>;
  /** Default: core's createPipeline. */
  readonly createPipeline?: (config: Config, ports: Ports) => Pipeline;
}

/**
 * A Lambda handler. Nothing is read, and nothing is called, before the first invocation; a start that failed is tried
 * again at the next one. Answers what the trigger wants to hear, and throws only where it can't be told otherwise.
 */
export function createHandler(options: HandlerOptions = {}): LambdaHandler {
  const env = options.env ?? process.env;
  const logger = options.ports?.logger ?? lambdaLogger(env);
  let pipeline: Promise<Pipeline> | undefined;

  const ready = async (): Promise<Pipeline> => {
    pipeline ??= start(options, env, logger);
    try {
      return await pipeline;
    } catch (error) {
      pipeline = undefined;
      const { code, message } = asSluiceError(error);
      logger.log("error", "start failed", { code, error: message });
      throw error;
    }
  };

  return async (event, context) => {
    const began = performance.now();
    const outcome = await begun(event, async () => (await ready()).handle(event, invocation(context, env)));
    if ("answer" in outcome) return outcome.answer;
    logSummary(logger, outcome, { requestId: context.awsRequestId, ms: performance.now() - began });
    if (outcome.error !== undefined) throw outcome.error;
    return outcome.response;
  };
}

/** What came of the event, or what is answered as nothing of it could be begun; throws where that is to be told by throwing. */
async function begun(event: unknown, handle: () => Promise<Outcome>): Promise<Outcome | { readonly answer: unknown }> {
  try {
    return await handle();
  } catch (error) {
    const answer = answerUnbegun(event, asSluiceError(error));
    if (answer === undefined) throw error;
    return { answer };
  }
}

async function start(options: HandlerOptions, env: Env, logger: Logger): Promise<Pipeline> {
  const cwd = env.LAMBDA_TASK_ROOT ?? process.cwd();
  const aws = options.aws ?? {};
  const secrets = options.ports?.secrets ?? createSecretStore({ env, cwd, aws });
  const loaded = await load(options.config, { env, cwd, secrets });
  const composed = createPorts({ ...loaded, env, cwd, aws, secrets, logger, ...ownSinks(options) });
  return (options.createPipeline ?? createPipeline)(loaded.config, { ...composed, ...options.ports });
}

function ownSinks({ sinks }: HandlerOptions): { sinks?: Readonly<Record<string, SinkDefinition>> } {
  return sinks === undefined ? {} : { sinks };
}

interface Surroundings {
  readonly env: Env;
  readonly cwd: string;
  readonly secrets: NonNullable<Ports["secrets"]>;
}

async function load(config: HandlerOptions["config"], around: Surroundings): Promise<LoadedConfig> {
  if (typeof config === "object") {
    const name = "createHandler's config";
    return { config: await toConfig(config, name, around.secrets), name, baseDir: around.cwd };
  }
  const loaded = await loadConfig({ ...around, reference: config });
  if (loaded !== undefined) return loaded;
  const ways = `set ${CONFIG_VARIABLE} to the config's text, s3://bucket/key, ssm:/name or a file, or add sluice.yaml to the zip`;
  throw new SluiceError(
    "CONFIG_NOT_FOUND",
    `no config in ${CONFIG_VARIABLE}, and no sluice.* in ${around.cwd}: ${ways}`,
  );
}

function invocation(context: LambdaContext, env: Env): Invocation {
  const arn = context.invokedFunctionArn ?? "";
  const region = regionOfArn(arn) ?? env.AWS_REGION;
  const account = accountOfArn(arn);
  return {
    deadline: { remainingMs: () => context.getRemainingTimeInMillis() },
    ...(region === undefined ? {} : { region }),
    ...(account === undefined ? {} : { account }),
  };
}

/** To standard output as it is: `console.log` would put Lambda's own words before each line. */
function lambdaLogger(env: Env): Logger {
  const level = logLevel(env.SLUICE_LOG_LEVEL ?? env.AWS_LAMBDA_LOG_LEVEL) ?? "info";
  return jsonLogger({ level, write: (line) => process.stdout.write(line) });
}
