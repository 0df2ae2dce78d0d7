import { readFile } from "node:fs/promises";
import { extname } from "node:path";
import { pathToFileURL } from "node:url";
import { asSluiceError, quote, SluiceError } from "@sluice/core";
import type { ConfigFetchers } from "./fetchers.ts";
import type { ConfigSource } from "./locate.ts";
import { parseText } from "./parse-text.ts";

const MODULES: ReadonlySet<string> = new Set([".js", ".mjs", ".cjs", ".ts", ".mts"]);

/** The config as written: a value that nothing has checked yet. */
export async function readSource(source: ConfigSource, fetchers: ConfigFetchers): Promise<unknown> {
  if (source.kind === "file" && MODULES.has(extname(source.path))) return readModule(source.path, source.name);
  return parseText(await textOf(source, fetchers), source.name);
}

async function textOf(source: ConfigSource, fetchers: ConfigFetchers): Promise<string> {
  switch (source.kind) {
    case "text":
      return source.text;
    case "ssm":
      return fetchers.ssm(source.parameter);
    case "s3":
      return fetchers.s3(source.bucket, source.key).catch((error: unknown) => {
        const { code, message } = asSluiceError(error);
        if (code === "OBJECT_MISSING") throw notFound(source.name, "no such object", error);
        throw new SluiceError(code, `${source.name}: ${message}`, { cause: error });
      });
    case "file":
      return readFile(source.path, "utf8").catch((error: unknown) => {
        throw notFound(source.name, reasonOf(error), error);
      });
  }
}

async function readModule(path: string, name: string): Promise<unknown> {
  await readFile(path).catch((error: unknown) => {
    throw notFound(name, reasonOf(error), error);
  });
  const module = await import(pathToFileURL(path).href).catch((error: unknown) => {
    throw new SluiceError("CONFIG_INVALID", `${name}: ${asSluiceError(error).message}`, { cause: error });
  });
  if (module.default !== undefined) return module.default;
  throw new SluiceError("CONFIG_INVALID", `${name}: expected the config as the default export, got none`);
}

function notFound(name: string, why: string, cause: unknown): SluiceError {
  return new SluiceError("CONFIG_NOT_FOUND", `${quote(name)}: ${why}`, { cause });
}

function reasonOf(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  if (code === "ENOENT" || code === "ENOTDIR")
    return "no such file (a config given as text has a line end, or begins with { or a key)";
  return code === "EISDIR" ? "expected a file, got a folder" : `can't be read (${code})`;
}
