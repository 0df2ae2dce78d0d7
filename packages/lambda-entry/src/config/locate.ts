import { access } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { quote, SluiceError } from "@sluice/core";
import type { Env } from "../env.ts";

export const CONFIG_VARIABLE = "SLUICE_CONFIG";

/** In this order; the first one that is there is taken. */
const DEFAULT_FILES: readonly string[] = ["yaml", "yml", "json", "js", "mjs", "ts"].map((end) => `sluice.${end}`);

interface Place {
  readonly name: string;
  readonly baseDir: string;
}

/** Where a config is, found but not yet read. */
export type ConfigSource =
  | (Place & { readonly kind: "text"; readonly text: string })
  | (Place & { readonly kind: "file"; readonly path: string })
  | (Place & { readonly kind: "s3"; readonly bucket: string; readonly key: string })
  | (Place & { readonly kind: "ssm"; readonly parameter: string });

export interface LocateOptions {
  readonly reference?: string | undefined;
  readonly env: Env;
  readonly cwd: string;
}

export async function locateConfig({ reference, env, cwd }: LocateOptions): Promise<ConfigSource | undefined> {
  if (reference !== undefined) return parseReference(reference, "--config", cwd);
  // Set but blank is what a deployment template's empty parameter leaves.
  const variable = env[CONFIG_VARIABLE] ?? "";
  if (variable.trim() !== "") return parseReference(variable, CONFIG_VARIABLE, cwd);
  for (const file of DEFAULT_FILES) {
    const path = resolve(cwd, file);
    if (await exists(path)) return { kind: "file", name: file, path, baseDir: cwd };
  }
  return undefined;
}

function parseReference(reference: string, origin: string, cwd: string): ConfigSource {
  if (isText(reference)) return { kind: "text", name: origin, text: reference, baseDir: cwd };
  const name = reference.trim();
  if (name.startsWith("ssm:")) return { kind: "ssm", name, parameter: name.slice("ssm:".length), baseDir: cwd };
  if (name.startsWith("s3://")) return { kind: "s3", name, ...bucketAndKey(name), baseDir: cwd };
  const path = resolve(cwd, name);
  return { kind: "file", name, path, baseDir: dirname(path) };
}

/** Text may hold secrets: it is never to be taken for the name of a file, which would be shown. */
function isText(reference: string): boolean {
  return reference.includes("\n") || /^\s*(?:\{|\w+:\s)/.test(reference);
}

function bucketAndKey(address: string): { bucket: string; key: string } {
  const [, bucket, key] = /^s3:\/\/([^/]+)\/(.+)$/.exec(address) ?? [];
  if (bucket !== undefined && key !== undefined) return { bucket, key };
  throw new SluiceError("CONFIG_NOT_FOUND", `${quote(address)}: expected s3://bucket/key`);
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
