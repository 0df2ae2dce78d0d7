import * as z from "zod";
import { quote, SluiceError } from "../errors.ts";
import type { SinkDefinition } from "../ports/sink.ts";
import type { Config, SinkConfig } from "./config.ts";
import { didYouMean } from "./did-you-mean.ts";
import { CORE_SINK_KEYS, configSchema } from "./schema.ts";
import { hasSecret } from "./secrets.ts";

/** One thing wrong in a config: `sinks.search.url`, what was expected there, and what was found. */
export interface ConfigIssue {
  readonly path: string;
  readonly expected: string;
  readonly got: string;
}

/** CONFIG_INVALID with every issue; the message names file, path, expected and got, a line each. */
export class ConfigError extends SluiceError {
  readonly file: string;
  readonly issues: readonly ConfigIssue[];
  constructor(file: string, issues: readonly ConfigIssue[]) {
    const lines = issues.map(({ path, expected, got }) => `${file}: ${path}: expected ${expected}, got ${got}`);
    super("CONFIG_INVALID", lines.join("\n"));
    this.file = file;
    this.issues = issues;
  }
}

/** A schema is used once: having zod compile it takes longer than it saves. */
const ONCE = { reportInput: true, jitless: true } as const;

/**
 * Checks all that core knows of a config. Sinks' own options are checked by `parseSinkOptions`, once their code is loaded.
 * `written`: the same with its placeholders; what they stand for isn't shown.
 */
export function parseConfig(value: unknown, file: string = "config", written: unknown = value): Config {
  const result = configSchema.safeParse(value, ONCE);
  if (result.success) return result.data;
  throw new ConfigError(file, issuesOf(result.error, value, configSchema, [], written));
}

/** The adapter's options out of a sink's config, by the adapter's schema. `written`: the same with its placeholders. */
export function parseSinkOptions(
  name: string,
  definition: SinkDefinition,
  options: unknown,
  file: string,
  written: unknown = options,
): unknown {
  const result = definition.options.safeParse(options, ONCE);
  if (result.success) return result.data;
  throw new ConfigError(file, issuesOf(result.error, options, definition.options, ["sinks", name], written));
}

/** What is wrong in a sink's options while secrets are still placeholders: those can't be judged yet. */
export function sinkOptionIssues(name: string, definition: SinkDefinition, options: unknown): readonly ConfigIssue[] {
  const result = definition.options.safeParse(options, ONCE);
  if (result.success) return [];
  const known = result.error.issues.filter(
    (issue) => !hasSecret(valueAt(options, issue.path)) || issue.path.length === 0,
  );
  return issuesOf(new z.ZodError(known), options, definition.options, ["sinks", name]);
}

/** What of a sink's config is its adapter's own. */
export function sinkOptions(sink: SinkConfig): Record<string, unknown> {
  return Object.fromEntries(Object.entries(sink).filter(([key]) => !CORE_SINK_KEYS.includes(key)));
}

function issuesOf(
  error: z.ZodError,
  root: unknown,
  schema: z.ZodType,
  prefix: readonly PropertyKey[],
  written: unknown = root,
): ConfigIssue[] {
  return error.issues.flatMap(chosen).flatMap((issue) => {
    const at = [...prefix, ...issue.path];
    if (issue.code === "unrecognized_keys") {
      const known = knownKeys(schema, issue.path, valueAt(root, issue.path));
      const expected = known.length > 0 ? `one of ${known.join(", ")}` : "no such key";
      return issue.keys.map((key) => ({
        path: pathText([...at, key]),
        expected,
        got: `unknown key ${quote(key)}${didYouMean(key, known)}`,
      }));
    }
    const [expected, value] = [expectedText(issue), valueAt(root, issue.path)];
    if (typeof value === "string" && hasSecret(valueAt(written, issue.path)))
      return [{ path: pathText(at), expected, got: "a string from a placeholder (not shown)" }];
    return [{ path: pathText(at), expected, got: gotText(value, at) + hintFor(value, expected) }];
  });
}

/** What is meant by a misspelt name, out of those that are listed as expected. */
function hintFor(value: unknown, expected: string): string {
  const [, names, inBrackets] = /^one of (.+)$|\((.+)\)$/.exec(expected) ?? [];
  return typeof value === "string" ? didYouMean(value, (names ?? inBrackets ?? "").split(", ")) : "";
}

/** Of a union the one alternative that is for a value of this type, when there is one: what it says helps, the others don't. */
function chosen(issue: z.core.$ZodIssue): z.core.$ZodIssue[] {
  if (issue.code !== "invalid_union") return [issue];
  const meant = issue.errors.filter(([first]) => first !== undefined && !isOfAnotherType(first));
  if (meant.length !== 1) return [issue];
  return (meant[0] as z.core.$ZodIssue[]).flatMap((each) => chosen({ ...each, path: [...issue.path, ...each.path] }));
}

