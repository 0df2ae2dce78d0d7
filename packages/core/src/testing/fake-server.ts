import { Buffer } from "node:buffer";
import type { createServer, IncomingMessage, ServerResponse } from "node:http";

export interface FakeRequest {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  /** Names in lower case; repeated ones joined by ", ". */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** What a fake server does with a request: an answer, or a fault in its place. */
export type Answer =
  | {
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string | ((request: FakeRequest) => string);
      /** Ends the connection after this many bytes of the body. */
      readonly cutAfter?: number;
    }
  /** The connection is reset once the request is read; or nothing is ever said. */
  | { readonly fault: "reset" | "hang" };

export interface FakeServer {
  readonly url: string;
  /** Every request so far, in order of arrival. */
  readonly requests: readonly FakeRequest[];
  /** Connections opened so far. */
  connections(): number;
  close(): Promise<void>;
}

/** Given in turn, the last one for ever; or one for each request (`i` from 0). */
export type Answers = readonly Answer[] | ((request: FakeRequest, i: number) => Answer);

/**
 * A local HTTP server that answers as it is told. The caller passes `createServer` of node:http
 * (or one of node:https bound to its keys): core itself has no network.
 */
export async function fakeServer(create: typeof createServer, answers: Answers): Promise<FakeServer> {
  const requests: FakeRequest[] = [];
  let connections = 0;
  const server = create((message, response) => {
    read(message).then(
      (request) => {
        const i = requests.push(request) - 1;
        const answer = typeof answers === "function" ? answers(request, i) : answers[Math.min(i, answers.length - 1)];
        if (answer !== undefined) give(answer, request, response);
      },
      () => {},
    );
  });
  server.on("connection", () => connections++);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the fake server has no port");
  return {
    url: `http://127.0.0.1:${address.port}`,
    requests,
    connections: () => connections,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function read(message: IncomingMessage): Promise<FakeRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  const headers = Object.fromEntries(Object.entries(message.headers).map(([name, value]) => [name, String(value)]));
  return { method: message.method ?? "", path: message.url ?? "", headers, body: Buffer.concat(chunks) };
}

function give(answer: Answer, request: FakeRequest, response: ServerResponse): void {
  if ("fault" in answer) {
    if (answer.fault === "reset") response.socket?.resetAndDestroy();
    return;
  }
  const body = Buffer.from(typeof answer.body === "function" ? answer.body(request) : (answer.body ?? ""));
  response.writeHead(answer.status, { "content-length": body.length, ...answer.headers });
  if (answer.cutAfter === undefined) response.end(request.method === "HEAD" ? undefined : body);
  else response.write(body.subarray(0, answer.cutAfter), () => response.socket?.destroy());
}
