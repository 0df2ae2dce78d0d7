import { describe, expect, test } from "vitest";
import { Lookup } from "./lookup.ts";
import { createTell } from "./reason.ts";
import { type Due, FRESH_MS, MAX_NAMES, Rollovers } from "./rollovers.ts";
import type { Answer, Request } from "./send.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Streams by name, backing indices and when they were made, the oldest first; and a process that watches them. */
class Stand {
  readonly streams: Record<string, [string, number][]> = {};
  nowMs = Date.UTC(2026, 0, 31);
  elapsedMs = 50_000;
  asked: string[] = [];
  /** What is written to. */
  names: readonly string[] = [];
  /** Answers in place of the cluster. */
  fault: (path: string) => { status: number; text?: string } | undefined = () => undefined;
  readonly #lookup = new Lookup(async (request) => this.#answer(request), createTell([]), {
    primary: false,
    gzipLevel: undefined,
  });

  rollovers: Rollovers = this.#process();

  #process(): Rollovers {
    return new Rollovers({
      windowMs: HOUR_MS,
      lookup: this.#lookup,
      now: () => this.nowMs,
      elapsed: () => this.#tick(),
    });
  }

  /** No two readings are the same. */
  #tick(): number {
    this.elapsedMs += 0.001;
    return this.elapsedMs;
  }

  /** Another process, which knows nothing. */
  restart(): void {
    this.rollovers = this.#process();
  }

  rollover(name: string): void {
    const indices = this.streams[name] ?? [];
    this.streams[name] = indices;
    indices.push([`${name}-${indices.length + 1}`, this.nowMs]);
  }

  pass(ms: number): void {
    this.nowMs += ms;
    this.elapsedMs += ms;
  }

  due(): Promise<Due> {
    for (const name of this.names) this.rollovers.watch(name);
    return this.rollovers.due();
  }

  /** A while later. */
  async indices(): Promise<Record<string, readonly string[]>> {
    this.elapsedMs += 2 * FRESH_MS;
    const due = await this.due();
    if (due.kind === "retry") throw new Error(due.reason.message);
    return Object.fromEntries(due.indices);
  }

  #answer({ path }: Request): Answer {
    this.asked.push(path);
    const { status, text } = this.fault(path) ?? { status: 200 };
    return { kind: "answer", status, headers: {}, text: text ?? (status === 200 ? this.#text(path) : "") };
  }

  #text(path: string): string {
    const [, first = "", second, third = ""] = path.split("/");
    const name = second === "_settings" ? first : third;
    const indices = this.streams[name] ?? [];
    if (second === "_settings") {
      return JSON.stringify(
        Object.fromEntries(indices.map(([index, at]) => [index, { settings: { "index.creation_date": `${at}` } }])),
      );
    }
    return JSON.stringify({ data_streams: [{ name, backing_indices: indices.map(([index]) => index) }] });
  }
}

function standWith(...names: readonly string[]): Stand {
  const stand = new Stand();
  stand.names = names;
  for (const name of names) stand.rollover(name);
  return stand;
}

const denied = { status: 403, text: '{"error":{"type":"security_exception","reason":"unauthorized"}}' };
const isSettings = (path: string): boolean => path.includes("/_settings/");

describe("what is looked into", () => {
  test("nothing where the newest index is older than the window", async () => {
    const stand = standWith("a");
    stand.pass(DAY_MS);
    stand.rollover("a");
    stand.pass(HOUR_MS);
    expect(await stand.indices()).toEqual({});
  });

  test("indices that were the newest within the window, the latest first; not the one that is", async () => {
    const stand = standWith("a", "b");
    for (const ms of [DAY_MS, HOUR_MS / 2, HOUR_MS / 4]) {
      stand.pass(ms);
      stand.rollover("a");
    }
    stand.restart();
    expect(await stand.indices()).toEqual({ a: ["a-3", "a-2", "a-1"] });
    stand.pass(HOUR_MS / 4);
    expect(await stand.indices()).toEqual({ a: ["a-3", "a-2"] });
    stand.pass(HOUR_MS / 2);
    expect(await stand.indices()).toEqual({ a: ["a-3"] });
    stand.pass(HOUR_MS / 4);
    expect(await stand.indices()).toEqual({});
  });

  test("a cluster whose clock is ahead", async () => {
    const stand = standWith("a");
    stand.nowMs += 60_000;
    stand.rollover("a");
    stand.nowMs -= 60_000;
    expect(await stand.indices()).toEqual({ a: ["a-1"] });
  });

  test("a rollover between the two questions that a process asks first", async () => {
    const stand = standWith("a");
    stand.fault = (path) => {
      if (isSettings(path)) return undefined;
      const backing = ["a-1", "a-2"];
      return { status: 200, text: JSON.stringify({ data_streams: [{ name: "a", backing_indices: backing }] }) };
    };
    expect(await stand.indices()).toEqual({ a: ["a-1"] });
  });

  test("an index that was deleted isn't", async () => {
    const stand = standWith("a");
    await stand.indices();
    stand.rollover("a");
    expect(await stand.indices()).toEqual({ a: ["a-1"] });
    stand.streams.a?.shift();
    expect(await stand.indices()).toEqual({});
  });
});

