import type { Config, Predicate, ProcessStep, RouteConfig } from "../config/config.ts";
import { PatternSet } from "../pattern-set.ts";
import { compilePredicate, type Test } from "../process/predicate.ts";
import type { ConstantValue } from "../record/document-template.ts";
import type { RecordView } from "../record/record.ts";

/** Sinks by number: those that get every record of an item as it was read, and all that may get any of them. */
export interface Reach {
  readonly whole: ReadonlySet<number>;
  readonly some: ReadonlySet<number>;
}

/** Where records of an item come to. `constants`: the fields that each of them has, with this value. */
export type FindReach = (constants: ReadonlyMap<string, ConstantValue>) => Reach;

/** True or false for every record of an item; undefined where that can't be told before they are read. */
type Certainty = boolean | undefined;
type Certain = (predicate: Predicate) => Certainty;
type FieldPredicate = Extract<Predicate, { readonly field: string }>;

const NOWHERE: Reach = { whole: new Set(), some: new Set() };

/** Follows the config's steps and routes with what is known of all records of an item before they are read. */
export function compileReach(
  { process, routes }: Pick<Config, "process" | "routes">,
  sinks: readonly string[],
): FindReach {
  const testOf = compileTests();
  return (constants) => {
    const certain: Certain = (predicate) => certainty(predicate, constants, testOf);
    const passes = process.map((step) => stepPasses(step, certain));
    if (passes.includes(false)) return NOWHERE;
    const { whole, some } = routes === undefined ? everywhere(sinks) : routed(routes, sinks, certain);
    return passes.includes(undefined) ? { whole: NOWHERE.whole, some } : { whole, some };
  };
}

/** Patterns aren't tried: their engine may be asked only for records. */
function compileTests(): (predicate: FieldPredicate) => Test | undefined {
  const tests = new Map<FieldPredicate, Test>();
  return (predicate) => {
    if ("regex" in predicate) return undefined;
    const test = tests.get(predicate) ?? compilePredicate(predicate, new PatternSet(undefined), "");
    tests.set(predicate, test);
    return test;
  };
}

/** Undefined also for a step that changes records. */
function stepPasses({ include, exclude }: ProcessStep, certain: Certain): Certainty {
  if (include !== undefined) return certain(include);
  return exclude === undefined ? undefined : not(certain(exclude));
}

function everywhere(sinks: readonly string[]): Reach {
  const all = new Set(sinks.keys());
  return { whole: all, some: all };
}

/** From the last route to the first: what follows a route is known when it is looked at. */
function routed(routes: readonly RouteConfig[], sinks: readonly string[], certain: Certain): Reach {
  return routes.reduceRight((rest: Reach, route) => {
    const taken = route.when === undefined ? true : certain(route.when);
    if (taken === false) return rest;
    const to = new Set(route.to.map((name) => sinks.indexOf(name)));
    const own: Reach = { whole: route.process.length === 0 ? to : NOWHERE.whole, some: to };
    const matched = route.continue ? joined(own, rest) : own;
    if (taken === true) return matched;
    return { whole: both(matched.whole, rest.whole), some: either(matched.some, rest.some) };
  }, NOWHERE);
}

/** A sink gets a record by the first route that names it. */
function joined(own: Reach, rest: Reach): Reach {
  const later = [...rest.whole].filter((sink) => !own.some.has(sink));
  return { whole: either(own.whole, later), some: either(own.some, rest.some) };
}

function either(a: Iterable<number>, b: Iterable<number>): Set<number> {
  return new Set([...a, ...b]);
}

function both(a: ReadonlySet<number>, b: ReadonlySet<number>): Set<number> {
  return new Set([...a].filter((sink) => b.has(sink)));
}

function certainty(
  predicate: Predicate,
  constants: ReadonlyMap<string, ConstantValue>,
  testOf: (predicate: FieldPredicate) => Test | undefined,
): Certainty {
  const inner: Certain = (each) => certainty(each, constants, testOf);
  if ("all" in predicate) return every(predicate.all.map(inner));
  if ("any" in predicate) return not(every(predicate.any.map((each) => not(inner(each)))));
  if ("not" in predicate) return not(inner(predicate.not));
  const value = constants.get(predicate.field);
  return value === undefined ? undefined : testOf(predicate)?.({ get: () => value } as unknown as RecordView);
}

function every(all: readonly Certainty[]): Certainty {
  if (all.includes(false)) return false;
  return all.includes(undefined) ? undefined : true;
}

function not(certain: Certainty): Certainty {
  return certain === undefined ? undefined : !certain;
}
