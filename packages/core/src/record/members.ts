import { isRawNumber } from "../bytes/exact-json.ts";

/** Nested objects as JSON gives them. */
export type Members = Record<string, unknown>;

export function isMembers(value: unknown): value is Members {
  return value !== null && typeof value === "object" && !Array.isArray(value) && !isRawNumber(value);
}

/** Own members only. `a.b` is the member "a.b" if there is one, else member "b" of the object under "a". */
export function memberOf(object: Readonly<Members>, name: string): unknown {
  if (Object.hasOwn(object, name)) return object[name];
  for (let dot = name.indexOf("."); dot > 0; dot = name.indexOf(".", dot + 1)) {
    const head = name.slice(0, dot);
    const inner = Object.hasOwn(object, head) ? object[head] : undefined;
    const found = isMembers(inner) ? memberOf(inner, name.slice(dot + 1)) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Where a document has the field: a JSON record's own keys stand under `json`. */
export function placeIn(document: Readonly<Members>, field: string): string {
  const own = memberOf(document, field) === undefined && isMembers(document.json);
  return own && memberOf(document.json as Members, field) !== undefined ? `json.${field}` : field;
}

/** Sets a member by its dotted name, making objects on the way; where something else than an object stands, it gives way. */
export function setMember(object: Members, name: string, value: unknown): void {
  if (Object.hasOwn(object, name)) {
    define(object, name, value);
    return;
  }
  const dot = name.indexOf(".");
  if (dot <= 0) {
    define(object, name, value);
    return;
  }
  const head = name.slice(0, dot);
  const inner = Object.hasOwn(object, head) ? object[head] : undefined;
  const members = isMembers(inner) ? inner : {};
  if (members !== inner) define(object, head, members);
  setMember(members, name.slice(dot + 1), value);
}

/** Takes a member out, and the objects that are empty without it. */
export function dropMember(object: Members, name: string): void {
  if (Object.hasOwn(object, name)) {
    delete object[name];
    return;
  }
  for (let dot = name.indexOf("."); dot > 0; dot = name.indexOf(".", dot + 1)) {
    const head = name.slice(0, dot);
    const inner = Object.hasOwn(object, head) ? object[head] : undefined;
    if (!isMembers(inner) || memberOf(inner, name.slice(dot + 1)) === undefined) continue;
    dropMember(inner, name.slice(dot + 1));
    if (Object.keys(inner).length === 0) delete object[head];
    return;
  }
}

/** `__proto__` is a name like any other. */
function define(object: Members, name: string, value: unknown): void {
  Object.defineProperty(object, name, { value, writable: true, enumerable: true, configurable: true });
}
