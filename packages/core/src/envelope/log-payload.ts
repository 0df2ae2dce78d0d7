import { Buffer, isUtf8 } from "node:buffer";
import { streamSeed } from "../record/log-event-key.ts";
import type { LogBatch } from "../record/origin.ts";
import { expectText, isObject, type Json, malformed } from "./expect.ts";
import type { LogEvent, Opened, ReceiverContext } from "./item.ts";
import { logKernel } from "./log-kernel.ts";

export interface LogPayload extends Json {
  readonly messageType: string;
  readonly logEvents: readonly unknown[];
}

export function isLogPayload(value: unknown): value is LogPayload {
  return isObject(value) && typeof value.messageType === "string" && Array.isArray(value.logEvents);
}

/** A payload that was parsed: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html */
export function logPayload(value: LogPayload, context: ReceiverContext, path: readonly string[]): Opened {
  if (value.messageType === "CONTROL_MESSAGE") return { items: [], ignored: [{ path, reason: "CONTROL_MESSAGE" }] };
  if (value.messageType !== "DATA_MESSAGE")
    throw malformed("messageType", "DATA_MESSAGE or CONTROL_MESSAGE", value.messageType);
  const list = value.logEvents.map((event, i) => logEvent(event, `logEvents[${i}]`));
  const ends = { firstId: list[0]?.id ?? "", lastId: list.at(-1)?.id ?? "" };
  const events = { form: "parsed", list, count: list.length, ...ends } as const;
  return { items: [{ kind: "logs", path, batch: batchOf(value, context), events }], ignored: [] };
}

function batchOf(value: Json, context: ReceiverContext): LogBatch {
  return {
    owner: expectText(value.owner, "owner"),
    region: context.region,
    group: expectText(value.logGroup, "logGroup"),
    stream: expectText(value.logStream, "logStream"),
  };
}

function logEvent(event: unknown, where: string): LogEvent {
  if (!isObject(event)) throw malformed(where, "an object", event);
  const { id, timestamp, message } = event;
  if (typeof message !== "string") throw malformed(`${where}.message`, "text", message);
  if (typeof timestamp !== "number" || !Number.isFinite(timestamp))
    throw malformed(`${where}.timestamp`, "a number", timestamp);
  return { id: expectText(id, `${where}.id`), timestamp, message };
}

const OPEN_BRACE = 0x7b;
const EVENTS = Buffer.from('"logEvents":[');
/** Where the events begin at the latest: names of groups, streams and filters are bounded. */
const MAX_HEAD_BYTES = 16 * 1024;

/**
 * The payload in these bytes, when that is what they hold. Its events stay where they are if CloudWatch Logs wrote it as
 * it does; they are valid until the next call.
 */
export function logBytes(bytes: Uint8Array, context: ReceiverContext, path: readonly string[]): Opened | undefined {
  if (bytes[0] !== OPEN_BRACE) return undefined;
  return eventsInPlace(bytes, context, path) ?? parsedLogs(bytes, context, path);
}

/** As `logBytes`; its events are values, which last. */
export function parsedLogs(bytes: Uint8Array, context: ReceiverContext, path: readonly string[]): Opened | undefined {
  if (bytes[0] !== OPEN_BRACE) return undefined;
  const value = parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("utf8"));
  return isLogPayload(value) ? logPayload(value, context, path) : undefined;
}

function eventsInPlace(bytes: Uint8Array, context: ReceiverContext, path: readonly string[]): Opened | undefined {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const at = buffer.subarray(0, MAX_HEAD_BYTES).indexOf(EVENTS);
  if (at < 0) return undefined;
  const start = at + EVENTS.length;
  const head = parse(`${buffer.toString("utf8", 0, start)}]}`);
  if (!isLogPayload(head) || head.messageType !== "DATA_MESSAGE") return undefined;
  const batch = batchOf(head, context);
  const kernel = logKernel();
  if (kernel === undefined || !isUtf8(buffer)) return undefined;
  const count = kernel.scan(buffer, start, streamSeed(batch));
  if (count <= 0) return undefined;
  const id = (i: number): string => buffer.toString("utf8", kernel.idFrom[i], kernel.idTo[i]);
  const events = { form: "in place", bytes: buffer, kernel, count, firstId: id(0), lastId: id(count - 1) } as const;
  return { items: [{ kind: "logs", path, batch, events }], ignored: [] };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
