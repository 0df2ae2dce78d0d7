import { asSluiceError, type SinkDefinition, SluiceError } from "@sluice/core";
import { importModule } from "./import-module.ts";

/** A plug-in by file or npm name; undefined when there is no such module. */
export async function loadPlugin(type: string, baseDir: string): Promise<SinkDefinition | undefined> {
  const exported = await importModule(type, baseDir).catch((error: unknown) => {
    throw new SluiceError("SINK_UNKNOWN", `${type}: ${asSluiceError(error).message}`, { cause: error });
  });
  if (exported === undefined) return undefined;
  const definition = exported.find(isDefinition);
  if (definition !== undefined) return definition;
  throw new SluiceError("SINK_UNKNOWN", `${type}: expected defineSink({ options, create }) as the default export`);
}

/** By shape: a plug-in may bring a zod of its own. */
function isDefinition(value: unknown): value is SinkDefinition {
  const { options, create } = (value ?? {}) as { options?: { safeParse?: unknown }; create?: unknown };
  return typeof create === "function" && typeof options?.safeParse === "function";
}
