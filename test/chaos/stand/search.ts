/** `request`: what is acknowledged is on the disk. `async` is faster, and as good while the process lives. */
type Durability = "request" | "async";

const templateWith = (durability: Durability): object => ({
  index_patterns: ["logs-chaos.*-*"],
  priority: 500,
  data_stream: {},
  template: {
    settings: {
      number_of_shards: 1,
      number_of_replicas: 0,
      refresh_interval: "-1",
      "index.translog.durability": durability,
      "index.max_result_window": 100_000,
    },
    // Next to nothing is indexed. One field doesn't take what some records hold.
    mappings: {
      dynamic: false,
      properties: {
        "@timestamp": { type: "date" },
        json: { properties: { amount: { type: "long" } } },
      },
    },
  },
});

export interface Hit {
  readonly index: string;
  readonly message: string;
}

/** Elasticsearch itself, past the proxies: what an operator does, and what is really in it. */
export class Search {
  readonly url: string;
  readonly #durability: Durability;

  constructor(url: string, durability: Durability = "async") {
    this.url = url;
    this.#durability = durability;
  }

  async setUp(): Promise<void> {
    await this.#call("PUT", "/_index_template/sluice-chaos", templateWith(this.#durability));
  }

  async createStream(stream: string): Promise<void> {
    await this.#call("PUT", `/_data_stream/${stream}`);
  }

  async deleteStream(stream: string): Promise<void> {
    await this.#call("DELETE", `/_data_stream/${stream}`, undefined, [404]);
  }

  async rollOver(stream: string): Promise<void> {
    await this.#call("POST", `/${stream}/_rollover`);
  }

  /** `setting` of all backing indices, such as `index.blocks.write`. */
  async set(stream: string, setting: string, value: boolean | null): Promise<void> {
    await this.#call("PUT", `/${stream}/_settings`, { [setting]: value });
  }

  /** A setting of the whole cluster. */
  async setCluster(setting: string, value: boolean | null): Promise<void> {
    await this.#call("PUT", "/_cluster/settings", { persistent: { [setting]: value } });
  }

  /** Every document of every backing index. */
  async everything(stream: string): Promise<Hit[]> {
    const { data_streams: found = [] } = await this.#call<Streams>("GET", `/_data_stream/${stream}`, undefined, [404]);
    const hits: Hit[] = [];
    for (const { index_name: index } of found[0]?.indices ?? []) {
      await this.#call("POST", `/${index}/_refresh`);
      const query = { size: 100_000, sort: ["_doc"], _source: ["message"], track_total_hits: true };
      const answer = await this.#call<Answer>("POST", `/${index}/_search`, query);
      if (answer.hits.total.value !== answer.hits.hits.length) throw new Error(`${index}: not all documents came`);
      hits.push(...answer.hits.hits.map(({ _source }) => ({ index, message: JSON.stringify(_source) })));
    }
    return hits;
  }

  async #call<T>(method: string, path: string, body?: object, accepted: readonly number[] = []): Promise<T> {
    const response = await fetch(this.url + path, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
    });
    const text = await response.text();
    if (response.ok || accepted.includes(response.status)) return JSON.parse(text) as T;
    throw new Error(`Elasticsearch: ${method} ${path}: ${response.status} ${text.slice(0, 300)}`);
  }
}

interface Streams {
  readonly data_streams?: readonly { readonly indices: readonly { readonly index_name: string }[] }[];
}

interface Answer {
  readonly hits: {
    readonly total: { readonly value: number };
    readonly hits: readonly { readonly _source: object }[];
  };
}
