import type { Fault, World } from "../world.ts";
import type { FaultKind } from "./kind.ts";

type Told = World["queue"]["told"];

function ofQueue(name: string, options: Partial<World["queue"]["options"]>, count: (told: Told) => number): Fault {
  let told: Told | undefined;
  return {
    name,
    get fired() {
      return told === undefined ? 0 : count(told);
    },
    setUp({ queue }) {
      told = queue.told;
      Object.assign(queue.options, options);
    },
  };
}

/** Messages come again, though nothing failed and though they were acknowledged. */
export const duplicates: FaultKind = {
  name: "duplicates",
  make(random) {
    return ofQueue(this.name, { duplicates: 0.3 + 0.4 * random.next() }, ({ copies }) => copies);
  },
};

/** Messages come in any order. */
export const disorder: FaultKind = {
  name: "disorder",
  make() {
    return ofQueue(this.name, { disorder: 1 }, ({ outOfTurn }) => outOfTurn);
  },
};

/** The same message in two environments at the same time. */
export const atTheSameTime: FaultKind = {
  name: "same-object-at-once",
  environments: 2,
  make() {
    return ofQueue(this.name, { duplicates: 0.7 }, ({ atOnce }) => atOnce);
  },
};
