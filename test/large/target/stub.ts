import { Buffer } from "node:buffer";
import { hash } from "node:crypto";
import { once } from "node:events";
import http, { type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { gunzipSync } from "node:zlib";
import type { Text } from "../object/text.ts";
import type { Counted, Target } from "./target.ts";

const LF = 0x0a;
const ID = Buffer.from('"_id":"');
const QUOTE = 0x22;
const CREATED = '{"create":{"status":201}}';
const CONFLICT =
  '{"create":{"status":409,"error":{"type":"version_conflict_engine_exception","reason":"document already exists"}}}';

/**
 * Takes bulk requests as one index of Elasticsearch does, and keeps of each document only its serial and a hash of its id:
 * what comes again under its own id is refused as a conflict, under another one it is there twice.
 */
export class StubTarget implements Target {
  readonly #text: Text;
  readonly #server: http.Server;
  /** By serial; 0: not there. */
  readonly #ids: BigUint64Array;
  #created = 0;
  #doubled = 0;
  #strange = 0;
  #url = "";

  constructor(text: Text, records: number) {
    this.#text = text;
    this.#ids = new BigUint64Array(records);
    this.#server = http.createServer((request, response) => {
      this.#answer(request, response).catch(() => request.socket.destroy());
    });
  }

  async open(): Promise<this> {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
    this.#url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
    return this;
  }

  get sink(): Target["sink"] {
    return { type: "elasticsearch", url: this.#url, dedupe: "index" };
  }

  async progress(): Promise<number> {
    return this.#created;
  }

  async count(): Promise<Counted> {
    const sorted = this.#ids.toSorted();
    let lost = 0;
    // Two records under one id: the second one was taken for the first.
    for (let i = 0; i < sorted.length; i++) if (sorted[i] === 0n || sorted[i] === sorted[i - 1]) lost += 1;
    return { lost, doubled: this.#doubled, strange: this.#strange };
  }

  async close(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(request);
    response.setHeader("content-type", "application/json");
    response.setHeader("x-elastic-product", "Elasticsearch");
    if (request.url?.startsWith("/_bulk") !== true) return void response.end('{"version":{"number":"9.5.3"}}');
    const items = this.#take(request.headers["content-encoding"] === "gzip" ? gunzipSync(body) : body);
    const errors = items.includes(CONFLICT);
    response.end(`{"errors":${errors},"items":[${items.join(",")}]}`);
  }

  #take(body: Buffer): string[] {
    const items: string[] = [];
    for (let at = 0; at < body.length; ) {
      const actionEnd = body.indexOf(LF, at);
      const end = body.indexOf(LF, actionEnd + 1);
      items.push(this.#create(body, at, actionEnd + 1, end) ? CREATED : CONFLICT);
      at = end + 1;
    }
    return items;
  }

  #create(body: Buffer, action: number, from: number, to: number): boolean {
    const idAt = body.indexOf(ID, action) + ID.length;
    const id = hashOf(body.subarray(idAt, body.indexOf(QUOTE, idAt)));
    const serial = this.#text.serialIn(body, from, to);
    const before = this.#ids[serial];
    if (before === undefined) this.#strange += 1;
    else if (before === 0n) this.#ids[serial] = id;
    else if (before === id) return false;
    else this.#doubled += 1;
    this.#created += 1;
    return true;
  }
}

function hashOf(id: Buffer): bigint {
  return hash("sha1", id, "buffer").readBigUInt64LE() || 1n;
}
