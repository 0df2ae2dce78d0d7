import { createHmac } from "node:crypto";
import { EVERY_FIELD, type RedactConfig } from "../config/config.ts";
import type { Pattern } from "../ports/patterns.ts";
import { settle } from "../record/edited.ts";
import { dropMember, isMembers, type Members, memberOf, placeIn, setMember } from "../record/members.ts";
import type { FieldValue, RecordCursor } from "../record/record.ts";
import type { Edit } from "./steps.ts";

/** Stands for what was taken out when the config doesn't say otherwise. */
export const DEFAULT_MASK = "[redacted]";

/** Hexadecimal digits of a hash that are kept: 128 bits tell values apart, and say nothing of them without the key. */
const HASH_DIGITS = 32;

/** What becomes of a text; undefined: it is taken out. */
type Replace = (text: string) => string | undefined;

/** `hash.key` has its secrets resolved. */
export function compileRedact(config: RedactConfig, pattern: Pattern | undefined): Edit {
  const fields = typeof config.field === "string" ? [config.field] : config.field;
  const replace = replaceBy(config, pattern);
  const isFound = (value: FieldValue): boolean =>
    value !== undefined && (pattern === undefined || typeof value !== "string" || pattern.test(value));
  return {
    kind: "edit",
    needed: (record) => fields.some((field) => field === EVERY_FIELD || isFound(record.get(field))),
    apply: (record) => {
      for (const field of fields) redactField(record, field, replace);
      settle(record);
    },
  };
}

function replaceBy({ hash, drop, with: mask = DEFAULT_MASK }: RedactConfig, pattern: Pattern | undefined): Replace {
  if (drop === true) return (text) => (pattern === undefined || pattern.test(text) ? undefined : text);
  if (hash === undefined) return pattern === undefined ? () => mask : (text) => pattern.replace(text, mask);
  const digest = (text: string): string =>
    createHmac("sha256", hash.key).update(text).digest("hex").slice(0, HASH_DIGITS);
  return pattern === undefined ? digest : (text) => pattern.replace(text, digest);
}

function redactField(record: RecordCursor, field: string, replace: Replace): void {
  const document = record.edited as Members;
  if (field === EVERY_FIELD) {
    redactMembers(document, "", replace, (path) => path === "@timestamp" || record.context.constants.has(path));
    return;
  }
  const name = placeIn(document, field);
  const value = memberOf(document, name);
  if (value === undefined) return;
  const left = redacted(value, replace);
  if (left === undefined) dropMember(document, name);
  else setMember(document, name, left);
}

/** A number that is to be changed is taken out: a mask would not fit its field's mapping. */
function redacted(value: unknown, replace: Replace): unknown {
  if (typeof value === "string") return replace(value);
  if (Array.isArray(value)) {
    const left = value.map((each) => redacted(each, replace)).filter((each) => each !== undefined);
    return left.length === 0 && value.length > 0 ? undefined : left;
  }
  if (isMembers(value)) {
    redactMembers(value, "", replace, () => false);
    return Object.keys(value).length === 0 ? undefined : value;
  }
  if (value === null) return value;
  const text = typeof value === "object" ? JSON.stringify(value) : String(value);
  return replace(text) === text ? value : undefined;
}

function redactMembers(object: Members, prefix: string, replace: Replace, isKept: (path: string) => boolean): void {
  for (const name of Object.keys(object)) {
    const path = prefix + name;
    const value = object[name];
    if (isKept(path)) continue;
    if (isMembers(value)) {
      redactMembers(value, `${path}.`, replace, isKept);
      if (Object.keys(value).length === 0) delete object[name];
      continue;
    }
    const left = redacted(value, replace);
    if (left === undefined) delete object[name];
    else if (left !== value) Object.defineProperty(object, name, { value: left, ...MEMBER });
  }
}

const MEMBER = { writable: true, enumerable: true, configurable: true } as const;
