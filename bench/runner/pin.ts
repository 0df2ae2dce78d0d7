import { spawnSync } from "node:child_process";
import { availableParallelism } from "node:os";

/** Number of a processor core; undefined where processes can't be kept to one. */
export type Core = number | undefined;

export interface Cores {
  readonly function: Core;
  readonly standIns: Core;
}

/** One core for the function, another for all that it talks to. */
export function chooseCores(): Cores {
  const canPin = spawnSync("taskset", ["-c", "0", "true"]).status === 0;
  if (!canPin || availableParallelism() < 2) return { function: undefined, standIns: undefined };
  return { function: 1, standIns: 0 };
}

/** The command, kept to that core. taskset becomes the command: their process id is the same. */
export function pinned(core: Core, command: readonly [string, ...string[]]): readonly [string, ...string[]] {
  return core === undefined ? command : ["taskset", "-c", String(core), ...command];
}
