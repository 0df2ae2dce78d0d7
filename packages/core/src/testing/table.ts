import type { RecordOutcome, SendResult } from "../ports/sink.ts";
import type { Answer } from "./fake-server.ts";

/** What `send` is to return: the kind of result, or for `each` the kinds of the outcomes of TABLE_RECORDS records. */
export type Expected = SendResult["kind"] | readonly RecordOutcome["kind"][];

/** One line of a sink's table: what the server does, and what comes of it. */
export interface Row {
  /** Unique; exceptions name it. */
  readonly name: string;
  readonly answer: Answer;
  readonly result: Expected;
  /** Least and most that the result's `afterMs` may be. */
  readonly afterMs?: readonly [number, number];
}

/** Records in the batch that each row is tried with. */
export const TABLE_RECORDS = 3;

const STATUSES: readonly (readonly [number, SendResult["kind"]])[] = [
  [301, "unavailable"],
  [401, "unauthorized"],
  [403, "unauthorized"],
  [404, "unavailable"],
  [413, "split"],
  [418, "unavailable"],
  [429, "retry"],
  [500, "retry"],
  [502, "retry"],
  [503, "retry"],
  [504, "retry"],
];

/** What stands between a client and a server may say anything: the action must not depend on its words. */
const BODIES: readonly (readonly [string, Readonly<Record<string, string>>, string])[] = [
  ["no body", {}, ""],
  ["HTML", { "content-type": "text/html" }, "<html><body><h1>It broke</h1></body></html>"],
  ["JSON cut short", { "content-type": "application/json" }, '{"error":{"type":"x","rea'],
  ["200 KB", { "content-type": "text/plain" }, "x".repeat(200_000)],
];

const AFTER = "retry-after";

/** The same for every sink that speaks HTTP. A sink that must differ lists the row in `exceptions`, saying why. */
export const COMMON_TABLE: readonly Row[] = [
  ...STATUSES.flatMap(([status, result]) =>
    BODIES.map(([body, headers, text]) => ({
      name: `${status}, ${body}`,
      answer: { status, headers, body: text },
      result,
    })),
  ),
  { name: "connection reset", answer: { fault: "reset" }, result: "retry" },
  { name: "no answer in time", answer: { fault: "hang" }, result: "retry" },
  {
    name: "503, cut in the body",
    answer: { status: 503, body: "x".repeat(1000), cutAfter: 10 },
    result: "retry",
  },
  {
    name: "429, Retry-After in seconds",
    answer: { status: 429, headers: { [AFTER]: "7" } },
    result: "retry",
    afterMs: [7000, 7000],
  },
  {
    name: "503, Retry-After as a date",
    answer: { status: 503, headers: { [AFTER]: new Date(Date.now() + 600_000).toUTCString() } },
    result: "retry",
    afterMs: [500_000, 600_000],
  },
  {
    name: "503, Retry-After that is nonsense",
    answer: { status: 503, headers: { [AFTER]: "soon" } },
    result: "retry",
  },
];
