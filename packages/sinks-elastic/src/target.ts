import type { RecordView } from "@sluice/core";

/** The data streams of Elastic's own integrations: logs by dataset and namespace. */
export const DEFAULT_TARGET = "logs-{dataset}-{namespace}";

/** Longest index or data stream name (Elasticsearch and OpenSearch: 255 bytes; names here are ASCII). */
const MAX_NAME_CHARS = 255;
/** Longest dataset or namespace (Elastic data stream naming scheme), in characters. */
const MAX_PART_CHARS = 100;

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

const PLACEHOLDERS = ["dataset", "namespace", "yyyy", "MM", "dd", "HH"] as const;
type Placeholder = (typeof PLACEHOLDERS)[number];
export const PLACEHOLDER: RegExp = /\{([^{}]*)\}/;

/** What is wrong with a target, as "expected …"; undefined when nothing is. */
export function targetProblem(target: string): string | undefined {
  const parts = target.split(PLACEHOLDER);
  const unknown = parts.filter((part, i) => i % 2 === 1 && !PLACEHOLDERS.includes(part as Placeholder));
  if (unknown.length > 0) return `expected only the placeholders ${PLACEHOLDERS.map((name) => `{${name}}`).join(", ")}`;
  const literal = parts.filter((_, i) => i % 2 === 0).join("");
  if (!/^[a-z0-9._+-]*$/.test(literal)) return "expected lower-case letters, digits, . _ + - and placeholders";
  if (/^[-_+]/.test(target)) return "expected a name that doesn't begin with - _ or +";
  return target === "" || target === "." || target === ".." ? "expected the name of an index" : undefined;
}

/**
 * The named rule for what records bring into an index name: lower case, at most 100 characters, and every character
 * but a–z 0–9 . _ + becomes _ (a hyphen too: it separates type, dataset and namespace). Nothing left means `fallback`.
 */
export function indexNamePart(text: string, fallback: string): string {
  const safe = text.toLowerCase().replace(/[^a-z0-9._+]/g, "_");
  return safe === "" ? fallback : safe.slice(0, MAX_PART_CHARS);
}

/** Names the index or data stream of a record by a target that `targetProblem` found nothing wrong with. */
export class Target {
  /** Length of the time spans that share a name; Infinity without dates in it. */
  readonly #spanMs: number;
  readonly #parts: readonly string[];

  constructor(target: string) {
    this.#parts = target.split(PLACEHOLDER);
    const used = (name: Placeholder): boolean => this.#parts.some((part, i) => i % 2 === 1 && part === name);
    const dated = used("yyyy") || used("MM") || used("dd");
    this.#spanMs = used("HH") ? HOUR_MS : dated ? DAY_MS : Number.POSITIVE_INFINITY;
  }

  /** The time around `timestamp` that shares its name: from, until. */
  span(timestamp: number): readonly [number, number] {
    if (this.#spanMs === Number.POSITIVE_INFINITY) return [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
    const from = Math.floor(timestamp / this.#spanMs) * this.#spanMs;
    return [from, from + this.#spanMs];
  }

  /** Dates are the record's own, in UTC, so that a redelivery finds the same index. */
  name(record: RecordView): string {
    const { dataset, namespace } = record.context;
    const time = Number.isFinite(this.#spanMs) ? new Date(record.timestamp).toISOString() : "";
    const values: Record<string, string> = {
      dataset: indexNamePart(dataset, "generic"),
      namespace: indexNamePart(namespace, "default"),
      yyyy: time.slice(0, 4),
      MM: time.slice(5, 7),
      dd: time.slice(8, 10),
      HH: time.slice(11, 13),
    };
    const name = this.#parts.map((part, i) => (i % 2 === 0 ? part : (values[part] ?? ""))).join("");
    return name.replace(/^[-_+]+/, "").slice(0, MAX_NAME_CHARS) || "generic";
  }
}
