import { gzipSync } from "node:zlib";
import type { Reason, SendResult } from "@sluice/core";
import { errorType, type Tell } from "./reason.ts";
import { errorOf, refusal } from "./refusal.ts";
import type { Answer, Failure, Request } from "./send.ts";

/** One request, within the sink's timeout and the deadline. */
export type Ask = (request: Request) => Promise<Answer | Failure>;

/** What is asked for: record `i` by its id and the name it is written to. */
export interface Sought {
  readonly count: number;
  name(i: number): string;
  id(i: number): string;
}

/** `there[i]`: record `i` is in an index behind its name. */
export type LookedUp = { readonly kind: "found"; readonly there: readonly boolean[] } | Unknown;
/** It could not be told; nothing may be taken for missing then. */
export type Unknown = Exclude<SendResult, { readonly kind: "delivered" | "each" }>;

export interface LookupOptions {
  /** Only primaries are asked: with segment replication (OpenSearch) no other copy knows for certain. */
  readonly primary: boolean;
  /** Of what is asked; undefined: not compressed. */
  readonly gzipLevel: number | undefined;
}

/** What a name stands for: indices behind it, the newest first; an index itself; or nothing yet. */
export type Behind =
  | { readonly kind: "indices"; readonly names: readonly string[] }
  | { readonly kind: "index" }
  | { readonly kind: "nothing" };

/** Those to look into. In an index itself `create` finds what is there. */
export function namesOf(behind: Behind): readonly string[] {
  return behind.kind === "indices" ? behind.names : [];
}

export function isKnown(behind: Behind | Unknown): behind is Behind {
  return behind.kind === "indices" || behind.kind === "index" || behind.kind === "nothing";
}

/** Indices to look into by the name that is written to, those to be asked first at the front. */
export type Indices = ReadonlyMap<string, readonly string[]>;

/** Documents in one `_mget`: some 400 KB of JSON, and as many objects in the answer. */
const MAX_DOCUMENTS = 2500;

/** Errors of a document that more attempts bring again. */
const LASTING: ReadonlySet<string> = new Set([
  "authorization_exception",
  "index_closed_exception",
  "security_exception",
]);

const DOCUMENTS = "error,docs.found,docs.error.type,docs.error.reason";
const MADE = "error,*.settings.index.creation_date";
const RESOLVED = "error,indices.name,aliases.name,aliases.indices,data_streams.name,data_streams.backing_indices";

/**
 * Looks for records in every index behind the names they are written to, by realtime gets: these see what was acknowledged, refreshed
 * or not, in whatever copy of the shard answers. The newest index comes first, and what was found isn't asked for again.
 */
export class Lookup {
  readonly #ask: Ask;
  readonly #tell: Tell;
  readonly #options: LookupOptions;

  constructor(ask: Ask, tell: Tell, options: LookupOptions) {
    this.#ask = ask;
    this.#tell = tell;
    this.#options = options;
  }

  /** In all indices behind the names. */
  async find(sought: Sought): Promise<LookedUp> {
    const indices = new Map<string, readonly string[]>();
    for (let i = 0; i < sought.count; i++) {
      const name = sought.name(i);
      if (indices.has(name)) continue;
      const behind = await this.behind(name);
      if (!isKnown(behind)) return behind;
      indices.set(name, namesOf(behind));
    }
    return this.findIn(indices, sought);
  }

  /** In these indices, by name. Records of other names are not looked for. */
  async findIn(indices: Indices, sought: Sought): Promise<LookedUp> {
    const there = Array.from({ length: sought.count }, () => false);
    for (let round = 0; ; round++) {
      const indexOf = (i: number): string | undefined => indices.get(sought.name(i))?.[round];
      const open = there.flatMap((found, i) => (found || indexOf(i) === undefined ? [] : [i]));
      if (open.length === 0) return { kind: "found", there };
      for (let from = 0; from < open.length; from += MAX_DOCUMENTS) {
        const some = open.slice(from, from + MAX_DOCUMENTS);
        const unknown = await this.#get(sought, some, (i) => indexOf(i) as string, there);
        if (unknown !== undefined) return unknown;
      }
    }
  }

  async behind(name: string): Promise<Behind | Unknown> {
    const path = `/_resolve/index/${encodeURIComponent(name)}`;
    const answer = await this.#ask({ method: "GET", path, query: { filter_path: RESOLVED } });
    if (isMissing(answer, name)) return { kind: "nothing" };
    if (!isSuccess(answer)) return this.#refused(answer, 1, name);
    const resolved = parse<Resolved>(answer.text);
    if (resolved === undefined) return this.#misunderstood("the indices behind a name", answer.status);
    const own = <Each extends Named>(list: readonly Each[] | undefined): readonly Each[] =>
      list?.filter((each) => each.name === name) ?? [];
    if (own(resolved.indices).length > 0) return { kind: "index" };
    const streams = own(resolved.data_streams).flatMap((stream) => stream.backing_indices ?? []);
    const aliased = own(resolved.aliases).flatMap((alias) => alias.indices ?? []);
    const names = [...streams, ...aliased].reverse();
    return names.length > 0 ? { kind: "indices", names } : this.#confirmMissing(name);
  }

  /** When the indices behind a name were made, in ms since the epoch, by the cluster's clock. Needs more than `read`. */
  async made(name: string): Promise<ReadonlyMap<string, number> | Unknown> {
    const path = `/${encodeURIComponent(name)}/_settings/index.creation_date`;
    const answer = await this.#ask({ method: "GET", path, query: { flat_settings: "true", filter_path: MADE } });
    if (!isSuccess(answer)) return this.#refused(answer, 1, name);
    const made = Object.entries(parse<Made>(answer.text) ?? {}).map(
      ([index, each]) => [index, Number(each?.settings?.["index.creation_date"])] as const,
    );
    return new Map(made.filter(([, at]) => Number.isFinite(at)));
  }