describe("when it asks", () => {
  test("after a while again; for dates only once, and for the order only where they are recent", async () => {
    const stand = standWith("a");
    stand.pass(HOUR_MS);
    await stand.due();
    expect(stand.asked).toEqual(["/a/_settings/index.creation_date"]);
    stand.pass(FRESH_MS - 1);
    await stand.due();
    expect(stand.asked).toHaveLength(1);
    stand.pass(2);
    await stand.due();
    expect(stand.asked.slice(1)).toEqual(["/_resolve/index/a"]);
    stand.rollover("a");
    stand.restart();
    await stand.due();
    expect(stand.asked.slice(2)).toEqual(["/a/_settings/index.creation_date", "/_resolve/index/a"]);
  });

  test("with a batch, about all names in it that it doesn't know", async () => {
    const stand = standWith("a", "b");
    stand.pass(HOUR_MS);
    for (const name of stand.names) stand.rollovers.watch(name);
    expect(stand.rollovers.isNew).toBe(true);
    expect(stand.asked).toEqual([]);
    await stand.due();
    expect(stand.asked).toEqual(["/a/_settings/index.creation_date", "/b/_settings/index.creation_date"]);
    expect(stand.rollovers.isNew).toBe(false);
  });

  test("a first question that failed leaves it as new as it was", async () => {
    const stand = standWith("a");
    stand.fault = () => ({ status: 429 });
    await stand.due();
    expect(stand.rollovers.isNew).toBe(true);
  });

  test("batches that are sent at once share the questions", async () => {
    const stand = standWith("a");
    await Promise.all([stand.due(), stand.due(), stand.due()]);
    expect(stand.asked).toHaveLength(2);
  });

  test.each([
    ["old", 0, 1],
    ["new", Date.UTC(2026, 0, 31), 2],
  ])("an index itself only once (%s)", async (_, made, questions) => {
    const stand = standWith("a");
    const settings = { a: { settings: { "index.creation_date": String(made) } } };
    stand.fault = (path) => ({
      status: 200,
      text: isSettings(path) ? JSON.stringify(settings) : '{"indices":[{"name":"a"}]}',
    });
    for (let i = 0; i < 3; i++) expect(await stand.indices()).toEqual({});
    expect(stand.asked).toHaveLength(questions);
  });

  test("a clock that is set back or forward makes it ask no more and no less", async () => {
    const stand = standWith("a");
    for (const ms of [0, -DAY_MS, 2 * DAY_MS]) {
      stand.nowMs += ms;
      await stand.due();
    }
    expect(stand.asked).toHaveLength(2);
  });

  test("about so many names, and no more", async () => {
    const names = Array.from({ length: MAX_NAMES + 1 }, (_, i) => `n${i}`);
    const stand = standWith(...names);
    await stand.due();
    expect(stand.asked).toHaveLength(2 * MAX_NAMES);
    expect(stand.asked.filter((path) => path.includes(`n${MAX_NAMES}`))).toEqual([]);
  });
});

describe("rollovers that a process sees itself", () => {
  test("start the window, without a word of dates", async () => {
    const stand = standWith("a");
    stand.pass(DAY_MS);
    stand.fault = (path) => (isSettings(path) ? denied : undefined);
    expect(await stand.indices()).toEqual({});
    stand.rollover("a");
    stand.rollover("a");
    expect(await stand.indices()).toEqual({ a: ["a-2", "a-1"] });
    stand.pass(HOUR_MS - 1);
    expect(await stand.indices()).toEqual({ a: ["a-2", "a-1"] });
    stand.pass(1);
    expect(await stand.indices()).toEqual({});
    stand.restart();
    expect(await stand.indices()).toEqual({});
  });

  test("of a stream that wasn't there before", async () => {
    const stand = standWith();
    stand.names = ["a"];
    stand.fault = () => ({ status: 404, text: '{"error":{"type":"index_not_found_exception","index":"a"}}' });
    expect(await stand.indices()).toEqual({});
    stand.fault = () => undefined;
    stand.rollover("a");
    expect(await stand.indices()).toEqual({});
    stand.rollover("a");
    expect(await stand.indices()).toEqual({ a: ["a-1"] });
  });
});

describe("what it isn't told", () => {
  test.each([
    ["it may not ask", denied],
    ["the server knows no such question", { status: 400, text: "no handler" }],
    ["wrong credentials", { status: 401 }],
    ["HTML", { status: 200, text: "<html>" }],
  ])("%s: as if there were no rollovers, and not asked again", async (_, fault) => {
    const stand = standWith("a");
    stand.rollover("a");
    stand.fault = () => fault;
    for (let i = 0; i < 3; i++) expect(await stand.indices()).toEqual({});
    expect(stand.asked).toHaveLength(2);
  });

  test.each([
    ["the list", (path: string) => !isSettings(path)],
    ["the dates", isSettings],
  ])("%s, for now: nothing is sent, and it is asked again", async (_, isFaulty) => {
    const stand = standWith("a");
    stand.rollover("a");
    stand.fault = (path) => (isFaulty(path) ? { status: 503 } : undefined);
    const due = await stand.due();
    expect(due).toMatchObject({ kind: "retry", reason: { code: "HTTP_503" } });
    expect(due).not.toHaveProperty("unsure");
    stand.fault = () => undefined;
    expect(await stand.indices()).toEqual({ a: ["a-1"] });
  });
});
