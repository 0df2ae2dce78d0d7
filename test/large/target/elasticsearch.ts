import type { Text } from "../object/text.ts";
import type { Counted, Target } from "./target.ts";

/** Documents that are read at once. */
const PAGE = 5_000;
const HIT = Buffer.from('"_source":');

/** Next to nothing is indexed. */
function template(name: string): object {
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
      },
      mappings: { dynamic: false, properties: { "@timestamp": { type: "date" } } },
    },
  };
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
    await this.#call("PUT", `/_index_template/${this.#stream}`, template(this.#stream));
    return this;
  }

  get sink(): Target["sink"] {
    return { type: "elasticsearch", url: this.#url, target: this.#stream };
  }

  async progress(): Promise<number> {
    const answer = await this.#call("GET", `/${this.#stream}/_stats/indexing`);
    const { _all } = JSON.parse(answer.toString()) as { _all: { primaries: { indexing?: { index_total: number } } } };
    return _all.primaries.indexing?.index_total ?? 0;
  }

  /** Reads every document. */
  async count(): Promise<Counted> {
    await this.#call("POST", `/${this.#stream}/_refresh`);
    const times = new Uint8Array(this.#records);
    let strange = 0;
    for await (const page of this.#pages()) {
      for (let at = page.indexOf(HIT); at >= 0; ) {
        const next = page.indexOf(HIT, at + HIT.length);
        const serial = this.#text.serialIn(page, at, next < 0 ? page.length : next);
        const before = times[serial];
        if (before === undefined) strange += 1;
        else times[serial] = Math.min(255, before + 1);
        at = next;
      }
    }
    let [lost, doubled] = [0, 0];
    for (const count of times) {
      if (count === 0) lost += 1;
      if (count > 1) doubled += 1;
    }
    return { lost, doubled, strange };
  }

  async close(): Promise<void> {
    await this.#call("DELETE", `/_data_stream/${this.#stream}`);
    await this.#call("DELETE", `/_index_template/${this.#stream}`);
  }

  async *#pages(): AsyncGenerator<Buffer> {
    const query = { size: PAGE, sort: ["_doc"], track_total_hits: true };
    let page = await this.#call("POST", `/${this.#stream}/_search?scroll=5m`, query);
    const { total } = (JSON.parse(page.toString()) as { hits: { total: { value: number } } }).hits;
    const scroll_id = /"_scroll_id":"([^"]+)"/.exec(page.toString("latin1", 0, 4096))?.[1];
    for (let seen = PAGE; ; seen += PAGE) {
      yield page;
      if (seen >= total.value) break;
      page = await this.#call("POST", "/_search/scroll", { scroll: "5m", scroll_id });
    }
    await this.#call("DELETE", "/_search/scroll", { scroll_id });
  }

  async #call(method: string, path: string, body?: object): Promise<Buffer> {
    const response = await fetch(this.#url + path, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
    });
    const bytes = Buffer.from(await response.arrayBuffer());
    if (response.ok) return bytes;
    throw new Error(`Elasticsearch: ${method} ${path}: ${response.status} ${bytes.toString("utf8", 0, 300)}`);
  }
}
