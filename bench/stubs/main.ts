/**
 * All that a function talks to, in one process: S3, Elasticsearch, the Lambda Runtime API, and a control endpoint for
 * the runner. Prints where each listens as one line of JSON, and ends with its standard input.
 */
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { json } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { ElasticsearchStandIn } from "./elasticsearch.ts";
import { RuntimeApi } from "./runtime-api.ts";
import { S3StandIn } from "./s3.ts";
import type { RunOrder, RunReport } from "./state.ts";

export interface Addresses {
  readonly s3: string;
  readonly elasticsearch: string;
  readonly runtime: string;
  readonly control: string;
}

/** Before a client gives up waiting for an answer (undici: 5 minutes). */
const ANSWER_AFTER_MS = 60_000;

const s3 = new S3StandIn();
const elasticsearch = new ElasticsearchStandIn();
const runtime = new RuntimeApi();
let cpuAtBegin = process.cpuUsage();

/** POST /begin (RunOrder) → POST /measure (pid) → GET /end, which answers when all is done, or after a while. */
async function control(request: IncomingMessage, response: ServerResponse): Promise<void> {
  switch (request.url) {
    case "/begin": {
      const order = (await json(request)) as RunOrder;
      await s3.serveFrom(order);
      elasticsearch.reset(order.save);
      runtime.begin(order);
      cpuAtBegin = process.cpuUsage();
      break;
    }
    case "/measure":
      runtime.measure((await json(request)) as number);
      break;
    case "/end":
      await Promise.race([runtime.done, sleep(ANSWER_AFTER_MS)]);
      break;
    default:
      return void response.writeHead(404).end();
  }
  response.end(JSON.stringify(report()));
}

function report(): RunReport {
  const { user, system } = process.cpuUsage(cpuAtBegin);
  const { invoked, readyAt } = runtime;
  return {
    bulk: elasticsearch.counts,
    archive: s3.archive,
    s3Requests: s3.requests,
    s3Connections: s3.connections,
    invoked,
    readyAt,
    done: runtime.isDone,
    standInCpu: (user + system) / 1e6,
  };
}

type Handler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** Listens on a free port; the result is `host:port`. */
async function listen(handler: Handler, connected: () => void = () => {}): Promise<string> {
  const server = createServer({ keepAliveTimeout: 0 }, (request, response) => {
    handler(request, response).catch((error: unknown) => {
      console.error(request.url, error);
      response.destroy();
    });
  });
  server.on("connection", connected);
  server.requestTimeout = 0;
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no address");
  return `127.0.0.1:${address.port}`;
}

const addresses: Addresses = {
  s3: await listen(
    (request, response) => s3.answer(request, response),
    () => {
      s3.connections += 1;
    },
  ),
  elasticsearch: await listen((request, response) => elasticsearch.answer(request, response)),
  runtime: await listen((request, response) => runtime.answer(request, response)),
  control: await listen(control),
};
console.log(JSON.stringify(addresses));
process.stdin.resume().on("end", () => process.exit());
