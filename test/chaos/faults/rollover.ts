import type { Random } from "../../fuzz/random.ts";
import { type Action, forward, RESET, refuse } from "../proxy/exchange.ts";
import type { Need } from "../workload/workload.ts";
import type { Fault, World } from "../world.ts";
import { type FaultKind, isWithin, requestFault, windowOf } from "./kind.ts";

/** Streams and direct events don't say that they come again: where that matters, a sink is told to look every time. */
export function lookEverywhere({ settings, workload }: World): void {
  const isTold = workload.kinesis.length === 0 && workload.events.length === 0;
  settings.sinks.search.dedupe = isTold ? "stream" : "always";
}

/** The server has taken the documents, nobody learns of it, and what is sent again meets a new backing index. */
function lostAndRolledOver(name: string, random: Random): Fault & { fired: number } {
  const isKilled = random.chance(0.5);
  const needs: readonly Need[] = random.chance(0.6) ? ["queues"] : [];
  const options = { setUp: lookEverywhere };
  const fault = requestFault(
    name,
    "bulk",
    windowOf(random, 2, 2),
    ({ slot }, { search, stream, environments }) =>
      forward({
        reply: async (reply) => {
          await search.rollOver(stream);
          if (isKilled) environments[slot]?.kill();
          return reply;
        },
        lose: isKilled ? "hang" : "reset",
      }),
    options,
  );
  return Object.assign(fault, { needs });
}

/** What two invocations deliver at the same time may be doubled across a rollover. */
const NOT_WITH: readonly string[] = ["same-object-at-once"];

export const rolledOver: FaultKind = {
  name: "rolled-over",
  notWith: NOT_WITH,
  make(random) {
    return lostAndRolledOver(this.name, random);
  },
};

/** The same, and the question what is there already goes wrong as well. */
export const lookupFails: FaultKind = {
  name: "lookup-fails",
  notWith: NOT_WITH,
  make(random) {
    const first = lostAndRolledOver(this.name, random);
    const window = windowOf(random, 1, 5);
    const fault: Fault & { fired: number } = {
      name: this.name,
      needs: first.needs ?? [],
      fired: 0,
      setUp: lookEverywhere,
      decide(exchange, phase, world) {
        const { operation, number } = exchange;
        if (operation !== "lookup") return first.decide?.(exchange, phase, world);
        if (phase !== "body" || !isWithin(window, number)) return undefined;
        fault.fired += 1;
        return random.pick(WRONG)();
      },
    };
    return fault;
  },
};

const WRONG: readonly (() => Action)[] = [
  () => RESET,
  () => forward({ cut: 0.5 }),
  () => forward({ lose: "hang" }),
  () => refuse(429, { error: { type: "circuit_breaking_exception", reason: "data too large" }, status: 429 }),
  () => refuse(503, { error: { type: "cluster_block_exception", reason: "state not recovered" }, status: 503 }),
  () => refuse(200, { docs: [] }),
];
