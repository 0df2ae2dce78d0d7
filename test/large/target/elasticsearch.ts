import { SERIAL_DIGITS, SERIAL_MARK, type Text } from "../object/text.ts";
import type { Counted, Target } from "./target.ts";

/** Serials that are asked for at once. */
const STEP = 10_000;

/** Of a line that is as it was its serial alone is kept to be searched for; of any other all. */
function template(name: string, { lineBytes, digitsAt }: Text): object {
  const before = digitsAt - SERIAL_MARK.length;
  const after = lineBytes - digitsAt - SERIAL_DIGITS - 1;
  const pattern = `^.{${before}}(${SERIAL_MARK}[0-9]{${SERIAL_DIGITS}}).{${after}}$`;
  return {
    index_patterns: [name],
    priority: 500,
    data_stream: {},
    template: {
      settings: {
        number_of_shards: 1,
        number_of_replicas: 0,
        refresh_interval: "30s",
        "index.codec": "best_compression",
        "index.translog.durability": "async",
        "index.translog.flush_threshold_size": "1gb",
        analysis: {
          char_filter: { serial: { type: "pattern_replace", pattern, replacement: "$1" } },
          normalizer: { serial: { type: "custom", char_filter: ["serial"] } },
        },
      },
      mappings: {
        dynamic: false,
        properties: { "@timestamp": { type: "date" }, message: { type: "keyword", normalizer: "serial" } },
      },
    },
  };
}

interface Buckets {
  readonly aggregations: { readonly serials: { readonly buckets: readonly { readonly doc_count: number }[] } };
}

/** A data stream of a real Elasticsearch, deleted in the end. */
export class ElasticsearchTarget implements Target {
  readonly #url: string;
  readonly #stream: string;
  readonly #text: Text;
  readonly #records: number;

  constructor(url: string, stream: string, text: Text, records: number) {
    this.#url = url;
    this.#stream = stream;
    this.#text = text;
    this.#records = records;
  }

  async open(): Promise<this> {
    await this.#call("PUT", `/_index_template/${this.#stream}`, template(this.#stream, this.#text));
    return this;
  }

  get sink(): Target["sink"] {
    return { type: "elasticsearch", url: this.#url, target: this.#stream };
  }

  async progress(): Promise<number> {
    const stats = await this.#call<{ _all: { primaries: { indexing?: { index_total: number } } } }>(
      "GET",
      `/${this.#stream}/_stats/indexing`,
    );
    return stats._all.primaries.indexing?.index_total ?? 0;
  }

  async count(): Promise<Counted> {
    await this.#call("POST", `/${this.#stream}/_refresh`);
    const { count } = await this.#call<{ count: number }>("GET", `/${this.#stream}/_count`);
    let [found, distinct, doubled] = [0, 0, 0];
    for (let from = 0; from < this.#records; from += STEP) {
      for (const { doc_count } of await this.#serials(from)) {
        found += doc_count;
        distinct += 1;
        if (doc_count > 1) doubled += 1;
      }
    }
    return { lost: this.#records - distinct, doubled, strange: count - found };
  }

  async close(): Promise<void> {
    await this.#call("DELETE", `/_data_stream/${this.#stream}`);
    await this.#call("DELETE", `/_index_template/${this.#stream}`);
  }

  /** Those from `from` on that are there, and in how many documents. */
  async #serials(from: number): Promise<Buckets["aggregations"]["serials"]["buckets"]> {
    const [gte, lt] = [serialText(from), serialText(Math.min(from + STEP, this.#records))];
    const query = {
      size: 0,
      track_total_hits: false,
      query: { range: { message: { gte, lt } } },
      aggs: { serials: { terms: { field: "message", size: STEP + 1, execution_hint: "map" } } },
    };
    const answer = await this.#call<Buckets>("POST", `/${this.#stream}/_search`, query);
    return answer.aggregations.serials.buckets;
  }

  async #call<T>(method: string, path: string, body?: object): Promise<T> {
    const response = await fetch(this.#url + path, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
    });
    const text = await response.text();
    if (response.ok) return JSON.parse(text) as T;
    throw new Error(`Elasticsearch: ${method} ${path}: ${response.status} ${text.slice(0, 300)}`);
  }
}

function serialText(serial: number): string {
  return `${SERIAL_MARK}${String(serial).padStart(SERIAL_DIGITS, "0")}`;
}
