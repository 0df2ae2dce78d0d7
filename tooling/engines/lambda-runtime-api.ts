import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";

const PATH = /^\/2018-06-01\/runtime\/(?:(init\/error)|invocation\/(next)|invocation\/([^/]+)\/(response|error))$/;
const FUNCTION_ARN = "arn:aws:lambda:us-east-1:123456789012:function:test";

/** What the function answered, or how it failed. `error` is the runtime's `{errorType, errorMessage, trace}`. */
export interface Answer {
  payload?: unknown;
  errorType?: string;
  error?: unknown;
}

interface Invocation {
  id: string;
  event: unknown;
  timeoutMs: number;
  answer: (answer: Answer) => void;
  started: () => void;
}

/** The service's side of the Lambda Runtime API (2018-06-01), one invocation at a time. */
export class RuntimeApi {
  readonly #server = createServer((request, response) => void this.#serve(request, response));
  readonly #queue: Invocation[] = [];
  readonly #running = new Map<string, Invocation>();
  #idle: ServerResponse | undefined;
  #initialised: PromiseWithResolvers<void> = Promise.withResolvers();

  readonly #now: () => number;

  constructor(now: () => number = Date.now) {
    this.#now = now;
    this.#initialised.promise.catch(() => {}); // may fail before anyone waits
  }

  /** Listens; the result is for AWS_LAMBDA_RUNTIME_API. */
  async listen(): Promise<string> {
    this.#server.keepAliveTimeout = 0;
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
    const address = this.#server.address();
    if (address === null || typeof address === "string") throw new Error("no address");
    return `127.0.0.1:${address.port}`;
  }

  /** When the function first asks for work; rejects when it reports an init error. */
  get initialised(): Promise<void> {
    return this.#initialised.promise;
  }

  /** `started` is called when the function takes the event. */
  invoke(event: unknown, timeoutMs: number, started: () => void): Promise<Answer> {
    return new Promise((answer) => {
      this.#queue.push({ id: randomUUID(), event, timeoutMs, answer, started });
      this.#handOut();
    });
  }

  /** The function is gone: whatever runs or waits gets this answer. */
  abandon(answer: Answer): void {
    this.#initialised.reject(new Error(`the function ended before it was ready: ${answer.errorType}`));
    for (const invocation of [...this.#running.values(), ...this.#queue]) invocation.answer(answer);
    this.#running.clear();
    this.#queue.length = 0;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [matched, initError, next, id, outcome] = PATH.exec(request.url ?? "") ?? [];
    if (!matched) return void response.writeHead(404).end();
    if (next) {
      this.#initialised.resolve();
      this.#idle = response;
      return this.#handOut();
    }
    const body: unknown = JSON.parse((await text(request)) || "null");
    response.writeHead(202, { "content-type": "application/json" }).end('{"status":"OK"}');
    const errorType = String(request.headers["lambda-runtime-function-error-type"]);
    if (initError) this.#initialised.reject(new Error(`init error ${errorType}: ${JSON.stringify(body)}`));
    else this.#finish(id ?? "", outcome === "response" ? { payload: body } : { errorType, error: body });
  }

  #handOut(): void {
    const invocation = this.#idle && this.#queue.shift();
    if (!this.#idle || !invocation) return;
    this.#running.set(invocation.id, invocation);
    invocation.started();
    this.#idle.writeHead(200, {
      "content-type": "application/json",
      "lambda-runtime-aws-request-id": invocation.id,
      "lambda-runtime-deadline-ms": String(this.#now() + invocation.timeoutMs),
      "lambda-runtime-invoked-function-arn": FUNCTION_ARN,
      "lambda-runtime-trace-id": "Root=1-00000000-000000000000000000000000;Sampled=0",
    });
    this.#idle.end(JSON.stringify(invocation.event));
    this.#idle = undefined;
  }

  #finish(id: string, answer: Answer): void {
    this.#running.get(id)?.answer(answer);
    this.#running.delete(id);
  }
}
