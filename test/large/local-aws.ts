import { once } from "node:events";
import http, { type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";
import { queueAnswer } from "../chaos/services.ts";
import type { Queue } from "../chaos/sources/queue.ts";
import type { LargeObject } from "./object/object.ts";

export const BUCKET = "large-objects";

/** Bytes written at once where the object comes slowly. */
const STEP_BYTES = 64 * 1024;

export interface LocalAwsOptions {
  readonly object: LargeObject;
  readonly queue: Queue;
  /** By the queue's time. */
  now(): number;
  /** Bytes a second that S3 gives; default: what it can. */
  readonly bytesPerSecond?: number | undefined;
}

/** S3 with one object, and SQS with one queue. */
export class LocalAws {
  readonly #options: LocalAwsOptions;
  readonly #server: http.Server;

  constructor(options: LocalAwsOptions) {
    this.#options = options;
    this.#server = http.createServer((request, response) => {
      this.#answer(request, response).catch(() => request.socket.destroy());
    });
  }

  async open(): Promise<string> {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method === "POST") await this.#answerQueue(request, response);
    else await this.#answerObject(request, response);
  }

  async #answerQueue(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = "", url: path = "", headers } = request;
    const body = await buffer(request);
    const exchange = { operation: "queue", number: 0, slot: 0, method, path, headers, body } as const;
    const action = queueAnswer(exchange, this.#options, this.#options.now());
    if (action.kind !== "refuse") throw new Error(`no answer of SQS, but ${action.kind}`);
    response.writeHead(action.reply.status, action.reply.headers as http.OutgoingHttpHeaders).end(action.reply.body);
  }

  async #answerObject({ method, url = "", headers }: IncomingMessage, response: ServerResponse): Promise<void> {
    const { object } = this.#options;
    const refuse = (status: number, code: string): void =>
      void response.writeHead(status).end(`<Error><Code>${code}</Code><Message>${code}</Message></Error>`);
    if (url.split("?")[0] !== `/${BUCKET}/${object.name}`) return refuse(404, "NoSuchKey");
    const wanted = headers["if-match"];
    if (wanted !== undefined && wanted !== `"${object.etag}"`) return refuse(412, "PreconditionFailed");
    const range = /^bytes=(\d+)-(\d+)$/.exec(headers.range ?? "");
    const start = Number(range?.[1] ?? 0);
    const end = Math.min(Number(range?.[2] ?? object.size - 1) + 1, object.size);
    if (start >= end) return refuse(416, "InvalidRange");
    response.writeHead(range === null ? 200 : 206, {
      etag: `"${object.etag}"`,
      "last-modified": "Fri, 20 Nov 2026 08:00:00 GMT",
      "content-length": end - start,
      ...(range === null ? {} : { "content-range": `bytes ${start}-${end - 1}/${object.size}` }),
    });
    if (method === "HEAD") return void response.end();
    await this.#send(start, end, response);
  }

  async #send(start: number, end: number, response: ServerResponse): Promise<void> {
    const { object, bytesPerSecond } = this.#options;
    if (bytesPerSecond === undefined) return void response.end(object.read(start, end));
    const began = performance.now();
    for (let at = start; at < end && !response.destroyed; at += STEP_BYTES) {
      const due = began + ((at - start) / bytesPerSecond) * 1000;
      await delay(Math.max(0, due - performance.now()));
      response.write(object.read(at, Math.min(end, at + STEP_BYTES)));
    }
    response.end();
  }
}
