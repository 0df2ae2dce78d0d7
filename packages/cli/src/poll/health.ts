import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { METRICS_TYPE } from "./metrics.ts";

/** What the endpoint tells of the consumer; undefined: all is well. */
export interface Health {
  alive(): string | undefined;
  ready(): string | undefined;
  metrics(): string;
}

export interface HealthServer {
  readonly port: number;
  close(): Promise<void>;
}

/** GET /healthz, /readyz: 200, or 503 with why not; /metrics. Rejects when it can't listen there. */
export async function serveHealth(
  health: Health,
  { port, host }: { port: number; host: string },
): Promise<HealthServer> {
  const server = createServer(({ method, url = "" }, response) => {
    const answer = method === "GET" || method === "HEAD" ? answerOf(url.split("?")[0] as string, health) : BAD_METHOD;
    response.writeHead(answer.status, { "content-type": answer.type, "cache-control": "no-store" });
    response.end(method === "HEAD" ? undefined : answer.body);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, resolve);
  });
  return { port: (server.address() as AddressInfo).port, close: () => closed(server) };
}

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

const TEXT = "text/plain; charset=utf-8";
const BAD_METHOD: Answer = { status: 405, type: TEXT, body: "expected GET\n" };

function answerOf(path: string, health: Health): Answer {
  switch (path) {
    case "/healthz":
      return verdict(health.alive());
    case "/readyz":
      return verdict(health.ready());
    case "/metrics":
      return { status: 200, type: METRICS_TYPE, body: health.metrics() };
    default:
      return { status: 404, type: TEXT, body: "expected /healthz, /readyz or /metrics\n" };
  }
}

function verdict(trouble: string | undefined): Answer {
  return { status: trouble === undefined ? 200 : 503, type: TEXT, body: `${trouble ?? "ok"}\n` };
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
