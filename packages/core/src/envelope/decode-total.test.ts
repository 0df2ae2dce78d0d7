import { globSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeEvent } from "./decode.ts";
import { withPayloads } from "./events.testing.ts";
import type { OpenItem } from "./item.ts";
import { eventList } from "./log-events.testing.ts";

const EVENTS = new URL("../../../../fixtures/events/", import.meta.url);
const fixtures = globSync("**/*.json", { cwd: EVENTS }).map((path): unknown =>
  JSON.parse(readFileSync(new URL(path, EVENTS), "utf8")),
);

const CODES = new Set([
  "EVENT_UNRECOGNIZED",
  "EVENT_MALFORMED",
  "EVENT_TOO_DEEP",
  "EVENT_WITHOUT_RECORDS",
  "EXPANSION_LIMIT",
]);
/** Longer than anything that a message may show. */
const LONG = "~".repeat(201);

/** What the core goes on to rely on. */
function sound(item: OpenItem): boolean {
  if (item.kind === "object") return item.ref.bucket !== "" && item.ref.key !== "";
  if (item.kind === "logs")
    return eventList(item.events).every(
      ({ id, timestamp, message }) => id !== "" && Number.isFinite(timestamp) && typeof message === "string",
    );
  return item.kind === "bytes" && item.bytes instanceof Uint8Array && Number.isInteger(item.stream.arrival);
}

function check(event: unknown): void {
  const { units } = decodeEvent(event, { region: "r", account: "a", arrival: 1, maxInlineBytes: 5_000 });
  for (const { items, ignored, error, receiveCount } of units.map(withPayloads)) {
    expect(items.length + ignored.length > 0).toBe(error === undefined);
    expect(items.every(sound)).toBe(true);
    expect(receiveCount).toBeGreaterThanOrEqual(1);
    if (error === undefined) continue;
    expect(CODES).toContain(error.code);
    expect(error.message).not.toContain(LONG);
    expect(error.message.length).toBeLessThan(1000);
  }
}

/** A JSON text inside an event, so that what it holds can be changed as well. */
class Inner {
  value: unknown;
  constructor(value: unknown) {
    this.value = value;
  }
}

function opened(value: unknown): unknown {
  if (typeof value === "string" && /^[{[]/.test(value)) {
    try {
      return new Inner(opened(JSON.parse(value)));
    } catch {
      return value;
    }
  }
  if (value === null || typeof value !== "object") return value;
  const entries = Object.entries(value).map(([key, each]) => [key, opened(each)] as const);
  return Array.isArray(value) ? entries.map(([, each]) => each) : Object.fromEntries(entries);
}

function closed(value: unknown): unknown {
  if (value instanceof Inner) return JSON.stringify(closed(value.value));
  if (value === null || typeof value !== "object") return value;
  const entries = Object.entries(value).map(([key, each]) => [key, closed(each)] as const);
  return Array.isArray(value) ? entries.map(([, each]) => each) : Object.fromEntries(entries);
}

type Place = readonly [holder: Record<string, unknown>, key: string];

function places(value: unknown): Place[] {
  if (value === null || typeof value !== "object") return [];
  return Object.entries(value).flatMap(([key, each]) => [[value, key] as unknown as Place, ...places(each)]);
}

const HOSTILE: readonly unknown[] = [
  null,
  0,
  -1,
  1e300,
  true,
  "",
  "x",
  "%",
  "{}",
  "[]",
  "{",
  "AAAA",
  "H4sIAAAA",
  [],
  {},
  [null],
  [[]],
  "~".repeat(5000),
  { toString: 1, valueOf: 1 },
  { Records: [null] },
  { Records: [{}] },
];
const replacement = fc.oneof(
  { weight: 2, arbitrary: fc.constantFrom(...HOSTILE) },
  fc.jsonValue().map((value) => value as unknown),
);
const change = fc.record({
  at: fc.nat(),
  to: fc.option(replacement, { nil: undefined }),
  copyOf: fc.option(fc.nat(), { nil: undefined, freq: 3 }),
});

describe("any event decodes: to items, to what is known to be empty, or to a coded error", () => {
  test("any JSON value", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => check(value)),
      { numRuns: 500 },
    );
    for (const value of [undefined, Number.NaN, () => 0, ...HOSTILE]) check(value);
  });

  test("any JSON value in the places where values are looked for", () => {
    const records = (inner: unknown, source: string): unknown => ({
      Records: [
        {
          eventSource: source,
          EventSource: source,
          messageId: "m",
          body: inner,
          Sns: inner,
          kinesis: { sequenceNumber: "1", data: inner },
          s3: inner,
          eventName: "ObjectCreated:Put",
          attributes: inner,
          eventSourceARN: inner,
        },
      ],
    });
    const source = fc.constantFrom("aws:sqs", "aws:sns", "aws:kinesis", "aws:s3");
    fc.assert(
      fc.property(replacement, source, fc.boolean(), (inner, name, asText) =>
        check(records(asText ? JSON.stringify(inner) : inner, name)),
      ),
      { numRuns: 500 },
    );
  });

  test("every fixture with any of its parts left out, replaced or put elsewhere", () => {
    const property = fc.property(
      fc.constantFrom(...fixtures),
      fc.array(change, { minLength: 1, maxLength: 4 }),
      (fixture, changes) => {
        const event = opened(fixture);
        for (const { at, to, copyOf } of changes) {
          const all = places(event);
          const [holder, key] = all[at % all.length] ?? [{}, ""];
          const [from, name] = copyOf === undefined ? [{ "": to }, ""] : (all[copyOf % all.length] ?? [{}, ""]);
          const value = structuredClone(closed(from[name]));
          if (value === undefined) delete holder[key];
          else holder[key] = value;
        }
        check(closed(event));
      },
    );
    fc.assert(property, { numRuns: 3000 });
  });

  test("every fixture with each of its parts left out, and with each replaced by every hostile value", () => {
    for (const fixture of fixtures) {
      const count = places(opened(fixture)).length;
      for (let at = 0; at < count; at++) {
        const value = HOSTILE[at % HOSTILE.length];
        for (const replace of [false, true]) {
          const event = opened(fixture);
          const [holder, key] = places(event)[at] as Place;
          if (replace) holder[key] = value;
          else delete holder[key];
          check(closed(event));
        }
      }
    }
  });
});
