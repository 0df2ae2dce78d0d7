import { type Clock, type SecretStore, systemClock } from "@sluice/core";
import type { Env } from "../env.ts";
import type { AwsOptions } from "./options.ts";
import { secretSources } from "./secret-sources.ts";

/** Milliseconds that a value serves before it is fetched again. */
export const SECRET_TTL_MS: number = 5 * 60_000;
/** Milliseconds in which a second refresh of one secret gives the first one's value: a broken key mustn't become a storm of calls. */
export const REFRESH_PAUSE_MS = 5_000;

export interface SecretStoreOptions {
  readonly env: Env;
  /** Folder that `file:` starts from. */
  readonly cwd: string;
  readonly aws?: AwsOptions;
  readonly ttlMs?: number;
  readonly clock?: Clock;
}

interface Entry {
  readonly value: Promise<string>;
  readonly refreshed: boolean;
  at: number;
  settled: boolean;
}

/**
 * `ssm:/path`, `ssm:/path|kms`, `secretsmanager:id#key`, `kms:base64`, `env:NAME`, `file:path`.
 * Whoever asks while a value is being fetched shares that one call; failures aren't cached.
 */
export function createSecretStore(options: SecretStoreOptions): SecretStore {
  const { ttlMs = SECRET_TTL_MS, clock = systemClock } = options;
  const fetchSecret = secretSources(options.env, options.cwd, options.aws ?? {});
  const entries = new Map<string, Entry>();

  const isFresh = (entry: Entry, refresh: boolean): boolean => {
    if (!entry.settled) return true;
    const age = clock.now() - entry.at;
    return refresh ? entry.refreshed && age < REFRESH_PAUSE_MS : age < ttlMs;
  };

  const start = (reference: string, refreshed: boolean): Entry => {
    const entry: Entry = { value: fetchSecret(reference), refreshed, at: clock.now(), settled: false };
    entries.set(reference, entry);
    entry.value.then(
      () => {
        entry.settled = true;
        entry.at = clock.now();
      },
      () => entries.delete(reference),
    );
    return entry;
  };

  return {
    resolve: (reference, { refresh }) => {
      const known = entries.get(reference);
      return (known !== undefined && isFresh(known, refresh) ? known : start(reference, refresh)).value;
    },
  };
}
