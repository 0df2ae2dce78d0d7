import { gzipSync } from "node:zlib";

/** Items made ahead for each kind of answer; a body with more documents gets the first ones again. */
const POOL_ITEMS = 16_384;
/** Answers kept ready, by their number of items. */
const MAX_READY = 2048;
/** Elasticsearch's default for its answers (http.compression_level). */
const GZIP_LEVEL = 3;

interface Pool {
  /** Where item `i` begins in `bytes`; each ends with a comma. */
  readonly offsets: readonly number[];
  readonly bytes: Buffer;
}

/** Answers of `POST /_bulk` when every document was created, cut to `filter_path` as Elasticsearch cuts them. */
export class BulkAnswers {
  readonly #pools = new Map<string, Pool>();
  readonly #ready = new Map<string, Buffer>();

  of(action: string, documents: number, filterPath: string | null, gzipped: boolean): Buffer {
    const name = `${action} ${documents} ${gzipped} ${filterPath}`;
    const known = this.#ready.get(name);
    if (known !== undefined) return known;
    if (this.#ready.size >= MAX_READY) this.#ready.clear();
    const filters = filterPath?.split(",").map((each) => each.split("."));
    const plain = this.#answer(action, documents, filters, filterPath ?? "");
    const answer = gzipped ? gzipSync(plain, { level: GZIP_LEVEL }) : plain;
    this.#ready.set(name, answer);
    return answer;
  }

  #answer(action: string, documents: number, filters: Filters, key: string): Buffer {
    const head = cut({ errors: false, took: 12 }, filters, []) ?? {};
    const start = JSON.stringify(head).slice(0, -1);
    const comma = start === "{" ? "" : ",";
    const pool = this.#pool(action, filters, key);
    if (pool === undefined) return Buffer.from(`${start}}`);
    const parts: Uint8Array[] = [Buffer.from(`${start}${comma}"items":[`)];
    for (let left = documents; left > 0; left -= POOL_ITEMS)
      parts.push(pool.bytes.subarray(0, pool.offsets[Math.min(left, POOL_ITEMS)]));
    const last = parts.at(-1) as Uint8Array;
    parts[parts.length - 1] = last.subarray(0, last.length - (documents > 0 ? 1 : 0));
    return Buffer.concat([...parts, Buffer.from("]}")]);
  }

  #pool(action: string, filters: Filters, key: string): Pool | undefined {
    const name = `${action} ${key}`;
    const known = this.#pools.get(name);
    if (known !== undefined) return known;
    let text = "";
    const offsets: number[] = [];
    for (let i = 0; i <= POOL_ITEMS; i++) {
      const item = cut({ items: [createdItem(action, i)] }, filters, []) as { items?: [unknown] } | undefined;
      if (item?.items === undefined) return undefined;
      offsets.push(text.length);
      text += `${JSON.stringify(item.items[0])},`;
    }
    const pool = { bytes: Buffer.from(text), offsets };
    this.#pools.set(name, pool);
    return pool;
  }
}

type Filters = readonly (readonly string[])[] | undefined;

function createdItem(action: string, i: number): object {
  return {
    [action]: {
      _index: ".ds-logs-generic-default-2026.05.01-000001",
      _id: Math.imul(i + 1, 0x9e3779b1)
        .toString(36)
        .padStart(20, "AZr4kT0Bq9"),
      _version: 1,
      result: "created",
      _shards: { total: 2, successful: 1, failed: 0 },
      _seq_no: i,
      _primary_term: 1,
      status: 201,
    },
  };
}

/** Keeps what a filter names, with all below it; `*` is any one name, and list members have none. */
function cut(value: unknown, filters: Filters, path: readonly string[]): unknown {
  if (filters === undefined || filters.some((filter) => filter.length <= path.length && fits(filter, path)))
    return value;
  if (Array.isArray(value)) {
    const kept = value.map((each) => cut(each, filters, path)).filter((each) => each !== undefined);
    return kept.length === 0 ? undefined : kept;
  }
  if (typeof value !== "object" || value === null) return undefined;
  const kept = Object.entries(value)
    .filter(([name]) => filters.some((filter) => fits(filter, [...path, name])))
    .map(([name, inner]) => [name, cut(inner, filters, [...path, name])] as const)
    .filter(([, inner]) => inner !== undefined);
  return kept.length === 0 ? undefined : Object.fromEntries(kept);
}

/** True when the filter and the path agree as far as both go. */
function fits(filter: readonly string[], path: readonly string[]): boolean {
  return path.every((name, i) => filter[i] === undefined || filter[i] === "*" || filter[i] === name);
}
