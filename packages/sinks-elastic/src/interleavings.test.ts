import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type Sink, silentLogger } from "@sluice/core";
import { encodeBatch, sendCall, testRecord } from "@sluice/core/testing";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { answer, type Streams } from "./cluster.testing.ts";
import { elasticsearch } from "./index.ts";
import { FRESH_MS } from "./rollovers.ts";

const STREAM = "logs-generic-default";

/** A step of one of two deliveries of the same record at the same time (its next request), or the rollover. */
type Step = "A" | "B" | "rollover";
const isProcess = (step: string): step is "A" | "B" => step === "A" || step === "B";

/** Every order of some steps of A, of B, and the rollover. */
function orders(a: number, b: number, rollover: number): Step[][] {
  if (a + b + rollover === 0) return [[]];
  const after = (step: Step, rest: Step[][]): Step[][] => rest.map((each) => [step, ...each]);
  return [
    ...(a > 0 ? after("A", orders(a - 1, b, rollover)) : []),
    ...(b > 0 ? after("B", orders(a, b - 1, rollover)) : []),
    ...(rollover > 0 ? after("rollover", orders(a, b, rollover - 1)) : []),
  ];
}

/** A cluster that takes requests in the order it is told. */
class Ordered {
  streams: Streams = {};
  readonly dates = new Map<string, number>();
  url = "";
  /** What was done, in order. */
  done: string[] = [];
  readonly #waiting = new Map<string, () => void>();
  readonly #arrivals = new Map<string, () => void>();
  readonly #server = createServer((message, response) => {
    const chunks: Buffer[] = [];
    message.on("data", (chunk: Buffer) => chunks.push(chunk));
    message.on("end", () => {
      const { pathname } = new URL(message.url ?? "", "http://cluster");
      const who = String(message.headers["x-process"]);
      const respond = (): void => {
        const headers = message.headers as Record<string, string>;
        const request = { method: message.method ?? "", path: pathname, headers, body: Buffer.concat(chunks) };
        const given = answer(this.streams, request, pathname, this.dates);
        if ("fault" in given) throw new Error("no faults here");
        response.writeHead(given.status, given.headers).end(given.body);
      };
      this.#waiting.set(who, () => {
        this.done.push(`${who} ${pathname.split("/")[1]}`);
        respond();
      });
      this.#arrivals.get(who)?.();
    });
  });

  async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    this.url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  reset(): void {
    this.streams = { [STREAM]: new Map([[`${STREAM}-1`, new Set()]]) };
    this.dates.clear();
    this.done = [];
  }

  rollover(): void {
    this.streams[STREAM]?.set(`${STREAM}-2`, new Set());
    this.dates.set(`${STREAM}-2`, Date.now());
    this.done.push("rollover");
  }

  /** Has the next request of a process answered; false: it is done and makes none. */
  async step(who: string, ended: Promise<unknown>): Promise<boolean> {
    const arrival = new Promise<"arrived">((resolve) => this.#arrivals.set(who, () => resolve("arrived")));
    if (!this.#waiting.has(who) && (await Promise.race([arrival, ended])) !== "arrived") return false;
    const respond = this.#waiting.get(who);
    this.#waiting.delete(who);
    respond?.();
    return true;
  }
}

const cluster = new Ordered();
const sinks: Sink[] = [];
beforeAll(() => cluster.listen());
afterEach(() => vi.restoreAllMocks());
afterAll(async () => {
  await Promise.all(sinks.map((sink) => sink.close?.()));
  cluster.close();
});

async function processOf(who: string): Promise<Sink> {
  const options = elasticsearch.options.parse({ url: cluster.url, headers: { "X-Process": who } });
  const sink = await elasticsearch.create(options, { name: "search", baseDir: ".", logger: silentLogger });
  sinks.push(sink);
  return sink;
}

/** How often the record is there in the end. */
async function run(order: readonly Step[], a: Sink, b: Sink): Promise<number> {
  cluster.reset();
  const record = testRecord({ message: "one" });
  const send = (sink: Sink): Promise<unknown> => sink.send(encodeBatch(sink, [record]), sendCall());
  const sent = { A: send(a), B: send(b) };
  for (const step of order) {
    if (isProcess(step)) await cluster.step(step, sent[step]);
    else cluster.rollover();
  }
  for (const who of ["A", "B"] as const) expect(await sent[who]).toEqual({ kind: "delivered" });
  return [...(cluster.streams[STREAM]?.values() ?? [])].filter((ids) => ids.size > 0).length;
}

/** What is said to be left: one wrote before the rollover, and the other had asked before it, and wrote after it. */
function isLeft(done: readonly string[]): boolean {
  const rolled = done.indexOf("rollover");
  const at = (who: string, what: RegExp): number => done.findIndex((each) => each.startsWith(who) && what.test(each));
  const spans = (who: string): boolean => at(who, /_resolve|_settings/) < rolled && at(who, /_bulk/) > rolled;
  const wroteBefore = (who: string): boolean => at(who, /_bulk/) < rolled;
  return (spans("A") && wroteBefore("B")) || (spans("B") && wroteBefore("A"));
}

async function expectNoOther(order: readonly Step[], a: Sink, b: Sink): Promise<number> {
  const copies = await run(order, a, b);
  expect({ done: cluster.done, copies }).toEqual({ done: cluster.done, copies: isLeft(cluster.done) ? 2 : 1 });
  return copies;
}

describe("two deliveries at the same time and a rollover: doubled in the one case that is left, and in no other", () => {
  test("by processes that know the stream", async () => {
    const [a, b] = [await processOf("A"), await processOf("B")];
    const clock = vi.spyOn(performance, "now");
    let elapsed = 0;
    clock.mockImplementation(() => elapsed);
    const copies: number[] = [];
    // The list, a look-up and the bulk.
    for (const order of orders(3, 3, 1)) {
      elapsed += 2 * FRESH_MS;
      copies.push(await expectNoOther(order, a, b));
    }
    expect(copies).toHaveLength(140);
    expect(new Set(copies)).toEqual(new Set([1, 2]));
  });

  test("by processes that are new", async () => {
    const copies: number[] = [];
    // The dates, the list, a look-up and the bulk; A's and B's are alike.
    for (const order of orders(4, 4, 1).filter(([first]) => first !== "B"))
      copies.push(await expectNoOther(order, await processOf("A"), await processOf("B")));
    expect(new Set(copies)).toEqual(new Set([1, 2]));
  });
});
