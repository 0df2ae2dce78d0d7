import type { Random } from "../../fuzz/random.ts";
import type { Action, Exchange, Operation } from "../proxy/exchange.ts";
import type { ObjectKind } from "../workload/objects.ts";
import type { Need } from "../workload/workload.ts";
import type { Fault, World } from "../world.ts";

/** A fault that a run can be given. */
export interface FaultKind {
  readonly name: string;
  /** Environments that it needs at least. */
  readonly environments?: number;
  /** What kind of object there must be one of. */
  readonly first?: ObjectKind;
  readonly needs?: readonly Need[];
  /** It costs so much that only one run of so many is given it. */
  readonly oneIn?: number;
  /** Names of faults that may not happen in the same run: together they are beyond what is promised. */
  readonly notWith?: readonly string[];
  /** `random` is this fault's own: what it draws is the same whatever else happens. */
  make(random: Random): Fault;
}

/** Which requests of an operation it meets: `length` of them, from one of the first on. */
export interface Window {
  readonly from: number;
  readonly length: number;
}

export function windowOf(random: Random, latest: number, longest: number): Window {
  return { from: random.below(latest + 1), length: 1 + random.below(longest) };
}

export function isWithin({ from, length }: Window, number: number): boolean {
  return number >= from && number < from + length;
}

/** Meets requests of one operation within a window. */
export function requestFault(
  name: string,
  operation: Operation,
  window: Window,
  act: (exchange: Exchange, world: World) => Action | undefined | Promise<Action | undefined>,
  options: { readonly phase?: "head" | "body"; setUp?: Fault["setUp"] } = {},
): Fault {
  const { phase = "body", setUp } = options;
  const fault = {
    name,
    fired: 0,
    ...(setUp === undefined ? {} : { setUp }),
    async decide(exchange: Exchange, at: "head" | "body", world: World) {
      if (at !== phase || exchange.operation !== operation || !isWithin(window, exchange.number)) return undefined;
      const action = await act(exchange, world);
      if (action !== undefined) fault.fired += 1;
      return action;
    },
  };
  return fault;
}

/** Something real that keeps bulk requests out, set while those of the window come. */
export function blockWhile(
  name: string,
  window: Window,
  set: (world: World, on: boolean) => Promise<void>,
): Fault & { fired: number } {
  // One after the other: requests come at the same time.
  let last: Promise<void> = Promise.resolve();
  let isSet = false;
  const turn = (world: World, on: boolean): Promise<void> => {
    if (isSet !== on) last = last.then(() => set(world, on));
    isSet = on;
    return last;
  };
  const fault: Fault & { fired: number } = {
    name,
    fired: 0,
    async decide({ operation, number }, phase, world) {
      if (phase !== "body" || operation !== "bulk" || number < window.from) return undefined;
      if (isWithin(window, number)) fault.fired += 1;
      await turn(world, isWithin(window, number));
      return undefined;
    },
    tearDown: (world) => turn(world, false),
  };
  return fault;
}
