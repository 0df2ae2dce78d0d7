import { readFileSync } from "node:fs";
import path from "node:path";

type PerWorkload = Readonly<Record<string, number>>;

/** Events per CPU-second of others, as measured once on a core of the same kind, against stand-ins of the same kind. */
export interface Peers {
  /** Month and year. */
  readonly measured: string;
  /** The yardstick of that run, to which the others' ratios are taken. */
  readonly naive: PerWorkload;
  readonly peers: readonly { readonly name: string; readonly eventsPerCpuSecond: PerWorkload }[];
}

export function readPeers(): Peers {
  return JSON.parse(readFileSync(path.join(import.meta.dirname, "../peers.json"), "utf8")) as Peers;
}
