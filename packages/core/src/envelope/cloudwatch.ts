import { Buffer } from "node:buffer";
import { expectText, isObject, type Json, malformed } from "./expect.ts";
import { inflateInline } from "./inflate.ts";
import type { LogEvent, ReceiverContext } from "./item.ts";
import type { Envelope, Unwrapped } from "./unwrap.ts";

/**
 * CloudWatch Logs subscription data: `{awslogs: {data}}` (base64 of gzip of JSON), or that JSON itself.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html
 */
export const cloudwatch: Envelope = {
  name: "cloudwatch-logs",
  unwrap(value, descend, context, path) {
    if (isLogPayload(value)) return logPayload(value, context, path);
    if (!isObject(value.awslogs)) return undefined;
    const data = expectText(value.awslogs.data, "awslogs.data");
    const bytes = inflateInline(Buffer.from(data, "base64"), context.maxInlineBytes, "awslogs.data");
    return descend(Buffer.from(bytes).toString("utf8"), "cloudwatch-logs");
  },
};

export interface LogPayload extends Json {
  readonly messageType: string;
  readonly logEvents: readonly unknown[];
}

export function isLogPayload(value: unknown): value is LogPayload {
  return isObject(value) && typeof value.messageType === "string" && Array.isArray(value.logEvents);
}

export function logPayload(value: LogPayload, context: ReceiverContext, path: readonly string[]): Unwrapped {
  if (value.messageType === "CONTROL_MESSAGE") return { items: [], ignored: [{ path, reason: "CONTROL_MESSAGE" }] };
  if (value.messageType !== "DATA_MESSAGE")
    throw malformed("messageType", "DATA_MESSAGE or CONTROL_MESSAGE", value.messageType);
  const batch = {
    owner: expectText(value.owner, "owner"),
    region: context.region,
    group: expectText(value.logGroup, "logGroup"),
    stream: expectText(value.logStream, "logStream"),
  };
  const events = value.logEvents.map((event, i) => logEvent(event, `logEvents[${i}]`));
  return { items: [{ kind: "logs", path, batch, events }], ignored: [] };
}

function logEvent(event: unknown, where: string): LogEvent {
  if (!isObject(event)) throw malformed(where, "an object", event);
  const { id, timestamp, message } = event;
  if (typeof message !== "string") throw malformed(`${where}.message`, "text", message);
  if (typeof timestamp !== "number" || !Number.isFinite(timestamp))
    throw malformed(`${where}.timestamp`, "a number", timestamp);
  return { id: expectText(id, `${where}.id`), timestamp, message };
}
