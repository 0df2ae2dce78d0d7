import { isExact } from "./json-object.ts";

/** How members of JSON are called otherwise: by `parent.member` or `member`, to one name or a path of them; `:text` makes a number one. */
export type Names = Readonly<Record<string, string>>;

/**
 * A JSON value with its members' names in snake case, or as `names` says; those in `whole` keep what is within them. What is null
 * or empty is left out, so that undefined is given when nothing is left.
 */
export function renamed(value: unknown, names: Names, whole: ReadonlySet<string>, parent = ""): unknown {
  if (Array.isArray(value)) {
    const kept = value.map((each) => renamed(each, names, whole, parent)).filter((each) => each !== undefined);
    return kept.length === 0 ? undefined : kept;
  }
  if (typeof value !== "object") return value === "" ? undefined : value;
  if (isExact(value)) return number(value as { readonly rawJSON: string });
  return value === null ? undefined : renamedObject(value, names, whole, parent);
}

function renamedObject(value: object, names: Names, whole: ReadonlySet<string>, parent: string): unknown {
  const out: Tree = Object.create(null);
  let empty = true;
  for (const [key, inner] of Object.entries(value)) {
    const kept = whole.has(key) ? nonEmpty(inner) : renamed(inner, names, whole, key);
    if (kept === undefined) continue;
    const [name, text] = (own(names, `${parent}.${key}`) ?? own(names, key) ?? snakeCase(key)).split(":") as [
      string,
      ...string[],
    ];
    put(out, name.split("."), typeof kept === "number" ? meant(name, kept, text !== undefined) : kept);
    empty = false;
  }
  return empty ? undefined : out;
}

/** A number again where that loses nothing. */
function number(exact: { readonly rawJSON: string }): unknown {
  const value = Number(exact.rawJSON);
  return String(value) === exact.rawJSON ? value : exact;
}

interface Tree {
  [name: string]: unknown;
}

function put(tree: Tree, path: readonly string[], value: unknown): void {
  const [name, ...rest] = path as [string, ...string[]];
  if (rest.length === 0) {
    tree[name] = value;
    return;
  }
  const inner = tree[name];
  const next: Tree = isTree(inner) ? inner : Object.create(null);
  tree[name] = next;
  put(next, rest, value);
}

function isTree(value: unknown): value is Tree {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function nonEmpty(value: unknown): unknown {
  const empty = value === null || value === "" || (typeof value === "object" && Object.keys(value).length === 0);
  return empty ? undefined : value;
}

function own(names: Names, key: string): string | undefined {
  return Object.hasOwn(names, key) ? names[key] : undefined;
}

/** `accessKeyId` → `access_key_id`, `IpV4Addresses` → `ip_v4_addresses`. */
function snakeCase(key: string): string {
  return key
    .replaceAll(/([a-z0-9])([A-Z])/g, "$1_$2")
    .replaceAll(/([A-Z])([A-Z][a-z])/g, "$1_$2")
    .toLowerCase();
}

/** Times are counted in seconds since the epoch. */
function meant(name: string, value: number, text: boolean): string | number {
  if (text) return String(value);
  return name.endsWith("_at") || name.endsWith("_time") ? timeText(value) : value;
}

function timeText(seconds: number): string | number {
  const ms = Math.round(seconds * 1000);
  return ms > 0 && ms < 8.64e15 ? new Date(ms).toISOString() : seconds;
}
