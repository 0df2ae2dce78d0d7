import type { Predicate, Range } from "../config/config.ts";
import type { PatternSet } from "../pattern-set.ts";
import type { FieldValue, RecordView } from "../record/record.ts";
import { type Cidr, isWithin, parseCidr } from "./cidr.ts";
import { compileGlob } from "./glob.ts";

export type Test = (record: RecordView) => boolean;

/** Compiles the predicate grammar that `include`, `exclude` and `when` share. A list field matches when one of its elements does. `path`: where in the config it stands. */
export function compilePredicate(predicate: Predicate, patterns: PatternSet, path: string): Test {
  if ("all" in predicate) {
    const tests = predicate.all.map((each, i) => compilePredicate(each, patterns, `${path}.all[${i}]`));
    return (record) => tests.every((test) => test(record));
  }
  if ("any" in predicate) {
    const tests = predicate.any.map((each, i) => compilePredicate(each, patterns, `${path}.any[${i}]`));
    return (record) => tests.some((test) => test(record));
  }
  if ("not" in predicate) {
    const test = compilePredicate(predicate.not, patterns, `${path}.not`);
    return (record) => !test(record);
  }
  const { field } = predicate;
  if ("exists" in predicate) {
    const { exists } = predicate;
    return (record) => isPresent(record.get(field)) === exists;
  }
  const matches = compileTest(predicate, patterns, path);
  return (record) => {
    const value = record.get(field);
    return Array.isArray(value) ? value.some(matches) : matches(value as FieldValue);
  };
}

type FieldTest = Exclude<Predicate, { all: unknown } | { any: unknown } | { not: unknown } | { exists: unknown }>;

function compileTest(predicate: FieldTest, patterns: PatternSet, path: string): (value: FieldValue) => boolean {
  if ("equals" in predicate) {
    const wanted = predicate.equals;
    return (value) => same(value, wanted);
  }
  if ("in" in predicate) {
    const wanted = predicate.in;
    return (value) => wanted.some((each) => same(value, each));
  }
  if ("glob" in predicate) {
    const matcher = compileGlob(predicate.glob, { segments: false });
    return (value) => isScalar(value) && matcher(String(value));
  }
  if ("regex" in predicate) {
    const pattern = patterns.add(predicate.regex, `${path}.regex`);
    return (value) => isScalar(value) && pattern.test(String(value));
  }
  if ("cidr" in predicate) {
    const ranges = [predicate.cidr].flat().map((text) => parseCidr(text) as Cidr);
    return (value) => typeof value === "string" && isWithin(value, ranges);
  }
  return inRange(predicate.range);
}

/** By value, so that a status read as the number 200 equals "200" in a config. */
function same(value: FieldValue, wanted: string | number | boolean): boolean {
  return value === wanted || (isScalar(value) && String(value) === String(wanted));
}

function inRange({ gt, gte, lt, lte }: Range): (value: FieldValue) => boolean {
  return (value) => {
    const number =
      typeof value === "number" ? value : typeof value === "string" && value.trim() !== "" ? Number(value) : Number.NaN;
    if (Number.isNaN(number)) return false;
    return !(
      (gt !== undefined && number <= gt) ||
      (gte !== undefined && number < gte) ||
      (lt !== undefined && number >= lt) ||
      (lte !== undefined && number > lte)
    );
  };
}

function isScalar(value: FieldValue): boolean {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean";
}

function isPresent(value: FieldValue): boolean {
  return value !== undefined && value !== null && !(Array.isArray(value) && value.length === 0);
}
