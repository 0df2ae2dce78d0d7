import { availableParallelism, cpus, loadavg } from "node:os";
import type { Cores } from "./pin.ts";

export interface Machine {
  readonly model: string;
  readonly cores: number;
  readonly node: string;
  readonly pinned: boolean;
  /** Processes that wanted a core, at the end, averaged over a minute: the bench itself makes up to 2. */
  readonly load: number;
}

export function machine(cores: Cores): Machine {
  return {
    model: cpus()[0]?.model ?? "unknown",
    cores: availableParallelism(),
    node: process.version,
    pinned: cores.function !== undefined,
    load: loadavg()[0] ?? 0,
  };
}
