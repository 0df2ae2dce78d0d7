import type { Ports } from "../api.ts";
import type { RouteConfig } from "../config/config.ts";
import type { PatternSet } from "../pattern-set.ts";
import { compilePredicate, type Test } from "../process/predicate.ts";
import { compileProcess } from "../process/process.ts";
import type { Step } from "../process/steps.ts";
import type { RecordView } from "../record/record.ts";

/** Sinks, by number, that get a record by way of the same steps. */
export interface Branch {
  /** Numbers of the routes in the config; none where it has none. */
  readonly routes: readonly number[];
  readonly sinks: readonly number[];
  readonly steps: readonly Step[];
}

/** Where a record goes, each sink at most once; none means unrouted. The array is shared: not to be changed. */
export type Router = (record: RecordView) => readonly Branch[];

interface Route extends Branch {
  readonly test: Test | undefined;
  readonly continue: boolean;
}

const NO_STEPS: readonly Step[] = [];

/** First match wins, `continue: true` goes on; without routes every record goes to all sinks. */
export async function compileRoutes(
  routes: readonly RouteConfig[] | undefined,
  sinks: readonly string[],
  patterns: PatternSet,
  ports: Ports,
): Promise<Router> {
  if (routes === undefined) {
    const all = [{ routes: [], sinks: sinks.map((_, i) => i), steps: NO_STEPS }];
    return () => all;
  }
  const compiled = await Promise.all(
    routes.map(
      async (route, i): Promise<Route> => ({
        test: route.when && compilePredicate(route.when, patterns, `routes[${i}].when`),
        routes: [i],
        sinks: [...new Set(route.to)].map((name) => sinks.indexOf(name)),
        steps: await compileProcess(route.process, patterns, ports, `routes[${i}].process`),
        continue: route.continue,
      }),
    ),
  );
  return routerOf(compiled);
}

function routerOf(routes: readonly Route[]): Router {
  const alone = routes.map((route) => branchesOf([route]));
  const known = new Map<string, readonly Branch[]>();
  const joined = (taken: readonly number[]): readonly Branch[] => {
    const key = taken.join();
    const branches = known.get(key) ?? branchesOf(taken.map((i) => routes[i] as Route));
    known.set(key, branches);
    return branches;
  };
  return (record) => {
    const taken: number[] = [];
    for (let i = 0; i < routes.length; i++) {
      const { test, continue: goesOn } = routes[i] as Route;
      if (test !== undefined && !test(record)) continue;
      if (!goesOn && taken.length === 0) return alone[i] as readonly Branch[];
      taken.push(i);
      if (!goesOn) break;
    }
    return joined(taken);
  };
}

/** A sink gets a record once, by the first of the routes that name it; sinks without steps between share a branch. */
function branchesOf(routes: readonly Route[]): Branch[] {
  const seen = new Set<number>();
  const branches: Branch[] = [];
  for (const { routes: numbers, sinks, steps } of routes) {
    const fresh = sinks.filter((sink) => !seen.has(sink));
    for (const sink of fresh) seen.add(sink);
    if (fresh.length === 0) continue;
    const plain = steps.length === 0 ? branches.findIndex((branch) => branch.steps.length === 0) : -1;
    const joined = branches[plain];
    if (joined === undefined) branches.push({ routes: numbers, sinks: fresh, steps });
    else branches[plain] = { routes: [...joined.routes, ...numbers], sinks: [...joined.sinks, ...fresh], steps };
  }
  return branches;
}
