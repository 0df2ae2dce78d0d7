import { once } from "node:events";
import http, { type IncomingMessage, type ServerResponse } from "node:http";
import https from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { buffer } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";
import type { Action, Exchange, Forward, Operation, Reply } from "./exchange.ts";

export interface ProxyOptions {
  readonly upstream: string;
  readonly slot: number;
  /** Keys and certificate: then it speaks TLS. */
  readonly tls?: { readonly key: string; readonly cert: string };
  operationOf(method: string, path: string, headers: NodeJS.Dict<string | string[]>): Operation;
  /** Numbers the requests of each operation, over all proxies of a run. */
  count(operation: Operation): number;
  /** Sees every request when it has come, and what the server itself said to what it was sent. */
  readonly witness?: {
    asked(exchange: Exchange): void;
    answered(exchange: Exchange, sent: Buffer, reply: Reply): void;
  };
  /** What the real server would have said, where the local one says something else. */
  readonly really?: (exchange: Exchange, reply: Reply) => Reply;
  /** Asked when the head has come, and again with the body. The first answer is the one. */
  decide(exchange: Exchange, phase: "head" | "body"): Promise<Action | undefined>;
}

const agent = new http.Agent({ keepAlive: true, maxSockets: 64 });

/** Headers that are about one connection. */
const HOP = new Set(["connection", "keep-alive", "transfer-encoding", "content-length", "host", "expect"]);

/** Stands between one environment and a server: passes on, refuses, cuts, loses, delays, as the run's faults say. */
export class FaultyProxy {
  readonly #options: ProxyOptions;
  readonly #sockets = new Set<Socket>();
  #server: http.Server;
  #port = 0;
  #isOpen = false;
  #tls: ProxyOptions["tls"];

  constructor(options: ProxyOptions) {
    this.#options = options;
    this.#tls = options.tls;
    this.#server = this.#newServer();
  }

  get url(): string {
    return `${this.#options.tls === undefined ? "http" : "https"}://127.0.0.1:${this.#port}`;
  }

  get port(): number {
    return this.#port;
  }

  async open(): Promise<void> {
    if (this.#isOpen) return;
    this.#server = this.#newServer();
    this.#server.listen(this.#port, "127.0.0.1");
    await once(this.#server, "listening");
    this.#port = (this.#server.address() as AddressInfo).port;
    this.#isOpen = true;
  }

  /** From now on connections are refused; those there are end. */
  close(): void {
    this.#isOpen = false;
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  /** For connections from now on. */
  certify(tls: { readonly key: string; readonly cert: string }): void {
    this.#tls = tls;
    (this.#server as https.Server).setSecureContext(tls);
    for (const socket of this.#sockets) socket.destroy();
  }

  #newServer(): http.Server {
    const handle = (request: IncomingMessage, response: ServerResponse): void => {
      this.#serve(request, response).catch(() => request.socket.destroy());
    };
    const tls = this.#tls;
    const server = tls === undefined ? http.createServer(handle) : https.createServer(tls, handle);
    server.on(tls === undefined ? "connection" : "secureConnection", (socket: Socket) => {
      this.#sockets.add(socket);
      socket.on("error", () => {});
      socket.on("close", () => this.#sockets.delete(socket));
    });
    server.on("clientError", (_, socket) => socket.destroy());
    server.on("tlsClientError", () => {});
    return server;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = "GET", url: path = "/", headers } = request;
    const operation = this.#options.operationOf(method, path, headers);
    const number = this.#options.count(operation);
    const head: Exchange = {
      operation,
      number,
      slot: this.#options.slot,
      method,
      path,
      headers,
      body: Buffer.alloc(0),
    };
    const early = await this.#options.decide(head, "head");
    if (early?.kind === "reset") return void request.socket.destroy();
    const body = await buffer(request);
    this.#options.witness?.asked({ ...head, body });
    const action = early ?? (await this.#options.decide({ ...head, body }, "body"));
    if (action?.kind === "reset") return void request.socket.destroy();
    if (action?.kind === "refuse") return answer(response, action.reply);
    await this.#forward({ ...head, body }, action?.forward ?? {}, response);
  }

  async #forward(exchange: Exchange, how: Forward, response: ServerResponse): Promise<void> {
    await how.before?.();
    const { "content-encoding": encoding, ...others } = exchange.headers;
    const headers = how.plain === true || encoding === undefined ? others : exchange.headers;
    const { path = exchange.path, body: sent = exchange.body } = how;
    const asked = { ...exchange, headers, path };
    const said = await send(this.#options.upstream, asked, sent);
    const reply = this.#options.really?.(asked, said) ?? said;
    this.#options.witness?.answered(asked, sent, reply);
    const told = (await how.reply?.(reply)) ?? reply;
    if (how.delayMs !== undefined) await delay(how.delayMs);
    if (how.lose === "hang") return;
    if (how.lose === "reset") return void response.socket?.destroy();
    if (how.cut !== undefined) return cutOff(response, told, how.cut);
    if (how.wrongLength !== undefined) return answerWrongly(response, told, how.wrongLength);
    answer(response, told, exchange.method);
  }
}

function send(upstream: string, { method, path, headers }: Exchange, body: Buffer): Promise<Reply> {
  const { hostname, port } = new URL(upstream);
  const own = { ...kept(headers), ...(body.length > 0 || method !== "GET" ? { "content-length": body.length } : {}) };
  return new Promise((resolve, reject) => {
    const request = http.request({ agent, hostname, port, method, path, headers: own }, (response) => {
      buffer(response).then(
        (all) => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: all }),
        reject,
      );
    });
    request.on("error", reject);
    request.end(body);
  });
}

function kept(headers: Reply["headers"]): Record<string, string | string[]> {
  const entries = Object.entries(headers).filter(([name, value]) => value !== undefined && !HOP.has(name));
  return Object.fromEntries(entries) as Record<string, string | string[]>;
}

function answer(response: ServerResponse, { status, headers, body }: Reply, method = "GET"): void {
  const length = method === "HEAD" ? headers["content-length"] : body.length;
  response.writeHead(status, {
    ...kept(headers),
    ...(status === 204 ? {} : { "content-length": String(length ?? 0) }),
  });
  response.end(body);
}

function cutOff(response: ServerResponse, { status, headers, body }: Reply, share: number): void {
  response.writeHead(status, { ...kept(headers), "content-length": body.length });
  response.write(body.subarray(0, Math.floor(body.length * share)), () => {
    setTimeout(() => response.socket?.destroy(), 5);
  });
}

/** Straight to the socket, as no HTTP library would write it. */
function answerWrongly(response: ServerResponse, { status, headers, body }: Reply, by: number): void {
  const { socket } = response;
  const lines = Object.entries(kept(headers)).flatMap(([name, value]) =>
    [value].flat().map((each) => `${name}: ${each}`),
  );
  const length = Math.max(0, body.length + by);
  socket?.write(`HTTP/1.1 ${status} OK\r\n${lines.join("\r\n")}\r\ncontent-length: ${length}\r\n\r\n`);
  socket?.write(body, () => setTimeout(() => socket.destroy(), 5));
}
