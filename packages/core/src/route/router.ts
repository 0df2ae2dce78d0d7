import type { RouteConfig } from "../config/config.ts";
import { compilePredicate } from "../process/predicate.ts";
import type { RecordView } from "../record/record.ts";

/** Numbers of the sinks a record goes to, each once; none means unrouted. The array is shared: not to be changed. */
export type Router = (record: RecordView) => readonly number[];

/** First match wins, `continue: true` goes on; without routes every record goes to all sinks. */
export function compileRoutes(routes: readonly RouteConfig[] | undefined, sinks: readonly string[]): Router {
  const all = sinks.map((_, i) => i);
  if (routes === undefined) return () => all;
  const compiled = routes.map((route) => ({
    test: route.when === undefined ? undefined : compilePredicate(route.when),
    to: [...new Set(route.to)].map((name) => sinks.indexOf(name)),
    continue: route.continue,
  }));
  const only = compiled[0];
  if (only !== undefined && only.test === undefined && !only.continue) return () => only.to;
  return (record) => {
    let targets: readonly number[] = [];
    for (const route of compiled) {
      if (route.test !== undefined && !route.test(record)) continue;
      targets = targets.length === 0 ? route.to : [...new Set([...targets, ...route.to])];
      if (!route.continue) break;
    }
    return targets;
  };
}
