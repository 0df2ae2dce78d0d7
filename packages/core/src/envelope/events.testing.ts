import { Buffer } from "node:buffer";
import { gzipSync } from "node:zlib";
import { asSluiceError } from "../errors.ts";
import { decodeEvent, openInline } from "./decode.ts";
import type { InnerItem, OpenItem, ReceiverContext, Unit } from "./item.ts";

export const CONTEXT: ReceiverContext = { region: "eu-west-1", account: "1", arrival: 77, maxInlineBytes: 10_000 };

export const record = (key: string, over: object = {}): object => ({
  eventSource: "aws:s3",
  awsRegion: "us-east-2",
  eventName: "ObjectCreated:Put",
  s3: { bucket: { name: "b" }, object: { key, size: 3, eTag: "e" } },
  ...over,
});
export const s3 = (...keys: readonly string[]): object => ({ Records: keys.map((key) => record(key)) });
export const sqs = (...bodies: readonly unknown[]): object => ({
  Records: bodies.map((body, i) => ({
    messageId: `m${i}`,
    eventSource: "aws:sqs",
    body: typeof body === "string" ? body : JSON.stringify(body),
  })),
});
export const sns = (message: unknown): object => ({ Type: "Notification", Message: JSON.stringify(message) });
export const logs = (over: object = {}): object => ({
  messageType: "DATA_MESSAGE",
  owner: "1",
  logGroup: "g",
  logStream: "s",
  logEvents: [{ id: "1", timestamp: 5, message: "a" }],
  ...over,
});
export const awslogs = (payload: unknown): object => ({
  awslogs: { data: gzipSync(JSON.stringify(payload)).toString("base64") },
});
export const eventbridge = (over: object = {}): object => ({
  source: "aws.s3",
  "detail-type": "Object Created",
  detail: { bucket: { name: "b" }, object: { key: "k" } },
  ...over,
});
export const kinesis = (data: string, over: object = {}): object => ({
  eventSource: "aws:kinesis",
  eventID: "shard-1:49",
  kinesis: { data, sequenceNumber: "49" },
  ...over,
});
export const destination = (requestPayload: unknown): object => ({
  version: "1.0",
  requestContext: { condition: "RetriesExhausted" },
  requestPayload,
});

/** A unit with all of its payloads opened. */
export type OpenUnit = Omit<Unit, "items"> & { readonly items: readonly OpenItem[] };

export const decode = (event: unknown, context: ReceiverContext = CONTEXT): readonly OpenUnit[] =>
  decodeEvent(event, context).units.map(withPayloads);

/** As reading the unit would find it, and lasting. */
export function withPayloads(unit: Unit): OpenUnit {
  try {
    const all = unit.items.map((item) => {
      if (item.kind !== "inline") return { items: [item], ignored: [] };
      const { items, ignored } = openInline(item, unit);
      return { items: items.map(kept), ignored };
    });
    const items = all.flatMap((each) => each.items);
    return { ...unit, items, ignored: [...unit.ignored, ...all.flatMap((each) => each.ignored)] };
  } catch (error) {
    return { ...unit, items: [], ignored: [], error: asSluiceError(error) };
  }
}

function kept(item: InnerItem): InnerItem {
  if (item.kind === "bytes") return { ...item, bytes: Buffer.from(item.bytes) };
  if (item.events.form === "parsed") return item;
  return { ...item, events: { ...item.events, bytes: Buffer.from(item.events.bytes) } };
}

/** What came of the only unit: `path` of its items, why they were ignored, or the error. */
export function outcome(event: unknown, context: ReceiverContext = CONTEXT): unknown {
  const units = decode(event, context);
  const [unit] = units;
  if (unit === undefined || units.length > 1) throw new Error(`expected one unit, got ${units.length}`);
  const { items, ignored, error } = unit;
  if (error !== undefined) return `${error.code}: ${error.message}`;
  return [
    ...items.map(({ path }) => path.join(">")),
    ...ignored.map(({ path, reason }) => `${path.join(">")}: ${reason}`),
  ];
}
