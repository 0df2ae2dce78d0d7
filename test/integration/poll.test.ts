import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { type Adapters, createAdapters, main } from "@sluice/cli";
import { expect, inject, onTestFinished, test } from "vitest";
import { ask, countOf, unique } from "./elastic-helper.ts";
import {
  layPlace,
  messagesIn,
  notification,
  type Place,
  type Poller,
  pollWith,
  putObjects,
  sendBody,
} from "./poll-helper.ts";

// The command as ECS or Kubernetes would run it: a process of its own between local SQS and S3 and a real Elasticsearch.

const LINES_PER_OBJECT = 5;

async function place(attributes: Record<string, string> = {}): Promise<Place> {
  const laid = await layPlace(inject("awsEndpoint"), unique("poll-"), attributes);
  onTestFinished(() => laid.close());
  return laid;
}

function objects(count: number): Record<string, string> {
  const names = Array.from({ length: count }, (_, i) => `in/${String(i).padStart(4, "0")}.log`);
  return Object.fromEntries(
    names.map((name) => [
      name,
      linesOf(name)
        .map((line) => `${line}\n`)
        .join(""),
    ]),
  );
}

function linesOf(name: string): string[] {
  return Array.from({ length: LINES_PER_OBJECT }, (_, i) => `${name} line ${i}`);
}

function started(poller: Poller): Poller {
  onTestFinished(async () => {
    poller.process.kill("SIGKILL");
    await poller.ended;
  });
  return poller;
}

interface Receiver {
  readonly url: string;
  /** Messages of the requests that were answered with 200. */
  readonly taken: string[];
  /** Resolves when so many requests have come. */
  requests(count: number): Promise<void>;
}

