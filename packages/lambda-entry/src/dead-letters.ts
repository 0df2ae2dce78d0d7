import type { DeadLetterConfig, DeadLetterStore } from "@sluice/core";
import { createS3DeadLetters } from "./aws/dead-letters.ts";
import type { AwsOptions } from "./aws/options.ts";
import { createFileDeadLetters } from "./local/dead-letters.ts";

/** The store that the config's `deadLetter` names; undefined when it names none. */
export function createDeadLetterStore(
  config: DeadLetterConfig | undefined,
  options: { readonly cwd: string; readonly aws?: AwsOptions },
): DeadLetterStore | undefined {
  if (config === undefined) return undefined;
  if (config.type === "file") return createFileDeadLetters({ path: config.path, cwd: options.cwd });
  return createS3DeadLetters({ bucket: config.bucket, prefix: config.prefix, aws: options.aws ?? {} });
}
