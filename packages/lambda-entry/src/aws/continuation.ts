import {
  type Clock,
  type ContinuationConfig,
  type ContinuationQueue,
  type ObjectReader,
  systemClock,
} from "@sluice/core";
import type { Env } from "../env.ts";
import type { AwsOptions } from "./options.ts";
import { createS3Reader } from "./s3-reader.ts";

export interface ContinuationOptions {
  readonly config: ContinuationConfig;
  readonly aws?: AwsOptions;
  /** With its endpoints and credentials. */
  readonly env?: Env;
  /** Reads claims. */
  readonly reader?: ObjectReader;
  readonly clock?: Clock;
}

/**
 * A queue of SQS, for bodies in JSON. The region is that of the queue's host. What is too large for a message is put under
 * `claims`, by the hash of its content. Faults that pass are tried again until the signal; the SDK is loaded when first needed.
 */
export function createContinuationQueue(options: ContinuationOptions): ContinuationQueue {
  const { config, aws = {}, env = {}, clock = systemClock } = options;
  const reader = options.reader ?? createS3Reader({ aws, env });
  let loaded: Promise<ContinuationQueue> | undefined;
  const queue = (): Promise<ContinuationQueue> => {
    loaded ??= import("./sqs/continue.ts").then(({ queueOf }) => queueOf({ config, aws, env, clock, reader }));
    return loaded;
  };
  return {
    send: async (body, signal) => (await queue()).send(body, signal),
    redeem: async (claim, signal) => (await queue()).redeem(claim, signal),
    // What it fails with now, it fails with when it is called.
    prepare: () => void Promise.all([queue(), import("./sdk/sqs.ts")]).catch(() => {}),
  };
}