/** An HTTP receiver that answers when `answer` says so. */
async function receiver(answer: (request: number) => Promise<number> | number): Promise<Receiver> {
  const taken: string[] = [];
  let count = 0;
  const waiting: (() => void)[] = [];
  const server: Server = createServer((request: IncomingMessage, response: ServerResponse) => {
    const number = count++;
    for (const wake of waiting.splice(0)) wake();
    void text(request).then(async (body) => {
      const status = await answer(number);
      if (status === 200) for (const line of body.trimEnd().split("\n")) taken.push(JSON.parse(line).message);
      response.writeHead(status).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const requests = async (wanted: number): Promise<void> => {
    while (count < wanted) await new Promise<void>((resolve) => waiting.push(resolve));
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, taken, requests };
}

test("a drain delivers every record of 200 messages once, and leaves nothing", async () => {
  const at = await place();
  const index = unique("poll-");
  const url = inject("esUrl");
  onTestFinished(async () => void (await ask(url, "DELETE", `/${index}`)));
  const all = objects(200);
  await putObjects(at, all);
  const poller = started(
    pollWith(at, { sinks: { search: { type: "elasticsearch", url, target: index } } }, ["--drain", "--json"]),
  );
  const { code, out, err } = await poller.ended;
  expect(err).not.toMatch(/"level":"(?:warn|error)"|"level":"text"/);
  expect(code).toBe(0);
  expect(JSON.parse(out)).toMatchObject({
    in: 200 * LINES_PER_OBJECT,
    delivered: { search: 200 * LINES_PER_OBJECT },
    units: { ok: 200, failed: 0 },
    messages: { received: 200, deleted: 200, failed: 0, returned: 0 },
  });
  expect(await countOf(url, index)).toBe(200 * LINES_PER_OBJECT);
  const found = (await ask(url, "POST", `/${index}/_search`, { size: 2000 })) as unknown as {
    hits: { hits: { _source: { message: string } }[] };
  };
  const messages = found.hits.hits.map(({ _source }) => _source.message).sort();
  expect(messages).toEqual(Object.keys(all).flatMap(linesOf).sort());
  expect(await messagesIn(at)).toEqual({ visible: 0, invisible: 0 });
});

test("SIGTERM in the middle: what was begun is finished or given back, and the rest comes again", async () => {
  const at = await place({ VisibilityTimeout: "600" });
  const all = objects(60);
  await putObjects(at, all);
  let open: () => void = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  // The first two batches get through, the others hang until the process is told to stop, or for good.
  const hangs = (request: number): Promise<number> => (request === 3 ? new Promise(() => {}) : opened.then(() => 200));
  const http = await receiver((request) => (request < 2 ? 200 : hangs(request)));
  const config = { sinks: { out: { type: "http", url: http.url, requestTimeoutMs: 60_000 } } };
  const poller = started(pollWith(at, config, ["--grace", "3", "--concurrency", "2", "--json"]));
  await Promise.race([http.requests(4), poller.ended.then(({ err }) => Promise.reject(new Error(err)))]);
  poller.process.kill("SIGTERM");
  await poller.line("stopping");
  open();
  const { code, out } = await poller.ended;
  expect(code).toBe(0);
  const { messages } = JSON.parse(out);
  expect(messages.deleted).toBeGreaterThan(0);
  expect(messages.returned).toBeGreaterThan(0);
  expect(messages.received).toBe(messages.deleted + messages.returned);
  // Given back: the queue's own timeout of ten minutes isn't waited for.
  expect(await messagesIn(at)).toEqual({ visible: 60 - messages.deleted, invisible: 0 });

  const rest = await receiver(() => 200);
  const drained = started(pollWith(at, { sinks: { out: { type: "http", url: rest.url } } }, ["--drain"]));
  expect(await drained.ended).toMatchObject({ code: 0 });
  expect([...new Set([...http.taken, ...rest.taken])].sort()).toEqual(Object.keys(all).flatMap(linesOf).sort());
  expect(await messagesIn(at)).toEqual({ visible: 0, invisible: 0 });
});

test("a slow sink: messages are kept beyond the queue's timeout, and received once", async () => {
  const at = await place({ VisibilityTimeout: "2" });
  await putObjects(at, objects(3));
  let beats = 0;
  const waiting: (() => void)[] = [];
  const http = await receiver(async () => {
    while (beats < 4) await new Promise<void>((resolve) => waiting.push(resolve));
    return 200;
  });
  const watched = (adapters: Adapters): Adapters => ({
    ...adapters,
    queue: (url) => {
      const queue = adapters.queue(url);
      return {
        ...queue,
        hide: async (...args) => {
          const refused = await queue.hide(...args);
          beats += 1;
          for (const wake of waiting.splice(0)) wake();
          return refused;
        },
      };
    },
  });
  const { out, code } = await here(
    at,
    { sinks: { out: { type: "http", url: http.url } } },
    ["--drain", "--json"],
    watched,
  );
  expect(code).toBe(0);
  expect(JSON.parse(out)).toMatchObject({ messages: { received: 3, deleted: 3 } });
  expect(http.taken.sort()).toEqual(Object.keys(objects(3)).flatMap(linesOf).sort());
  expect(await messagesIn(at)).toEqual({ visible: 0, invisible: 0 });
});

test("a poison message stays in the queue, its neighbours are delivered", async () => {
  const at = await place();
  await putObjects(at, objects(4));
  await sendBody(at, "this is no event");
  await sendBody(at, notification(at.bucket, "in/none.log", 10));
  const http = await receiver(() => 200);
  const poller = started(pollWith(at, { sinks: { out: { type: "http", url: http.url } } }, ["--drain", "--json"]));
  const { code, out } = await poller.ended;
  expect(code).toBe(1);
  expect(JSON.parse(out)).toMatchObject({ messages: { received: 6, deleted: 4, failed: 2 } });
  expect(http.taken.sort()).toEqual(Object.keys(objects(4)).flatMap(linesOf).sort());
  expect(await messagesIn(at)).toEqual({ visible: 0, invisible: 2 });
  const errors = poller.lines.flatMap((line) => Object.keys((line.errors as object) ?? {}));
  expect(errors.sort()).toEqual(["EVENT_MALFORMED", "OBJECT_MISSING"]);
});

test("a FIFO queue: after a failure nothing of its group is deleted, other groups go on", async () => {
  const at = await place({ FifoQueue: "true", ContentBasedDeduplication: "true" });
  const stored = objects(3);
  const [first = "", second = "", third = ""] = Object.keys(stored);
  await putObjectsOnly(at, stored);
  await sendBody(at, notification(at.bucket, first, 10), "a");
  await sendBody(at, "this is no event", "a");
  await sendBody(at, notification(at.bucket, second, 10), "a");
  await sendBody(at, notification(at.bucket, third, 10), "b");
  const http = await receiver(() => 200);
  const poller = started(pollWith(at, { sinks: { out: { type: "http", url: http.url } } }, ["--drain", "--json"]));
  const { code, out } = await poller.ended;
  expect(code).toBe(1);
  expect(JSON.parse(out).messages.deleted).toBe(2);
  expect(http.taken).toEqual(expect.arrayContaining([...linesOf(first), ...linesOf(third)]));
  const { visible, invisible } = await messagesIn(at);
  expect(visible + invisible).toBe(2);
});

test("the health endpoint answers, with counts, and the consumer takes what comes later", async () => {
  const at = await place();
  const http = await receiver(() => 200);
  const poller = started(pollWith(at, { sinks: { out: { type: "http", url: http.url } } }, ["--port", "0"]));
  const { port } = await poller.line("health endpoint");
  const get = async (path: string): Promise<{ status: number; body: string }> => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`);
    return { status: response.status, body: await response.text() };
  };
  expect(await get("/healthz")).toEqual({ status: 200, body: "ok\n" });
  await poller.line("polling");
  await putObjects(at, objects(2));
  await expect
    .poll(async () => (await get("/metrics")).body, { timeout: 30_000 })
    .toContain("messages_deleted_total 2");
  const { body } = await get("/metrics");
  expect(body).toContain(`sluice_records_delivered_total{sink="out"} ${2 * LINES_PER_OBJECT}\n`);
  expect(await get("/readyz")).toEqual({ status: 200, body: "ok\n" });
  poller.process.kill("SIGINT");
  expect(await poller.ended).toMatchObject({ code: 0 });
  await expect(get("/healthz")).rejects.toThrow();
});

test("while the receiver is down hardly anything is received; when it is back the rest follows", async () => {
  const at = await place();
  await putObjects(at, objects(40));
  let isDown = true;
  const http = await receiver(() => (isDown ? 503 : 200));
  const config = { sinks: { out: { type: "http", url: http.url, retry: { attempts: 1 } } } };
  const poller = started(pollWith(at, config, ["--concurrency", "1", "--json"]));
  expect(await poller.line("a required sink is down: receiving pauses, one message at a time is tried")).toMatchObject({
    sinks: ["out"],
  });
  // The batch that found out, and a probe.
  await http.requests(2);
  isDown = false;
  await poller.line("the sink is back: receiving again");
  await expect.poll(() => poller.lines.filter(({ level }) => level === "info").length).toBeGreaterThan(4);
  poller.process.kill("SIGTERM");
  const { code, out } = await poller.ended;
  expect(code).toBe(0);
  const { messages } = JSON.parse(out);
  expect(messages.failed).toBeLessThan(20);
  expect(messages.deleted).toBeGreaterThan(10);
  expect(new Set(http.taken).size).toBe(messages.deleted * LINES_PER_OBJECT);
});

test("a queue that isn't there ends it with 1 and says so", async () => {
  const at = await place();
  const elsewhere = { ...at, queue: `${at.queue}-none` };
  const poller = started(pollWith(elsewhere, { sinks: { out: { type: "stdout" } } }));
  const { code, err } = await poller.ended;
  expect(code).toBe(1);
  expect(err).toContain(`QUEUE_MISSING: ${elsewhere.queue}`);
});

async function putObjectsOnly(at: Place, stored: Readonly<Record<string, string>>): Promise<void> {
  const quiet = { send: async () => ({}) } as unknown as Place["sqs"];
  await putObjects({ ...at, sqs: quiet }, stored);
}

/** The command within this process, with adapters that a test looks through. */
async function here(at: Place, config: object, args: readonly string[], through: (adapters: Adapters) => Adapters) {
  const said = { out: "", err: "" };
  const before = { ...process.env };
  Object.assign(process.env, at.env);
  onTestFinished(() => {
    process.env = before;
  });
  const env = { ...at.env, SLUICE_CONFIG: JSON.stringify(config), SLUICE_QUEUE: at.queue };
  const { signal } = new AbortController();
  const code = await main(["poll", ...args], {
    terminal: {
      out: (line) => {
        said.out += line;
      },
      err: (line) => {
        said.err += line;
      },
      outIsTty: false,
      errIsTty: false,
      outGone: signal,
      columns: () => 80,
    },
    adapters: through(createAdapters({ env, cwd: process.cwd() })),
    cwd: process.cwd(),
    stop: signal,
    readStdin: async () => "",
  });
  return { code, ...said };
}
