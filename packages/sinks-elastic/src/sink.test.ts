import { createServer, type Server } from "node:http";
import { type AddressInfo, createServer as createTcpServer } from "node:net";
import { NO_DEADLINE, type SendResult, type Sink, silentLogger } from "@sluice/core";
import {
  type Answer,
  type Answers,
  encodeBatch,
  type FakeServer,
  fakeServer,
  sendCall,
  testRecord,
} from "@sluice/core/testing";
import { afterEach, describe, expect, test } from "vitest";
import { recordsOf } from "./bulk.testing.ts";
import { elasticsearch, opensearch } from "./index.ts";

const JSON_TYPE = { "content-type": "application/json" };
const cleanup: (() => Promise<unknown> | undefined)[] = [];
afterEach(async () => {
  for (const end of cleanup.splice(0).reverse()) await end();
});

const server = (...answers: Answer[]): Promise<FakeServer> => serverThat(answers);

async function serverThat(answers: Answers): Promise<FakeServer> {
  const made = await fakeServer(createServer, answers);
  cleanup.push(() => made.close());
  return made;
}

/** Asks no questions. */
async function sinkAt(options: Record<string, unknown>, definition = elasticsearch): Promise<Sink> {
  const context = { name: "search", baseDir: ".", logger: silentLogger };
  const sink = await definition.create(definition.options.parse({ dedupeWindowMs: 0, ...options }), context);
  cleanup.push(() => sink.close?.());
  return sink;
}

const records = (count: number): ReturnType<typeof testRecord>[] =>
  Array.from({ length: count }, (_, i) => testRecord({ message: `m${i}`, start: i * 10 }));
const taken = (count: number): Answer => ({
  status: 200,
  headers: JSON_TYPE,
  body: JSON.stringify({ errors: false, items: Array.from({ length: count }, () => ({ create: { status: 201 } })) }),
});
const send = (sink: Sink, count = 2): Promise<SendResult> => sink.send(encodeBatch(sink, records(count)), sendCall());
const delivered = { kind: "delivered" };

describe("the request", () => {
  test("gzip by default, compressed once, with the headers that all versions take", async () => {
    const { url, requests } = await server(taken(2));
    const sink = await sinkAt({ url, pipeline: "clean" });
    expect(await send(sink)).toEqual(delivered);
    const [request] = requests;
    expect(request?.method).toBe("POST");
    const { pathname, searchParams } = new URL(request?.path ?? "", url);
    expect(pathname).toBe("/_bulk");
    expect(Object.fromEntries(searchParams)).toEqual({
      filter_path:
        "errors,items.*.status,items.*.failure_store,items.*.error.type,items.*.error.reason,items.*.error.caused_by.reason",
      pipeline: "clean",
    });
    expect(request?.headers).toMatchObject({
      accept: "application/json",
      "content-type": "application/x-ndjson",
      "content-encoding": "gzip",
      "content-length": String(request?.body.length),
    });
    expect(request && recordsOf(request).map(({ document }) => document.message)).toEqual(["m0", "m1"]);
  });

  test("without compression the batch's own bytes go out, whatever array they lie in", async () => {
    const { url, requests } = await server(taken(2));
    const sink = await sinkAt({ url: `${url}/prefix/`, compression: "none" }, opensearch);
    const batch = encodeBatch(sink, records(2));
    const bytes = new Uint8Array(batch.bytes);
    const copy = { ...batch, bytes, count: 2, offset: (i: number): number => batch.offset(i) };
    expect(await sink.send(copy, sendCall())).toEqual(delivered);
    expect(requests[0]?.body.equals(bytes)).toBe(true);
    expect(requests[0]?.headers["content-encoding"]).toBeUndefined();
    expect(requests[0]?.path).toMatch(/^\/prefix\/_bulk\?/);
    expect(requests[0]?.headers["x-elastic-client-meta"]).toBeUndefined();
  });

  test.each([
    [{ apiKey: "aWQ6a2V5" }, "ApiKey aWQ6a2V5"],
    [{ apiKey: "id:key" }, "ApiKey aWQ6a2V5"],
    [{ bearer: "tok" }, "Bearer tok"],
    [{ username: "u", password: "p:w" }, `Basic ${Buffer.from("u:p:w").toString("base64")}`],
    [undefined, undefined],
  ])("credentials %j", async (auth, header) => {
    const { url, requests } = await server(taken(1));
    const sink = await sinkAt({ url, ...(auth && { auth }), headers: { "X-Tenant": "t1" } });
    await send(sink, 1);
    expect(requests[0]?.headers.authorization).toBe(header);
    expect(requests[0]?.headers["x-tenant"]).toBe("t1");
  });

  test("nodes take turns", async () => {
    const [one, two] = [await server(taken(1)), await server(taken(1))];
    const sink = await sinkAt({ nodes: [one.url, two.url] });
    for (let i = 0; i < 4; i++) expect(await send(sink, 1)).toEqual(delivered);
    expect([one.requests.length, two.requests.length]).toEqual([2, 2]);
  });
});