function isOfAnotherType({ code, path }: z.core.$ZodIssue): boolean {
  return path.length === 0 && (code === "invalid_type" || code === "invalid_value");
}

function expectedText(issue: z.core.$ZodIssue): string {
  if (issue.code === "invalid_type") return issue.expected;
  if (issue.code === "invalid_value") return `one of ${issue.values.map(String).join(", ")}`;
  if (issue.code === "too_small")
    return bound(issue.inclusive === false ? "more than" : "at least", issue.minimum, issue.origin);
  if (issue.code === "too_big")
    return bound(issue.inclusive === false ? "less than" : "at most", issue.maximum, issue.origin);
  if (issue.code === "invalid_format" && !issue.message.startsWith("expected ")) return `a valid ${issue.format}`;
  return issue.message.replace(/^expected /, "").replace(/^Invalid input: expected /, "");
}

function bound(words: string, limit: number | bigint, origin: string): string {
  return `${words} ${limit}${origin === "string" ? " characters" : origin === "array" ? " entries" : ""}`;
}

/** Keys whose values are never shown, whatever they hold. */
const SENSITIVE = /key|secret|token|password|auth|credential|cookie/i;

function gotText(value: unknown, path: readonly PropertyKey[]): string {
  if (value === undefined) return "nothing";
  if (value === null) return "null";
  if (typeof value === "function") return "a function";
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (typeof value === "object")
    return `an object with ${Object.keys(value).slice(0, 5).map(quote).join(", ") || "no keys"}`;
  if (path.some((name) => SENSITIVE.test(String(name)))) return `a ${typeof value} (not shown)`;
  if (typeof value !== "string") return `${typeof value} ${String(value)}`;
  const isUrl = path.some((name) => HOLDS_URL.test(String(name)));
  return JSON.stringify(quote(isUrl ? hostOf(withoutUserInfo(value)) : withoutUserInfo(value)));
}

const HOLDS_URL = /url|nodes|endpoint/i;

/** Credentials in a URL are as secret as under a key that says so. */
function withoutUserInfo(text: string): string {
  return text.replace(/\/\/[^/@\s]*@/g, "//…@");
}

/** Some receivers have their token in the path or the query, which a missing scheme makes no less secret. */
function hostOf(url: string): string {
  return url.replace(/^((?:[a-z]+:\/\/)?[^/?#]*[/?#]).+$/is, "$1…");
}

function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  let value = root;
  for (const key of path) value = value === null || typeof value !== "object" ? undefined : Reflect.get(value, key);
  return value;
}

/** `sinks.search.limits` and `sources[0].match`; a name that needs it is quoted. */
function pathText(path: readonly PropertyKey[]): string {
  let text = "";
  for (const key of path) {
    if (typeof key === "number") text += `[${key}]`;
    else text += `${text === "" ? "" : "."}${quote(String(key))}`;
  }
  return text === "" ? "(top level)" : text;
}

interface JsonSchema {
  readonly properties?: Record<string, JsonSchema>;
  readonly additionalProperties?: JsonSchema | boolean;
  readonly items?: JsonSchema;
  readonly $ref?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly $defs?: Record<string, JsonSchema>;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
}

/** Keys that the value at a path may have, by the schema's JSON Schema; none when it can't tell. */
function knownKeys(schema: z.ZodType, path: readonly PropertyKey[], value: unknown): string[] {
  const root = configJsonSchema(schema) as JsonSchema;
  let nodes: JsonSchema[] = [root];
  for (const key of path) {
    nodes = nodes.flatMap((node) => alternatives(node, root)).flatMap((node) => child(node, key));
  }
  const possible = nodes.flatMap((node) => alternatives(node, root)).filter((node) => isOfType(node, value));
  return possible.flatMap((node) => Object.keys(node.properties ?? {}));
}

function alternatives(node: JsonSchema, root: JsonSchema): JsonSchema[] {
  const name = node.$ref?.split("/").at(-1);
  const target = name === undefined ? node : node.$ref === "#" ? root : (root.$defs?.[name] ?? {});
  const inner = target.anyOf ?? target.oneOf;
  return inner === undefined ? [target] : inner.flatMap((each) => alternatives(each, root));
}

/** Where alternatives are told apart by `type`, the one that the value says. */
function isOfType({ properties }: JsonSchema, value: unknown): boolean {
  const type = valueAt(value, ["type"]);
  const { const: only, enum: any } = properties?.type ?? {};
  return (only === undefined || only === type) && (any === undefined || any.includes(type));
}

function child(node: JsonSchema, key: PropertyKey): JsonSchema[] {
  if (typeof key === "number") return node.items === undefined ? [] : [node.items];
  const property = node.properties?.[String(key)];
  if (property !== undefined) return [property];
  return typeof node.additionalProperties === "object" ? [node.additionalProperties] : [];
}

/** The JSON Schema (2020-12) of what may be written, for editors. */
export function configJsonSchema(schema: z.ZodType = configSchema): unknown {
  return z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });
}
