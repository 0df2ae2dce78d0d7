import { type FileHandle, open, writeFile } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import path from "node:path";
import { buffer } from "node:stream/consumers";
import { crc32 } from "node:zlib";
import { readArchiveBody } from "./archive-body.ts";
import { inflated } from "./inflate.ts";
import { count, noCounts, now, type RunOrder, type SinkCounts } from "./state.ts";

type StoredObject = RunOrder["objects"][number];

/** One read of the disk and one write to the socket. */
const READ_BYTES = 1024 * 1024;
const LAST_MODIFIED = "Fri, 01 May 2026 00:05:00 GMT";

/**
 * GetObject, path style, with Range and If-Match; and PutObject of gzip NDJSON, which is checked, counted and forgotten.
 * Each request and each connection is counted.
 */
export class S3StandIn {
  requests = 0;
  connections = 0;
  archive: SinkCounts = noCounts();
  #saveObjects: string | undefined;
  #objects = new Map<string, StoredObject>();
  #pack: FileHandle | undefined;

  async serveFrom(order: RunOrder): Promise<void> {
    await this.#pack?.close();
    this.requests = 0;
    this.connections = 0;
    this.archive = noCounts();
    this.#saveObjects = order.saveObjects;
    this.#pack = await open(order.pack);
    this.#objects = new Map(order.objects.map((object) => [object.key, object]));
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.requests += 1;
    if (request.method === "PUT") return this.#put(request, response);
    const { pathname } = new URL(request.url ?? "/", "http://s3");
    const object = this.#objects.get(decodeURIComponent(pathname).replace(/^\/[^/]+\//, ""));
    if (request.method !== "GET") return refuse(response, 405, "MethodNotAllowed");
    if (object === undefined) return refuse(response, 404, "NoSuchKey");
    const wanted = request.headers["if-match"];
    if (wanted !== undefined && wanted !== `"${object.etag}"`) return refuse(response, 412, "PreconditionFailed");
    const range = rangeOf(request.headers.range, object.size);
    if (range === "unsatisfiable") return refuse(response, 416, "InvalidRange");
    const { from, to } = range ?? { from: 0, to: object.size };
    response.writeHead(range === undefined ? 200 : 206, {
      "content-type": "application/x-gzip",
      "content-length": to - from,
      ...(range === undefined ? {} : { "content-range": `bytes ${from}-${to - 1}/${object.size}` }),
      "accept-ranges": "bytes",
      etag: `"${object.etag}"`,
      "last-modified": LAST_MODIFIED,
      "x-amz-request-id": "0123456789ABCDEF",
    });
    await this.#send(response, object.start + from, object.start + to);
  }

  async #put(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.archive.firstAt ??= now();
    const wire = await buffer(request);
    const sum = Buffer.alloc(4);
    sum.writeUInt32BE(crc32(wire));
    const claimed = request.headers["x-amz-checksum-crc32"] ?? sum.toString("base64");
    if (claimed !== sum.toString("base64")) return refuse(response, 400, "BadDigest");
    const body = inflated(wire, "gzip");
    const { documents, fault } = readArchiveBody(body);
    count(this.archive, wire, body, documents, fault);
    if (this.#saveObjects !== undefined)
      await writeFile(path.join(this.#saveObjects, `${this.archive.requests}.ndjson`), body);
    response.writeHead(200, { etag: `"${sum.toString("hex")}"`, "content-length": 0 }).end();
  }

  async #send(response: ServerResponse, from: number, end: number): Promise<void> {
    for (let at = from; at < end && !response.destroyed; ) {
      const size = Math.min(READ_BYTES, end - at);
      const { bytesRead, buffer } = (await this.#pack?.read(Buffer.allocUnsafe(size), 0, size, at)) ?? { bytesRead: 0 };
      if (bytesRead === 0 || buffer === undefined) return void response.destroy();
      at += bytesRead;
      if (at < end && !response.write(buffer.subarray(0, bytesRead))) await drained(response);
      else if (at >= end) response.end(buffer.subarray(0, bytesRead));
    }
  }
}

/** `bytes=from-to`, with `to` included and perhaps beyond the end; undefined when there is none. */
function rangeOf(header: string | undefined, size: number): { from: number; to: number } | "unsatisfiable" | undefined {
  const [, first, last] = /^bytes=(\d+)-(\d*)$/.exec(header ?? "") ?? [];
  if (first === undefined) return undefined;
  const from = Number(first);
  if (from >= size) return "unsatisfiable";
  return { from, to: last === "" ? size : Math.min(size, Number(last) + 1) };
}

/** Resolves when more can be written, or never will be. */
function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      response.off("drain", done).off("close", done);
      resolve();
    };
    response.once("drain", done).once("close", done);
  });
}

function refuse(response: ServerResponse, status: number, code: string): void {
  const body = `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>${code}</Message></Error>`;
  response.writeHead(status, { "content-type": "application/xml" }).end(body);
}