describe("one attempt, whatever happens", () => {
  test.each<readonly [string, Answer, string]>([
    ["429", { status: 429 }, "HTTP_429"],
    ["502", { status: 502 }, "HTTP_502"],
    ["503", { status: 503 }, "HTTP_503"],
    ["504", { status: 504 }, "HTTP_504"],
    ["reset", { fault: "reset" }, "RESET"],
    ["cut in the answer", { status: 200, body: "x".repeat(1000), cutAfter: 10 }, "RESET"],
  ])("%s", async (_, answer, code) => {
    const { url, requests } = await server(answer);
    const sink = await sinkAt({ url });
    expect(await send(sink)).toMatchObject({ kind: "retry", reason: { code } });
    expect(requests).toHaveLength(1);
  });

  test("nobody listens", async () => {
    const closed = createTcpServer();
    await new Promise<void>((resolve) => closed.listen(0, "127.0.0.1", resolve));
    const { port } = closed.address() as AddressInfo;
    await new Promise((resolve) => closed.close(resolve));
    const sink = await sinkAt({ url: `http://127.0.0.1:${port}` });
    expect(await send(sink)).toMatchObject({ kind: "retry", reason: { code: "ECONNREFUSED" } });
  });

  test("https where http is spoken", async () => {
    const { url } = await server(taken(1));
    const sink = await sinkAt({ url: url.replace("http:", "https:") });
    expect(await send(sink)).toMatchObject({ kind: "unavailable", reason: { code: "TLS" } });
  });
});

describe("giving up", () => {
  test("a timeout while the answer comes in drops", async () => {
    const stuck: Server = createServer((_, response) => {
      response.writeHead(200, { ...JSON_TYPE, "content-length": 1000 });
      response.write("{");
    });
    await new Promise<void>((resolve) => stuck.listen(0, "127.0.0.1", resolve));
    cleanup.push(
      async () => stuck.closeAllConnections(),
      async () => void stuck.close(),
    );
    const { port } = stuck.address() as AddressInfo;
    const sink = await sinkAt({ url: `http://127.0.0.1:${port}`, requestTimeoutMs: 50 });
    expect(await send(sink)).toMatchObject({ kind: "retry", reason: { code: "TIMEOUT" } });
  });

  test("the deadline is nearer than the timeout", async () => {
    const { url, requests } = await server({ fault: "hang" });
    const sink = await sinkAt({ url });
    const batch = encodeBatch(sink, records(1));
    const late = await sink.send(batch, { ...sendCall(), deadline: { remainingMs: () => 40 } });
    expect(late).toMatchObject({ kind: "retry", reason: { code: "TIMEOUT", message: "no answer within 40 ms" } });
    expect(requests).toHaveLength(1);
    const past = await sink.send(batch, { ...sendCall(), deadline: { remainingMs: () => -5 } });
    expect(past).toMatchObject({ kind: "retry", reason: { code: "TIMEOUT" } });
    expect(requests).toHaveLength(1);
  });

  test("one batch's timeout leaves the others alone, though they share a signal", async () => {
    // By what is asked, not by the order: a request may be given up before the server has seen it.
    const { url } = await serverThat((request) => (recordsOf(request).length === 1 ? { fault: "hang" } : taken(2)));
    const sink = await sinkAt({ url });
    const { signal } = new AbortController();
    let aborts = 0;
    signal.addEventListener("abort", () => aborts++);
    const call = { signal, attempt: 1, deadline: NO_DEADLINE, again: false };
    const hasty = { ...call, deadline: { remainingMs: () => 60 } };
    const late = await sink.send(encodeBatch(sink, records(1)), hasty);
    expect(late).toMatchObject({ kind: "retry", reason: { code: "TIMEOUT" } });
    expect(await sink.send(encodeBatch(sink, records(2)), call)).toEqual(delivered);
    expect(aborts).toBe(0);
  });

  test("an aborted call", async () => {
    const { url } = await server({ fault: "hang" });
    const sink = await sinkAt({ url });
    const controller = new AbortController();
    const sent = sink.send(encodeBatch(sink, records(1)), sendCall(controller.signal));
    controller.abort();
    expect(await sent).toMatchObject({ kind: "retry", reason: { code: "ABORTED" } });
  });
});

test("a large batch that fails costs no more than one that doesn't", async () => {
  const { url } = await server({ status: 503 });
  const sink = await sinkAt({ url, compression: "none" });
  const batch = encodeBatch(sink, [testRecord({ message: "x".repeat(4_000_000) })]);
  const before = process.cpuUsage();
  expect((await sink.send(batch, sendCall())).kind).toBe("retry");
  const { user, system } = process.cpuUsage(before);
  expect((user + system) / 1000).toBeLessThan(1000);
});

describe("probe", () => {
  const monitor = "action [cluster:monitor/main] is unauthorized for API key id [x]";
  test.each<readonly [string, Answer, string | undefined]>([
    ["reached", { status: 200, headers: JSON_TYPE, body: "{}" }, undefined],
    [
      "a key that may only write",
      {
        status: 403,
        headers: JSON_TYPE,
        body: JSON.stringify({ error: { type: "security_exception", reason: monitor } }),
      },
      undefined,
    ],
    ["wrong credentials", { status: 401 }, "HTTP_401"],
    ["something else there", { status: 404 }, "HTTP_404"],
    ["reset", { fault: "reset" }, "RESET"],
  ])("%s", async (_, answer, code) => {
    const { url, requests } = await server(answer);
    const sink = await sinkAt({ url });
    expect((await sink.probe?.(new AbortController().signal))?.code).toBe(code);
    expect(requests.map(({ method, path }) => `${method} ${path}`)).toEqual(["GET /"]);
  });
});
