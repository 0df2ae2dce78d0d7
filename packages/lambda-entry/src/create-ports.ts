import type { Config, Logger, Meter, ObjectReader, Ports, SecretStore, SinkDefinition } from "@sluice/core";
import { codecs, loadPatterns, sinkCatalog } from "./adapters.ts";
import { createContinuationQueue } from "./aws/continuation.ts";
import type { AwsOptions } from "./aws/options.ts";
import { createPostpone } from "./aws/postpone.ts";
import { createReingest } from "./aws/reingest.ts";
import { createS3Reader } from "./aws/s3-reader.ts";
import { createSecretStore } from "./aws/secrets.ts";
import { createDeadLetterStore } from "./dead-letters.ts";
import type { Env } from "./env.ts";
import { transformLoader } from "./load-transform.ts";

export interface PortOptions {
  readonly config: Config;
  readonly name: string;
  /** Where plug-ins are resolved from. */
  readonly baseDir: string;
  /** Where relative paths of files start. */
  readonly cwd: string;
  readonly env: Env;
  readonly aws?: AwsOptions;
  /** Sinks made in code, by type. */
  readonly sinks?: Readonly<Record<string, SinkDefinition>>;
  readonly reader?: ObjectReader;
  readonly secrets?: SecretStore;
  readonly logger?: Logger;
  readonly meter?: Meter;
}

/** Everything a pipeline needs, composed of the adapters here; parts that are given are taken as they are. */
export function createPorts(options: PortOptions): Ports {
  const { env, cwd, aws = {}, logger, meter } = options;
  const { deadLetter, continuation } = options.config;
  const deadLetters = createDeadLetterStore(deadLetter, { cwd, aws });
  const reader = options.reader ?? createS3Reader({ aws, env });
  return {
    sinks: sinkCatalog({ baseDir: options.baseDir, ...(options.sinks === undefined ? {} : { own: options.sinks }) }),
    reingest: createReingest(aws),
    transform: transformLoader(options.baseDir),
    reader,
    codecs,
    patterns: loadPatterns,
    secrets: options.secrets ?? createSecretStore({ env, cwd, aws }),
    configName: options.name,
    baseDir: cwd,
    ...(deadLetters === undefined ? {} : { deadLetters }),
    ...(continuation === undefined
      ? {}
      : { continuation: createContinuationQueue({ config: continuation, aws, env, reader }) }),
    postpone: createPostpone({ aws, env, ...(logger === undefined ? {} : { logger }) }),
    ...(logger === undefined ? {} : { logger }),
    ...(meter === undefined ? {} : { meter }),
  };
}
