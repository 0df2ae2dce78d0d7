import { Buffer } from "node:buffer";
import { DocumentTemplate } from "../record/document-template.ts";
import type { Origin } from "../record/origin.ts";
import { type RecordContext, RecordCursor, type RecordView } from "../record/record.ts";

export interface TestRecord {
  readonly message?: string;
  /** Milliseconds since the epoch. Default 2026-01-02T03:04:05.678Z. */
  readonly timestamp?: number;
  readonly timestampFrom?: RecordView["timestampFrom"];
  readonly dataset?: string;
  readonly namespace?: string;
  readonly tags?: readonly string[];
  /** Constant fields by flat ECS name; `get` finds them and the document holds them. */
  readonly fields?: Readonly<Record<string, string>>;
  /** First part of the id. Default: `1` and 32 zeros. */
  readonly idKey?: string;
  /** Where its frame begins, in decoded bytes; the end follows from the message. Default 0. */
  readonly start?: number;
  readonly part?: number;
  /** A JSON record: the frame is this object's text, kept under `json` in the document. */
  readonly json?: Readonly<Record<string, unknown>>;
}

const TIMESTAMP = Date.UTC(2026, 0, 2, 3, 4, 5, 678);

/** A record from plain values. Unlike core's cursor it stays valid, so that tests may hold it. */
export function testRecord(plain: TestRecord = {}): RecordView {
  const message = plain.message ?? "a line";
  const frame = Buffer.from(plain.json === undefined ? message : JSON.stringify(plain.json));
  const cursor = new RecordCursor(contextOf(plain));
  cursor.move(frame, 0, frame.length, plain.start ?? 0);
  cursor.idKey = cursor.context.origin.id;
  cursor.part = plain.part ?? 0;
  cursor.timestamp = plain.timestamp ?? TIMESTAMP;
  cursor.timestampFrom = plain.timestampFrom ?? "record";
  if (plain.json !== undefined) {
    cursor.setJson(0, frame.length, plain.json);
    if (plain.message !== undefined) cursor.messageText = message;
  }
  return cursor;
}

function contextOf(plain: TestRecord): RecordContext {
  const dataset = plain.dataset ?? "generic";
  const namespace = plain.namespace ?? "default";
  const tags = plain.tags ?? [];
  const constants = new Map([
    ["data_stream.type", "logs"],
    ["data_stream.dataset", dataset],
    ["data_stream.namespace", namespace],
    ["event.dataset", dataset],
    ...Object.entries(plain.fields ?? {}),
  ]);
  const template = new DocumentTemplate({ constants, layout: undefined, offset: true, eventId: false });
  return { origin: originOf(plain), dataset, namespace, tags, constants, template };
}

function originOf({ idKey: id = `1${"0".repeat(32)}`, fields = {} }: TestRecord): Origin {
  return {
    service: "s3",
    id,
    constants: new Map(Object.entries(fields)),
    fallbackTime: TIMESTAMP,
    fallbackFrom: "object",
  };
}
