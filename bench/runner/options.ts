import { parseArgs } from "node:util";
import { type Subject, subjectNamed } from "../subject/subjects.ts";
import { WORKLOADS, type Workload, workloadNamed } from "../workloads/workloads.ts";

export const USAGE = `pnpm bench [--only w1,w4-256m] [--subjects sluice,sluice-ecs,naive] [--rounds 3] [--invocations N]
  --only         workloads: ${WORKLOADS.map(({ name, title }) => `${name} (${title})`).join(", ")};
                 w1 and w4 of other sizes up to 1 GB: w1-256m, w4-1g
  --subjects     sluice, sluice-ecs, sluice-plain, naive, naive-plain; a yardstick that one needs is added
  --rounds       rounds over all pairs
  --invocations  in each run, the first of which isn't counted (default: the workload's own)`;

export interface BenchOptions {
  readonly workloads: readonly Workload[];
  /** Each after its yardstick. */
  readonly subjects: readonly Subject[];
  readonly rounds: number;
}

/** Throws with the words to show when the arguments are wrong. */
export function benchOptions(args: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: "string" },
      subjects: { type: "string", default: "sluice" },
      rounds: { type: "string", default: "3" },
      invocations: { type: "string" },
    },
  });
  const invocations = values.invocations === undefined ? undefined : count("invocations", values.invocations);
  const workloads = values.only?.split(",").map(workloadNamed) ?? WORKLOADS;
  return {
    workloads: workloads.map((workload) => (invocations === undefined ? workload : { ...workload, invocations })),
    subjects: withYardsticks(values.subjects.split(",").map(subjectNamed)),
    rounds: count("rounds", values.rounds),
  };
}

function withYardsticks(subjects: readonly Subject[]): Subject[] {
  const all = subjects.flatMap((subject) =>
    subject.yardstick === undefined ? [subject] : [subjectNamed(subject.yardstick), subject],
  );
  return [...new Set(all)];
}

function count(name: string, text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new Error(`--${name}: expected a whole number from 1, got ${text}`);
}
