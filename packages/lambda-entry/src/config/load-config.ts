import { type Config, hasSecret, parseConfig, resolveSecrets, type SecretStore } from "@sluice/core";
import { createSecretStore } from "../aws/secrets.ts";
import type { Env } from "../env.ts";
import { awsFetchers, type ConfigFetchers } from "./fetchers.ts";
import { locateConfig } from "./locate.ts";
import { readSource } from "./read-source.ts";

export interface LoadConfigOptions {
  /** What the user named (`--config`), in any form that SLUICE_CONFIG takes; goes before it. */
  readonly reference?: string | undefined;
  readonly env: Env;
  /** Where `./sluice.*` and relative paths are looked for: the zip's folder in Lambda. */
  readonly cwd: string;
  readonly secrets?: SecretStore;
  readonly fetchers?: ConfigFetchers;
}

export interface LoadedConfig {
  readonly config: Config;
  /** Names the config in messages: its path, its address, or the variable that holds it. */
  readonly name: string;
  /** Folder that relative plug-ins are resolved from. */
  readonly baseDir: string;
}

/**
 * The config named by `reference`, else by SLUICE_CONFIG, else the first of `./sluice.{yaml,yml,json,js,mjs,ts}`;
 * undefined when none of them is there. A reference is the text itself (it has a line end, or begins with `{` or a key),
 * `s3://bucket/key`, `ssm:/name`, or a file. Placeholders outside of `sinks` are resolved here, those inside stay.
 * Fails with CONFIG_NOT_FOUND where a named one isn't there, CONFIG_INVALID with file, place, expected and got.
 */
export async function loadConfig(options: LoadConfigOptions): Promise<LoadedConfig | undefined> {
  const secrets = options.secrets ?? createSecretStore({ env: options.env, cwd: options.cwd });
  const source = await locateConfig(options);
  if (source === undefined) return undefined;
  const value = await readSource(source, options.fetchers ?? awsFetchers({ secrets, env: options.env }));
  return { config: await toConfig(value, source.name, secrets), name: source.name, baseDir: source.baseDir };
}

/** A config as written, checked and with its defaults. */
export async function toConfig(value: unknown, name: string, secrets: SecretStore): Promise<Config> {
  return parseConfig(await resolveOutsideSinks(value, secrets), name, value);
}

async function resolveOutsideSinks(value: unknown, secrets: SecretStore): Promise<unknown> {
  if (value === null || typeof value !== "object" || Array.isArray(value)) return value;
  const { sinks, ...rest } = value as Record<string, unknown>;
  if (!hasSecret(rest)) return value;
  const resolved = (await resolveSecrets(rest, secrets, false)) as Record<string, unknown>;
  return sinks === undefined ? resolved : { ...resolved, sinks };
}
