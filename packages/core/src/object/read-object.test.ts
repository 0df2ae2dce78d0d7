import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type ErrorCode, SluiceError } from "../errors.ts";
import type { ByteRange, ObjectReader, ObjectRef } from "../ports/object-reader.ts";
import { openObject, type ReadOptions } from "./read-object.ts";

const REF: ObjectRef = { store: "s3", bucket: "b", key: "k" };
const CONTENT = Buffer.from("0123456789abcdefghijklmnopqrstuvwxyz");

/** What a call does instead of giving its range: fails at once, or breaks off after some bytes (with a fault, or as if it were all). */
interface Turn {
  readonly fails?: Error;
  readonly breaksAfter?: number;
  readonly fault?: Error;
}

interface Store extends ObjectReader {
  readonly ranges: ByteRange[];
  /** Bodies being read, and those let go. */
  opened: number;
  closed: number;
}

const fault = (code: ErrorCode): SluiceError => new SluiceError(code, `${code} it said`);

/** Gives `content` in chunks of `chunkBytes`; the nth call follows `turns[n]`, those without one are fine. */
function storeOf(turns: readonly (Turn | undefined)[] = [], content: Buffer = CONTENT, chunkBytes = 4): Store {
  const store: Store = {
    ranges: [],
    opened: 0,
    closed: 0,
    read: async (ref, range) => {
      expect(ref).toBe(REF);
      const turn = turns[store.ranges.push(range) - 1];
      if (turn?.fails !== undefined) throw turn.fails;
      const end = Math.min(range.end, content.length, range.start + (turn?.breaksAfter ?? content.length));
      async function* body(): AsyncGenerator<Uint8Array> {
        store.opened += 1;
        try {
          for (let at = range.start; at < end; at += chunkBytes)
            yield content.subarray(at, Math.min(at + chunkBytes, end));
          if (turn?.fault !== undefined) throw turn.fault;
        } finally {
          store.closed += 1;
        }
      }
      return { etag: "e1", size: content.length, lastModified: 7, body: body() };
    },
  };
  return store;
}

const options = (over: Partial<ReadOptions> = {}): ReadOptions => ({
  partBytes: 10,
  attempts: 3,
  minDelayMs: 1,
  maxDelayMs: 1,
  signal: new AbortController().signal,
  ...over,
});

async function readAll(
  store: ObjectReader,
  over: Partial<ReadOptions> = {},
): Promise<{ text: string; error: unknown }> {
  let text = "";
  try {
    const { body } = await openObject(store, REF, options(over));
    for await (const chunk of body) text += Buffer.from(chunk).toString();
    return { text, error: undefined };
  } catch (error) {
    return { text, error };
  }
}

const starts = ({ ranges }: Store): number[] => ranges.map(({ start }) => start);

describe("ranges", () => {
  test("are asked for one after the other, the later ones of the same object only", async () => {
    const store = storeOf();
    expect(await readAll(store, { partBytes: 15 })).toEqual({ text: CONTENT.toString(), error: undefined });
    expect(store.ranges).toEqual([
      { start: 0, end: 15, ifMatch: undefined },
      { start: 15, end: 30, ifMatch: "e1" },
      { start: 30, end: 36, ifMatch: "e1" },
    ]);
  });

  test.each([
    ["an object of one range", 36, 1],
    ["one byte more than a range", 35, 2],
    ["ranges of one byte", 1, 36],
  ])("%s", async (_, partBytes, calls) => {
    const store = storeOf();
    expect((await readAll(store, { partBytes })).text).toBe(CONTENT.toString());
    expect(store.ranges).toHaveLength(calls);
  });

  test("an empty object takes one", async () => {
    const store = storeOf([], Buffer.alloc(0));
    expect(await readAll(store)).toEqual({ text: "", error: undefined });
    expect(store.ranges).toHaveLength(1);
  });

  test("opening tells etag, size and time, and reads no body yet", async () => {
    const store = storeOf();
    expect(await openObject(store, REF, options())).toMatchObject({ etag: "e1", size: 36, lastModified: 7 });
    expect(store.opened).toBe(0);
  });
});

