import { appendFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { buffer } from "node:stream/consumers";
import { BulkAnswers } from "./bulk-answer.ts";
import { readBulkBody } from "./bulk-body.ts";
import { inflated } from "./inflate.ts";
import { count, noCounts, now, type SinkCounts } from "./state.ts";

/** Answers shorter than this are not compressed. */
const MIN_GZIP_BYTES = 1024;

const CLUSTER = JSON.stringify({
  name: "stand-in",
  cluster_name: "stand-in",
  cluster_uuid: "aaaaaaaaaaaaaaaaaaaaaa",
  version: { number: "9.5.3", build_flavor: "default", lucene_version: "10.3.0" },
  tagline: "You Know, for Search",
});

/** Takes every document of every bulk request, and counts. */
export class ElasticsearchStandIn {
  counts: SinkCounts = noCounts();
  readonly #answers = new BulkAnswers();
  #save: string | undefined;

  reset(save: string | undefined): void {
    this.counts = noCounts();
    this.#save = save;
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.setHeader("x-elastic-product", "Elasticsearch");
    response.setHeader("content-type", contentType(request.headers.accept));
    const url = new URL(request.url ?? "/", "http://es");
    if (request.method !== "POST" || !url.pathname.endsWith("/_bulk")) {
      request.resume();
      response.end(answerAbout(url.pathname));
      return;
    }
    this.counts.firstAt ??= now();
    const wire = await buffer(request);
    const body = inflated(wire, request.headers["content-encoding"]);
    const { documents, action, fault } = readBulkBody(body);
    count(this.counts, wire, body, documents, fault);
    if (this.#save !== undefined) appendFileSync(this.#save, body);
    if (fault !== undefined) return void response.writeHead(400).end(JSON.stringify({ error: fault }));
    const gzipped = /\bgzip\b/.test(String(request.headers["accept-encoding"] ?? ""));
    const filter = url.searchParams.get("filter_path");
    const short = !gzipped || this.#answers.of(action, documents, filter, false).length < MIN_GZIP_BYTES;
    const answer = this.#answers.of(action, documents, filter, !short);
    response.writeHead(200, { "content-length": answer.length, ...(short ? {} : { "content-encoding": "gzip" }) });
    response.end(answer);
  }
}

/** A data stream of two backing indices that were made long ago, or the cluster itself. */
function answerAbout(pathname: string): string {
  const [, first = "", second, name = ""] = pathname.split("/").map(decodeURIComponent);
  const backing = (stream: string): string[] => [1, 2].map((n) => `.ds-${stream}-2026.05.01-00000${n}`);
  if (second === "_settings") {
    const settings = { settings: { "index.creation_date": "1777593600000" } };
    return JSON.stringify(Object.fromEntries(backing(first).map((index) => [index, settings])));
  }
  if (first !== "_resolve") return CLUSTER;
  return JSON.stringify({ data_streams: [{ name, backing_indices: backing(name) }] });
}

/** The client asks for its own media type, and refuses answers of another. */
function contentType(accept: string | undefined): string {
  const version = /vnd\.elasticsearch\+json;\s*compatible-with=(\d+)/.exec(accept ?? "")?.[1];
  return version === undefined ? "application/json" : `application/vnd.elasticsearch+json;compatible-with=${version}`;
}
