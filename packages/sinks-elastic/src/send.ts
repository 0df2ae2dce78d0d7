import type { Client } from "@elastic/elasticsearch";

export interface Request {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  /** Sent as it is: never serialised nor compressed again. */
  readonly body?: Buffer;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What the server said, whatever its status. */
export interface Answer {
  readonly kind: "answer";
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/** There was no answer. `lasting`: the same will come of the next attempt (certificates, protocol). */
export interface Failure {
  readonly kind: "failure";
  readonly code: string;
  readonly message: string;
  readonly lasting: boolean;
}

type Stop = "ABORTED" | "TIMEOUT";

/** Exactly one request. Settles at once when `signal` aborts, and after `timeoutMs` whatever the server does. */
export async function exchange(
  client: Client,
  request: Request,
  signal: AbortSignal,
  timeoutMs: number,
): Promise<Answer | Failure> {
  if (signal.aborted) return stopped("ABORTED", timeoutMs);
  if (timeoutMs <= 0) return stopped("TIMEOUT", 0);
  // The transport's own timeout doesn't cover the body and fires "abort" on the caller's signal, which others share.
  const controller = new AbortController();
  let stop: Stop | undefined;
  const end = (why: Stop): void => {
    stop ??= why;
    controller.abort();
  };
  const onAbort = (): void => end("ABORTED");
  signal.addEventListener("abort", onAbort, { once: true });
  const timer = setTimeout(end, timeoutMs, "TIMEOUT");
  try {
    return await ask(client, request, controller.signal);
  } catch (error) {
    return stop === undefined ? failureOf(error) : stopped(stop, timeoutMs);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", onAbort);
  }
}

async function ask(client: Client, request: Request, signal: AbortSignal): Promise<Answer> {
  const { method, path, query, body, headers } = request;
  const params = { method, path, ...(query && { querystring: query }), ...(body && { bulkBody: body }) };
  try {
    return answerOf(await client.transport.request(params, { meta: true, signal, ...(headers && { headers }) }));
  } catch (error) {
    if (isResponse(error)) return answerOf(error.meta);
    throw error;
  }
}

interface Result {
  readonly statusCode: number;
  readonly headers: Answer["headers"];
  readonly body: unknown;
}

function answerOf({ statusCode, headers, body }: Partial<Result>): Answer {
  return { kind: "answer", status: statusCode ?? 0, headers: headers ?? {}, text: String(body ?? "") };
}

function isResponse(error: unknown): error is { meta: Result } {
  return error instanceof Error && error.name === "ResponseError" && "meta" in error;
}

function stopped(stop: Stop, timeoutMs: number): Failure {
  const message = stop === "ABORTED" ? "the request was given up" : `no answer within ${Math.round(timeoutMs)} ms`;
  return { kind: "failure", code: stop, message, lasting: false };
}

/** The transport keeps the words of what went wrong and drops its code. First match wins. */
const FAULTS: readonly (readonly [RegExp, string])[] = [
  [/certificate|altnames|\bCRL\b/i, "CERTIFICATE"],
  [/wrong version number|unsupported protocol|alert handshake failure/i, "TLS"],
  [/ECONNRESET|EPIPE|other side closed|socket hang up|terminated/i, "RESET"],
  [/ETIMEDOUT|timeout|timed out/i, "TIMEOUT"],
  [/ECONNREFUSED/, "ECONNREFUSED"],
  [/ENOTFOUND|EAI_AGAIN/, "DNS"],
];

const LASTING = new Set(["CERTIFICATE", "TLS"]);

function failureOf(error: unknown): Failure {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  const code = FAULTS.find(([words]) => words.test(message))?.[1];
  if (name === "ConnectionError" || name === "TimeoutError") {
    return { kind: "failure", code: code ?? "NETWORK", message, lasting: code !== undefined && LASTING.has(code) };
  }
  // An answer that can't be decompressed or is too large to be one: asking again gives the same.
  return { kind: "failure", code: "SINK_PROTOCOL", message: `${name}: ${message}`, lasting: true };
}