describe("a fault that may pass", () => {
  test("in a body: goes on from the byte it has", async () => {
    const store = storeOf([
      undefined,
      { breaksAfter: 7, fault: fault("RESET") },
      { breaksAfter: 1, fault: fault("TIMEOUT") },
    ]);
    expect(await readAll(store)).toEqual({ text: CONTENT.toString(), error: undefined });
    expect(starts(store)).toEqual([0, 10, 17, 18, 28]);
  });

  test("a body that ends too early without a word is gone on with as well", async () => {
    const store = storeOf([{ breaksAfter: 3 }]);
    expect((await readAll(store)).text).toBe(CONTENT.toString());
    expect(starts(store)).toEqual([0, 3, 13, 23, 33]);
  });

  test.each<ErrorCode>(["THROTTLED", "TIMEOUT", "RESET"])(
    "%s of a request: asked again, `attempts` times in all",
    async (code) => {
      const fails = { fails: fault(code) };
      const patient = storeOf([fails, fails, undefined, fails, fails]);
      expect(await readAll(patient)).toEqual({ text: CONTENT.toString(), error: undefined });
      expect(starts(patient)).toEqual([0, 0, 0, 10, 10, 10, 20, 30]);
      const given = storeOf([fails, fails, fails, fails]);
      expect(await readAll(given)).toEqual({ text: "", error: fails.fails });
      expect(starts(given)).toEqual([0, 0, 0]);
    },
  );

  test("bodies without a byte: gives up after `attempts`, with the last fault", async () => {
    const turns = [1, 2, 3, 4].map((n) => ({ breaksAfter: 0, fault: new SluiceError("RESET", `reset ${n}`) }));
    const store = storeOf([undefined, ...turns]);
    expect(await readAll(store)).toEqual({ text: "0123456789", error: turns[2]?.fault });
    expect(starts(store)).toEqual([0, 10, 10, 10]);
    const silent = storeOf([undefined, ...turns.map(() => ({ breaksAfter: 0 }))]);
    expect(await readAll(silent)).toMatchObject({ text: "0123456789", error: { code: "RESET" } });
    expect(starts(silent)).toEqual([0, 10, 10, 10]);
  });

  test("a byte gained in between: patience begins anew", async () => {
    const turns = Array.from({ length: CONTENT.length }, () => [
      { breaksAfter: 1, fault: fault("RESET") },
      { breaksAfter: 0, fault: fault("RESET") },
    ]);
    const store = storeOf(turns.flat());
    expect(await readAll(store)).toEqual({ text: CONTENT.toString(), error: undefined });
  });

  test("any series of them that ends: each byte comes once", async () => {
    const turn = fc.oneof(
      fc.record({ breaksAfter: fc.nat(12), fault: fc.constant(fault("RESET")) }),
      fc.record({ breaksAfter: fc.nat(12) }),
      fc.constant({ fails: fault("THROTTLED") }),
      fc.constant(undefined),
    );
    const property = fc.asyncProperty(
      fc.array(turn, { maxLength: 10 }),
      fc.integer({ min: 1, max: 40 }),
      fc.integer({ min: 1, max: 9 }),
      async (turns, partBytes, chunkBytes) => {
        const store = storeOf(turns, CONTENT, chunkBytes);
        expect(await readAll(store, { partBytes, attempts: turns.length + 2 })).toEqual({
          text: CONTENT.toString(),
          error: undefined,
        });
        expect(store.closed).toBe(store.opened);
      },
    );
    await fc.assert(property, { numRuns: 50 });
  });
});

describe("a fault that won't pass", () => {
  const terminal = (["OBJECT_MISSING", "OBJECT_CHANGED", "OBJECT_ARCHIVED", "ACCESS_DENIED"] as const).map(fault);

  test.each(terminal)("$code: told as it is, not tried again", async (error) => {
    const opening = storeOf([{ fails: error }]);
    expect(await readAll(opening)).toEqual({ text: "", error });
    expect(opening.ranges).toHaveLength(1);
    const later = storeOf([undefined, { fails: error }]);
    expect(await readAll(later)).toEqual({ text: "0123456789", error });
    expect(later.ranges).toHaveLength(2);
    const inBody = storeOf([undefined, { breaksAfter: 5, fault: error }]);
    expect(await readAll(inBody)).toEqual({ text: "0123456789abcde", error });
    expect(inBody.ranges).toHaveLength(2);
  });

  test("one that nobody knows counts as such", async () => {
    const store = storeOf([{ fails: new Error("no such thing") }]);
    expect((await readAll(store)).error).toMatchObject({ code: "INTERNAL", message: "Error: no such thing" });
    expect(store.ranges).toHaveLength(1);
  });
});

test("reading that stops early lets the body go and asks for nothing more", async () => {
  const store = storeOf();
  const { body } = await openObject(store, REF, options());
  for await (const chunk of body) if (Buffer.from(chunk).includes("c")) break;
  expect(starts(store)).toEqual([0, 10]);
  expect({ opened: store.opened, closed: store.closed }).toEqual({ opened: 2, closed: 2 });
});

test("an abort ends the waiting for another attempt, with its reason", async () => {
  const controller = new AbortController();
  const reason = new SluiceError("DEADLINE", "time is up");
  const store = storeOf(Array.from({ length: 5 }, () => ({ fails: fault("THROTTLED") })));
  const read = readAll(store, { signal: controller.signal, minDelayMs: 2 ** 30, maxDelayMs: 2 ** 30 });
  controller.abort(reason);
  expect(await read).toEqual({ text: "", error: reason });
  expect(store.ranges.length).toBeLessThanOrEqual(1);
});
