import type { IncomingHttpHeaders } from "node:http";
import type { Dispatcher } from "undici";
import { s3Error } from "../s3-errors.ts";

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Can be read once. Whoever stops early ends the connection, unless all has come by then. */
  readonly body: Exchange;
}

/** Bytes of a body that may wait for their reader; a stand-in for the socket's own buffer. */
const HIGH_WATER_BYTES = 256 * 1024;

const DONE: IteratorReturnResult<undefined> = { done: true, value: undefined };

/**
 * One GET: what undici tells of it becomes an answer and its body. A Node stream in between would cost more than all the
 * rest of a small object's request. Errors are normalised, an abort keeps its own reason.
 */
export class Exchange implements Dispatcher.DispatchHandler, AsyncIterableIterator<Uint8Array> {
  readonly #signal: AbortSignal;
  readonly #answer: PromiseWithResolvers<Answer> = Promise.withResolvers();
  #controller: Dispatcher.DispatchController | undefined;
  #chunks: Uint8Array[] = [];
  #waiting = 0;
  #isOver = false;
  #error: unknown;
  #wake: (() => void) | undefined;

  constructor(signal: AbortSignal) {
    this.#signal = signal;
    signal.addEventListener("abort", this.#abort);
    if (signal.aborted) this.#abort();
  }

  get answer(): Promise<Answer> {
    return this.#answer.promise;
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#isOver) controller.abort(new Error("over"));
  }

  onResponseStart(_: Dispatcher.DispatchController, status: number, headers: IncomingHttpHeaders): void {
    if (status >= 200) this.#answer.resolve({ status, headers, body: this });
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Uint8Array): void {
    this.#chunks.push(chunk);
    this.#waiting += chunk.length;
    if (this.#waiting >= HIGH_WATER_BYTES) controller.pause();
    this.#wake?.();
  }

  onResponseEnd(): void {
    this.#end(undefined);
  }

  onResponseError(_: Dispatcher.DispatchController, error: unknown): void {
    this.#end(s3Error(error, this.#signal));
  }

  async next(): Promise<IteratorResult<Uint8Array, undefined>> {
    while (this.#chunks.length === 0 && !this.#isOver) await this.#more();
    const chunk = this.#chunks.shift();
    if (chunk === undefined) {
      if (this.#error !== undefined) throw this.#error;
      return DONE;
    }
    this.#waiting -= chunk.length;
    if (this.#waiting < HIGH_WATER_BYTES) this.#controller?.resume();
    return { done: false, value: chunk };
  }

  async return(): Promise<IteratorReturnResult<undefined>> {
    this.#chunks = [];
    this.#cancel(undefined);
    return DONE;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  readonly #abort = (): void => this.#cancel(this.#signal.reason);

  #more(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  #cancel(reason: unknown): void {
    if (this.#isOver) return;
    this.#end(reason);
    this.#controller?.abort(new Error("over"));
  }

  #end(error: unknown): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#error = error;
    this.#signal.removeEventListener("abort", this.#abort);
    if (error !== undefined) this.#answer.reject(error);
    this.#wake?.();
  }
}
