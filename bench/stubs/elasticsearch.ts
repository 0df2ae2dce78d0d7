import { appendFile } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { gunzipSync } from "node:zlib";
import { BulkAnswers } from "./bulk-answer.ts";
import { readBulkBody } from "./bulk-body.ts";
import { noCounts, now, type SinkCounts } from "./state.ts";

const INFLATE_CHUNK_BYTES = 1024 * 1024;
const MAX_FAULTS = 5;
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
      response.end(CLUSTER);
      return;
    }
    this.counts.firstAt ??= now();
    const body = await this.#body(request);
    const { documents, action, fault } = readBulkBody(body);
    this.#count(documents, fault);
    if (this.#save !== undefined) await appendFile(this.#save, body);
    if (fault !== undefined) return void response.writeHead(400).end(JSON.stringify({ error: fault }));
    const gzipped = /\bgzip\b/.test(String(request.headers["accept-encoding"] ?? ""));
    const filter = url.searchParams.get("filter_path");
    const short = !gzipped || this.#answers.of(action, documents, filter, false).length < MIN_GZIP_BYTES;
    const answer = this.#answers.of(action, documents, filter, !short);
    response.writeHead(200, { "content-length": answer.length, ...(short ? {} : { "content-encoding": "gzip" }) });
    response.end(answer);
  }

  async #body(request: IncomingMessage): Promise<Buffer> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const wire = Buffer.concat(chunks);
    const gzipped = request.headers["content-encoding"] === "gzip";
    const body = gzipped ? gunzipSync(wire, { chunkSize: INFLATE_CHUNK_BYTES }) : wire;
    this.counts.wireBytes += wire.length;
    this.counts.rawBytes += body.length;
    return body;
  }

  #count(documents: number, fault: string | undefined): void {
    this.counts.requests += 1;
    this.counts.documents += documents;
    if (fault !== undefined && this.counts.faults.length < MAX_FAULTS) this.counts.faults.push(fault);
  }
}

/** The client asks for its own media type, and refuses answers of another. */
function contentType(accept: string | undefined): string {
  const version = /vnd\.elasticsearch\+json;\s*compatible-with=(\d+)/.exec(accept ?? "")?.[1];
  return version === undefined ? "application/json" : `application/vnd.elasticsearch+json;compatible-with=${version}`;
}
