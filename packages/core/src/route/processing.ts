import type { Ports } from "../api.ts";
import type { Config } from "../config/config.ts";
import { PatternSet } from "../pattern-set.ts";
import type { SecretStore } from "../ports/secrets.ts";
import { compileProcess } from "../process/process.ts";
import type { Step } from "../process/steps.ts";
import { compileRoutes, type Router } from "./router.ts";

/** What happens to records between reading and sinks. */
export interface Processing {
  readonly steps: readonly Step[];
  readonly route: Router;
  readonly allSinks: readonly number[];
}

/** Loads what the config names: the pattern engine, transforms, the keys of hashes. */
export async function compileProcessing(config: Config, ports: Ports): Promise<Processing> {
  const sinks = Object.keys(config.sinks);
  const patterns = new PatternSet(ports.patterns, ports.configName);
  const steps = await compileProcess(config.process, patterns, ports);
  const route = await compileRoutes(config.routes, sinks, patterns, ports);
  await patterns.ready();
  return { steps, route, allSinks: sinks.map((_, i) => i) };
}

/** For records that go back to where they came from: processed, and not routed. */
export async function compileReturning(config: Config, ports: Ports): Promise<Processing> {
  const patterns = new PatternSet(ports.patterns, ports.configName);
  const steps = await compileProcess(config.process, patterns, ports);
  await patterns.ready();
  const all = [{ routes: [], sinks: [0], steps: [] }];
  return { steps, route: () => all, allSinks: [0] };
}

/** Secrets stay as they are named: what a config says can be judged without them. */
const UNRESOLVED: SecretStore = { resolve: async (reference) => reference };

/** Throws what is wrong with the config's patterns and transforms. With `connect`, secrets are resolved as well. */
export async function checkProcessing(config: Config, ports: Ports, connect: boolean): Promise<void> {
  await compileProcessing(config, connect ? ports : { ...ports, secrets: UNRESOLVED });
}
