import { isWholeNumber } from "../fields/text.ts";
import { setBackend, setSource } from "./elb-columns.ts";
import type { JsonEvent } from "./json-format.ts";

// Logs of load balancers as JSON, which vended log delivery (CloudWatch Logs, Firehose, S3) makes of them. The members are the record
// fields that CloudFormation's definition of the log types has, and, where they differ, the names in the guides.

const BACKSLASH = 0x5c;
const QUOTE = 0x22;

/** Where the inside of a text is, or a number; nothing for other values, and where there are escapes: the bytes don't say what is meant. */
export function plainSpan(event: JsonEvent, path: string): readonly [from: number, to: number] {
  if (event.inside(path) === undefined) return [0, 0];
  const inset = event.bytes[event.from(path)] === QUOTE ? 1 : 0;
  const from = event.from(path) + inset;
  const to = event.to(path) - inset;
  return event.bytes.subarray(from, to).includes(BACKSLASH) ? [0, 0] : [from, to];
}

/** `address:port` of the client, or its port alone. */
export function setSourceOf(event: JsonEvent, path: string): void {
  const [from, to] = plainSpan(event, path);
  setSource(event, from, to);
  if (isWholeNumber(event.bytes, from, to)) event.span("source.port", from, to);
}

/** `address:port` of the target. */
export function setBackendOf(event: JsonEvent, path: string): void {
  setBackend(event, ...plainSpan(event, path));
}

/** A list that is one, or stands in a text. */
export function listOf(event: JsonEvent, path: string, separator: string): readonly string[] | undefined {
  const value = event.has(path) ? event.value(path) : undefined;
  const parts = typeof value === "string" ? value.split(separator) : Array.isArray(value) ? value : [];
  const texts = parts.filter((part): part is string => typeof part === "string" && part !== "" && part !== "-");
  return texts.length === 0 ? undefined : texts.map((text) => text.toWellFormed());
}

/** -1 stands for no value: what was measured never came about. */
export function withoutNegative(event: JsonEvent, fields: readonly (readonly [path: string, field: string])[]): void {
  for (const [path, field] of fields) if (event.number(path) < 0) event.set(field, undefined);
}
