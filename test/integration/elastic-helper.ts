import { randomBytes } from "node:crypto";
import { type RecordOutcome, type SendResult, type Sink, silentLogger } from "@sluice/core";
import { encodeBatch, sendCall, type TestRecord, testRecord } from "@sluice/core/testing";
import { elasticsearch, opensearch } from "@sluice/sinks-elastic";
import { vi } from "vitest";

export type Json = Readonly<Record<string, unknown>>;
type Product = "elasticsearch" | "opensearch";

const definitions = { elasticsearch, opensearch };

/** A sink made the way core makes it: options through the definition's schema. */
export async function sinkFor(options: Json, product: Product = "elasticsearch"): Promise<Sink> {
  const definition = definitions[product];
  const context = { name: "search", baseDir: ".", logger: silentLogger };
  return definition.create(definition.options.parse(options), context);
}

/** A name of a test's own, so that tests may share a node. */
export function unique(prefix: string): string {
  return `${prefix}${randomBytes(4).toString("hex")}`;
}

/** Records of one origin, in its order: their ids follow from their places. */
export function recordsOf(...records: readonly TestRecord[]): ReturnType<typeof testRecord>[] {
  return records.map((record, i) => testRecord({ start: i * 1_000_000, ...record }));
}

const elapsed = performance.now.bind(performance);
let passedMs = 0;

/** Time passes for sinks: what they learnt a while ago they ask again. */
export function passTime(ms: number): void {
  passedMs += ms;
  vi.spyOn(performance, "now").mockImplementation(() => elapsed() + passedMs);
}

/** As in a redelivery: the records may have been delivered before. */
export function sendAgain(sink: Sink, ...records: readonly TestRecord[]): Promise<SendResult> {
  return sink.send(encodeBatch(sink, recordsOf(...records)), { ...sendCall(), again: true });
}

export function sendRecords(sink: Sink, ...records: readonly TestRecord[]): Promise<SendResult> {
  return sink.send(encodeBatch(sink, recordsOf(...records)), sendCall());
}

/** The outcomes by record, spelt out where all were delivered. */
export function kindsOf(result: SendResult, count: number): readonly RecordOutcome["kind"][] {
  if (result.kind === "delivered") return Array.from({ length: count }, () => "delivered" as const);
  if (result.kind === "each") return result.outcomes.map(({ kind }) => kind);
  throw new Error(`the whole batch: ${JSON.stringify(result)}`);
}

/** Asks the node itself, past the sink. Throws for anything but success. */
export async function ask(url: string, method: string, path: string, body?: Json, auth?: string): Promise<Json> {
  const headers = { "content-type": "application/json", ...(auth === undefined ? {} : { authorization: auth }) };
  const init = { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
  const response = await fetch(`${url}${path}`, init);
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: HTTP ${response.status} ${text}`);
  return JSON.parse(text) as Json;
}

export async function countOf(url: string, index: string, auth?: string): Promise<number> {
  await ask(url, "POST", `/${index}/_refresh`, undefined, auth);
  return (await ask(url, "GET", `/${index}/_count`, undefined, auth)).count as number;
}
