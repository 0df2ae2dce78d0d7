import { pathToFileURL } from "node:url";
import { asSluiceError, type SinkDefinition, SluiceError } from "@sluice/core";
import { resolveModule } from "./resolve-module.ts";

/** A plug-in by file or npm name; undefined when there is no such module. */
export async function loadPlugin(type: string, baseDir: string): Promise<SinkDefinition | undefined> {
  const path = await resolveModule(type, baseDir);
  if (path === undefined) return undefined;
  const module = await import(pathToFileURL(path).href).catch((error: unknown) => {
    throw new SluiceError("SINK_UNKNOWN", `${path}: ${asSluiceError(error).message}`, { cause: error });
  });
  // A CommonJS build of an ES module has its default export one level further down.
  const definition = [module.default, module.default?.default].find(isDefinition);
  if (definition !== undefined) return definition;
  throw new SluiceError("SINK_UNKNOWN", `${path}: expected defineSink({ options, create }) as the default export`);
}

/** By shape: a plug-in may bring a zod of its own. */
function isDefinition(value: unknown): value is SinkDefinition {
  const { options, create } = (value ?? {}) as { options?: { safeParse?: unknown }; create?: unknown };
  return typeof create === "function" && typeof options?.safeParse === "function";
}