  /** OpenSearch lists nothing both where there is nothing and, by its settings, where nothing may be seen. */
  async #confirmMissing(name: string): Promise<Behind | Unknown> {
    const path = `/${encodeURIComponent(name)}/_search`;
    const answer = await this.#ask({ method: "GET", path, query: { size: "0", filter_path: "error,timed_out" } });
    if (isMissing(answer, name)) return { kind: "nothing" };
    if (!isSuccess(answer)) return this.#refused(answer, 1, name);
    const code = "security_exception";
    return { kind: "unavailable", reason: this.#denied(name, code, "its indices are not shown", answer.status) };
  }

  /** Marks those of `some` that are there. */
  async #get(
    sought: Sought,
    some: readonly number[],
    indexOf: (i: number) => string,
    there: boolean[],
  ): Promise<Unknown | undefined> {
    const docs = some.map((i) => ({ _index: indexOf(i), _id: sought.id(i) }));
    const answer = await this.#ask(this.#getRequest(docs));
    const name = sought.name(some[0] as number);
    if (!isSuccess(answer)) return this.#refused(answer, some.length, name);
    const got = parse<Got>(answer.text)?.docs;
    if (!Array.isArray(got) || got.length !== some.length)
      return this.#misunderstood(`${some.length} documents or words of their absence`, answer.status);
    for (const [at, i] of some.entries()) {
      const unknown = this.#read(got[at], sought.name(i), answer.status);
      if (typeof unknown !== "boolean") return unknown;
      there[i] = unknown;
    }
    return undefined;
  }

  #getRequest(docs: readonly { readonly _index: string; readonly _id: string }[]): Request {
    const { primary, gzipLevel: level } = this.#options;
    const query = { _source: "false", filter_path: DOCUMENTS, ...(primary ? { preference: "_primary" } : {}) };
    const plain = Buffer.from(JSON.stringify({ docs }));
    const json = { "content-type": "application/json" };
    if (level === undefined) return { method: "POST", path: "/_mget", query, body: plain, headers: json };
    const headers = { ...json, "content-encoding": "gzip" };
    return { method: "POST", path: "/_mget", query, body: gzipSync(plain, { level }), headers };
  }

  #read(got: Got["docs"][number] | undefined, name: string, status: number): boolean | Unknown {
    if (got?.error === undefined) {
      return typeof got?.found === "boolean" ? got.found : this.#misunderstood("found, true or false", status);
    }
    const type = errorType(got.error.type) ?? "unknown";
    // Deleted since it was listed: what it held is gone.
    if (type === "index_not_found_exception") return false;
    const words = String(got.error.reason ?? "");
    if (!LASTING.has(type)) return { kind: "retry", reason: this.#told(name, type, words) };
    const denied = type !== "index_closed_exception";
    const reason = denied ? this.#denied(name, type, words, 403) : this.#told(name, type, words);
    return { kind: "unavailable", reason };
  }

  #refused(answer: Answer | Failure, count: number, name: string): Unknown {
    if (answer.kind === "failure") {
      return { kind: answer.lasting ? "unavailable" : "retry", reason: this.#tell(answer.code, answer.message) };
    }
    const { type, words } = errorOf(answer.text);
    const code = type ?? `HTTP_${answer.status}`;
    if (answer.status === 403) {
      return { kind: "unavailable", reason: this.#denied(name, code, words, answer.status) };
    }
    const result = refusal(answer, { count, bytes: 0 }, this.#tell) as Unknown;
    const splits = answer.status === 413 && count > 1;
    return result.kind === "split" && !splits ? { kind: "unavailable", reason: result.reason } : result;
  }

  #denied(name: string, code: string, words: string, status: number): Reason {
    const need = `looking up what ${name} has needs the index privilege "read" (or "dedupe: index", which may double)`;
    return this.#tell(code, `${need}: ${words}`, status);
  }

  #told(name: string, code: string, words: string): Reason {
    return this.#tell(code, `looking up what ${name} has: ${words}`);
  }

  #misunderstood(expected: string, status: number): Unknown {
    const reason = this.#tell("SINK_PROTOCOL", `looking up what is there: expected ${expected}`, status);
    return { kind: "unavailable", reason };
  }
}

type Made = Readonly<Record<string, { readonly settings?: Readonly<Record<string, unknown>> } | undefined>>;
interface Named {
  readonly name?: string;
}
interface Resolved {
  readonly indices?: readonly Named[];
  readonly aliases?: readonly (Named & { readonly indices?: readonly string[] })[];
  readonly data_streams?: readonly (Named & { readonly backing_indices?: readonly string[] })[];
}
interface Got {
  readonly docs: readonly (
    | { readonly found?: unknown; readonly error?: { readonly type?: unknown; readonly reason?: unknown } }
    | undefined
  )[];
}

function isSuccess(answer: Answer | Failure): answer is Answer {
  return answer.kind === "answer" && answer.status >= 200 && answer.status <= 299;
}

/** Nothing has this name: not an index behind it that is gone. */
function isMissing(answer: Answer | Failure, name: string): boolean {
  if (answer.kind !== "answer" || answer.status !== 404) return false;
  const error = parse<{ readonly error?: Readonly<Record<string, unknown>> }>(answer.text)?.error;
  return error?.type === "index_not_found_exception" && error.index === name;
}

function parse<T extends object>(text: string): T | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return value !== null && typeof value === "object" && !Array.isArray(value) ? (value as T) : undefined;
  } catch {
    return undefined;
  }
}
