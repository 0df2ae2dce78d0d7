import { type Logger, type Postpone, silentLogger } from "@sluice/core";
import type { Env } from "../env.ts";
import type { AwsOptions } from "./options.ts";

export interface PostponeOptions {
  readonly aws?: AwsOptions;
  readonly env?: Env;
  readonly logger?: Logger;
}

/** By SQS's ChangeMessageVisibility. What couldn't be postponed is told to the logger, with a count. */
export function createPostpone({ aws = {}, env = {}, logger = silentLogger }: PostponeOptions = {}): Postpone {
  let loaded: Promise<Postpone> | undefined;
  const load = (): Promise<Postpone> => {
    loaded ??= import("./sqs/postpone.ts").then(({ postponer }) => postponer({ aws, env, logger }));
    return loaded;
  };
  return {
    postpone: async (messages, signal) => {
      if (messages.length > 0) await (await load()).postpone(messages, signal);
    },
    // What it fails with now, it fails with when it is called.
    prepare: () => void Promise.all([load(), import("./sdk/sqs.ts")]).catch(() => {}),
  };
}
