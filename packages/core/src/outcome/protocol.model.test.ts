import { describe, expect, test } from "vitest";
import { broken, initial, keyOf, type Mutation, type Shape, type State, steps } from "./protocol.model.testing.ts";

/** Each is large in one respect, as all of them at once would be too many states. */
const SHAPES: Readonly<Record<string, Shape>> = {
  "several hops and faults": { records: 2, sinks: 1, maxHops: 2, maxReceives: 2, faults: 3 },
  "two sinks, several faults": { records: 1, sinks: 2, maxHops: 1, maxReceives: 3, faults: 2 },
  "two records, two sinks": { records: 2, sinks: 2, maxHops: 1, maxReceives: 2, faults: 1 },
};

/** Steps in one history without faults; the longest that ends has far fewer. */
const MAX_STEPS = 300;

interface Explored {
  readonly states: number;
  /** What happened anywhere. */
  readonly seen: ReadonlySet<string>;
  /** What is wrong, after the steps that lead there. */
  readonly counterexample: readonly string[] | undefined;
}

/** Visits every state that can be reached, nearest first, so that a counterexample is as short as any. */
function explore(shape: Shape, mutation?: Mutation): Explored {
  const start = initial(shape);
  const cameBy = new Map<string, { readonly from: string; readonly what: string } | undefined>();
  const seen = new Set<string>();
  const ends = new Map<string, boolean>();
  let level: State[] = [start];
  cameBy.set(keyOf(start), undefined);
  while (level.length > 0) {
    const next: State[] = [];
    for (const state of level) {
      const from = keyOf(state);
      const wrong = broken(state) ?? stuck({ ...state, faults: 0 }, ends, mutation);
      if (wrong !== undefined)
        return { states: cameBy.size, seen, counterexample: [...historyOf(from, cameBy), wrong] };
      for (const { what, state: to } of steps(state, mutation)) {
        seen.add(what.replace(/^\d to sink \d: /, ""));
        const key = keyOf(to);
        if (cameBy.has(key)) continue;
        cameBy.set(key, { from, what });
        next.push(to);
      }
    }
    level = next;
  }
  return { states: cameBy.size, seen, counterexample: undefined };
}

function historyOf(key: string, cameBy: ReadonlyMap<string, { from: string; what: string } | undefined>): string[] {
  const history: string[] = [];
  for (let at = cameBy.get(key); at !== undefined; at = cameBy.get(at.from)) history.unshift(at.what);
  return history;
}

/**
 * Without further faults every way on must come to an end, with no message left. `ends`: states known to (true), and those on the
 * way that is being followed (false): to come back to one, or never to come to an end, is to go round for ever.
 */
function stuck(
  state: State,
  ends: Map<string, boolean>,
  mutation: Mutation | undefined,
  depth = 0,
): string | undefined {
  const key = keyOf(state);
  const known = ends.get(key);
  if (known === true) return undefined;
  if (known === false || depth > MAX_STEPS) return "it goes round for ever";
  ends.set(key, false);
  let isEnd = true;
  for (const { state: next } of steps(state, mutation)) {
    isEnd = false;
    const wrong = stuck(next, ends, mutation, depth + 1);
    if (wrong !== undefined) return wrong;
  }
  if (isEnd && state.messages.length > 0) return "a message is left that nobody works on";
  ends.set(key, true);
  return undefined;
}

/** All that the model knows to happen, so that none of it is left out by the shapes. */
const EVERYTHING = [
  "acknowledged",
  "acknowledged, as the rest is handed over",
  "deadline, no sink got further: it fails",
  "delivered",
  "delivered, the answer is lost",
  "failed: it comes again",
  "handed over",
  "handed over, the answer is lost",
  "killed",
  "received",
  "received a second time",
  "refused, kept as a dead letter",
  "refused, the letter is not kept",
  "the continuation is refused",
  "the last hop: letters are not kept, it fails",
  "the last hop: the rest is dead letters",
  "the sink fails",
  "to the dead-letter queue",
];

test("whatever goes wrong, no record is lost or doubled; when faults stop, all is accounted for", () => {
  const seen = new Set<string>();
  for (const [name, shape] of Object.entries(SHAPES)) {
    const explored = explore(shape);
    expect(explored.counterexample, name).toBeUndefined();
    expect(explored.states, name).toBeGreaterThan(500);
    for (const what of explored.seen) seen.add(what);
  }
  expect([...seen].sort()).toEqual(EVERYTHING);
});

const LOST = "a record is acknowledged and accounted for nowhere";
const TWICE = "a sink that knows ids has a record twice";
const FOR_EVER = "it goes round for ever";

describe("a protocol that is wrong is found out: one that", () => {
  test.each<[Mutation, string]>([
    ["acknowledges before the continuation is durable", LOST],
    ["acknowledges though the continuation was refused", LOST],
    ["acknowledges though a sink failed", LOST],
    ["acknowledges before the dead letter is durable", LOST],
    ["takes marks above what is settled", LOST],
    ["leaves an owed sink out of the continuation", LOST],
    ["names records by the attempt", TWICE],
    ["hands over without having got further, and doesn't count hops", FOR_EVER],
  ])("%s", (mutation, wrong) => {
    for (const shape of Object.values(SHAPES)) {
      const { counterexample } = explore(shape, mutation);
      if (counterexample === undefined) continue;
      expect(counterexample.at(-1)).toBe(wrong);
      return;
    }
    expect.fail("no counterexample");
  });
});
