import { parseArgs } from "node:util";
import { SUBJECTS } from "../subject/subjects.ts";
import { TARGETS } from "../targets/targets.ts";
import { WORKLOADS, workloadNamed } from "../workloads/workloads.ts";
import type { Pair } from "./measurement.ts";
import { pairsNamed, pairsOf, planOf, type Step } from "./plan.ts";

export const USAGE = `pnpm bench [--only w1,w4-256m] [--subjects sluice,sluice-ecs,naive] [--rounds 5] [--invocations N]
  Without --only and --subjects: all that the targets need, and a verdict on each.
  --only         workloads: ${WORKLOADS.map(({ name, title }) => `${name} (${title})`).join(", ")};
                 w1, w4 and vpc of other sizes up to 1 GB: w1-256m, w4-1g; small-1 to small-64: tiny objects at once
  --subjects     ${SUBJECTS.map(({ name }) => name).join(", ")};
                 a yardstick that one needs is added. Default with a workload that no target needs: sluice
  --rounds       rounds over all pairs; 1 GB is done in 3 at most
  --invocations  in each run, the first of which isn't counted (default: the workload's own)`;

export interface BenchOptions {
  readonly steps: readonly Step[];
  readonly rounds: number;
}

/** Throws with the words to show when the arguments are wrong. */
export function benchOptions(args: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: "string" },
      subjects: { type: "string" },
      rounds: { type: "string", default: "5" },
      invocations: { type: "string" },
    },
  });
  const rounds = count("rounds", values.rounds);
  const invocations = values.invocations === undefined ? undefined : count("invocations", values.invocations);
  const only = values.only?.split(",").map((name) => workloadNamed(name).name);
  return { steps: planOf(pairs(only, values.subjects?.split(",")), rounds, invocations), rounds };
}

function pairs(only: readonly string[] | undefined, subjects: readonly string[] | undefined): Pair[] {
  if (subjects !== undefined) return pairsNamed(only ?? WORKLOADS.map(({ name }) => name), subjects);
  const needed = pairsOf(TARGETS, only);
  const others = (only ?? []).filter((name) => !needed.some(([workload]) => workload === name));
  return [...needed, ...pairsNamed(others, ["sluice"])];
}

function count(name: string, text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new Error(`--${name}: expected a whole number from 1, got ${text}`);
}
