import { readFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { type ProcessStat, processStat } from "./process-stat.ts";
import { type Invoked, now, type RunOrder } from "./state.ts";

const ROUTE = /\/runtime\/(?:invocation\/(next)|invocation\/[^/]+\/(response|error)|(init)\/error)$/;
const TIMEOUT_MS = 15 * 60_000;
const ANSWER_CHARS = 2000;

const FUNCTION_HEADERS = {
  "content-type": "application/json",
  "lambda-runtime-invoked-function-arn": "arn:aws:lambda:us-east-1:123456789012:function:forwarder",
  "lambda-runtime-trace-id": "Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=0",
};

interface Started {
  readonly start: number;
  readonly before: ProcessStat;
}

/** Lambda's side of its Runtime API (2018-06-01) for one run: hands out its events, and measures the process at each end. */
export class RuntimeApi {
  #events: readonly Buffer[] = [];
  #handedOut = 0;
  #running: Started | undefined;
  #pid: PromiseWithResolvers<number> = Promise.withResolvers();
  #done: PromiseWithResolvers<void> = Promise.withResolvers();
  isDone = false;
  invoked: Invoked[] = [];
  readyAt: number | undefined;

  begin(order: RunOrder): void {
    const contents = new Map([...new Set(order.events)].map((file) => [file, readFileSync(file)]));
    this.#events = order.events.map((file) => contents.get(file) as Buffer);
    this.#handedOut = 0;
    this.#running = undefined;
    this.#pid = Promise.withResolvers();
    this.#done = Promise.withResolvers();
    this.isDone = false;
    this.invoked = [];
    this.readyAt = undefined;
  }

  /** Whose CPU and memory is measured. No event is handed out before. */
  measure(pid: number): void {
    this.#pid.resolve(pid);
  }

  /** All invocations have ended, or the function couldn't start. */
  get done(): Promise<void> {
    return this.#done.promise;
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [matched, next, outcome, init] = ROUTE.exec(request.url ?? "") ?? [];
    if (matched === undefined) return void response.writeHead(404).end();
    if (next !== undefined) return this.#next(response);
    const end = now();
    const after = processStat(await this.#pid.promise);
    const said = (await text(request)).slice(0, ANSWER_CHARS);
    const { start, before } = this.#running ?? { start: end, before: after };
    this.invoked.push({ start, end, before, after, answer: said, failed: outcome !== "response" });
    response.writeHead(202).end('{"status":"OK"}');
    this.isDone = init !== undefined || this.invoked.length >= this.#events.length;
    if (this.isDone) this.#done.resolve();
  }

  /** After the last event, waits until the run's end kills the process. */
  async #next(response: ServerResponse): Promise<void> {
    this.readyAt ??= now();
    const event = this.#events[this.#handedOut];
    if (event === undefined) return;
    this.#handedOut += 1;
    const before = processStat(await this.#pid.promise);
    response.writeHead(200, {
      ...FUNCTION_HEADERS,
      "content-length": event.length,
      "lambda-runtime-aws-request-id": `00000000-0000-4000-8000-${String(this.#handedOut).padStart(12, "0")}`,
      "lambda-runtime-deadline-ms": String(Date.now() + TIMEOUT_MS),
    });
    this.#running = { start: now(), before };
    response.end(event);
  }
}
