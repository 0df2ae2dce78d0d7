import { asSluiceError, type LoadTransform, SluiceError, type TransformFunction } from "@sluice/core";
import { importModule } from "./import-module.ts";

/** Finds transforms by file or npm name, seen from `baseDir`: where the config lies. */
export function transformLoader(baseDir: string): LoadTransform {
  return async (reference) => {
    const exported = await importModule(reference, baseDir).catch((error: unknown) => {
      throw unknown(reference, asSluiceError(error).message, error);
    });
    if (exported === undefined) throw unknown(reference, `not found from ${baseDir}`);
    const transform = exported.find((each) => typeof each === "function");
    if (transform === undefined)
      throw unknown(reference, "expected a function, (record) => record, as the default export");
    return transform as TransformFunction;
  };
}

function unknown(reference: string, message: string, cause?: unknown): SluiceError {
  return new SluiceError("TRANSFORM_UNKNOWN", `transform ${reference}: ${message}`, { cause });
}
