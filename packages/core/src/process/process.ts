import type { Ports } from "../api.ts";
import type { ProcessStep, RedactConfig } from "../config/config.ts";
import { resolveSecrets } from "../config/secrets.ts";
import { asSluiceError, SluiceError } from "../errors.ts";
import type { PatternSet } from "../pattern-set.ts";
import { NO_SECRETS } from "../ports/secrets.ts";
import type { TransformFunction } from "../ports/transform.ts";
import { compileAdd, compileDrop, compileRename } from "./fields.ts";
import { compilePredicate } from "./predicate.ts";
import { compileRedact } from "./redact.ts";
import { compileSample } from "./sample.ts";
import type { Step } from "./steps.ts";
import { compileTransform } from "./transform.ts";

/** Compiles `process:`, the config's or, by its path, a route's; steps hold in order. Loads what they name. */
export async function compileProcess(
  steps: readonly ProcessStep[],
  patterns: PatternSet,
  ports: Ports,
  path: string = "process",
): Promise<readonly Step[]> {
  return Promise.all(steps.map((step, i) => compileStep(step, patterns, ports, `${path}[${i}]`)));
}

async function compileStep(step: ProcessStep, patterns: PatternSet, ports: Ports, path: string): Promise<Step> {
  if (step.include !== undefined)
    return { kind: "test", test: compilePredicate(step.include, patterns, `${path}.include`) };
  if (step.exclude !== undefined) {
    const test = compilePredicate(step.exclude, patterns, `${path}.exclude`);
    return { kind: "test", test: (record) => !test(record) };
  }
  if (step.sample !== undefined) return { kind: "test", test: compileSample(step.sample) };
  if (step.redact !== undefined) {
    const { pattern } = step.redact;
    const config = (await resolveSecrets(step.redact, ports.secrets ?? NO_SECRETS, false)) as RedactConfig;
    return compileRedact(config, pattern === undefined ? undefined : patterns.add(pattern, `${path}.redact.pattern`));
  }
  if (step.add !== undefined) return compileAdd(step.add);
  if (step.rename !== undefined) return compileRename(step.rename);
  if (step.drop !== undefined) return compileDrop(step.drop);
  const reference = step.transform as string;
  return compileTransform(reference, await loadTransform(reference, ports, path));
}

async function loadTransform(reference: string, ports: Ports, path: string): Promise<TransformFunction> {
  const { transform, configName = "config" } = ports;
  const where = `${configName}: ${path}.transform`;
  if (transform === undefined)
    throw new SluiceError("TRANSFORM_UNKNOWN", `${where}: there is nothing here that loads transforms`);
  try {
    return await transform(reference);
  } catch (error) {
    const { code, message } = asSluiceError(error);
    throw new SluiceError(code, `${where}: ${message}`, { cause: error });
  }
}
