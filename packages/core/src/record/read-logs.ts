import { Buffer } from "node:buffer";
import type { LogEvents } from "../envelope/item.ts";
import { logEventKey, streamSeed } from "./log-event-key.ts";
import type { LogBatch } from "./origin.ts";
import { KEY_BYTES } from "./record.ts";
import type { RecordReader } from "./record-reader.ts";

/** Each event of a batch as a record: id and time are its own, its place in the batch is its position. */
export function readLogs(reader: RecordReader, batch: LogBatch, events: LogEvents): void {
  if (events.form === "in place") {
    readInPlace(reader, events);
    return;
  }
  const seed = streamSeed(batch);
  for (const [position, { id, timestamp, message }] of events.list.entries()) {
    const bytes = Buffer.from(message.replace(/\r?\n$/, ""));
    const eventId = Buffer.from(JSON.stringify(id.toWellFormed()).slice(1, -1));
    const key = Buffer.from(logEventKey(seed, id));
    const event = { eventId, idFrom: 0, idTo: eventId.length, key, keyFrom: 0, position, timestamp };
    reader.readEvent(event, { bytes, from: 0, to: bytes.length, size: bytes.length, escaped: false, inJson: false });
  }
}

function readInPlace(reader: RecordReader, events: Extract<LogEvents, { form: "in place" }>): void {
  const { bytes, kernel, count } = events;
  // One of each for all events: they are looked at during the call only.
  const event = { eventId: bytes, idFrom: 0, idTo: 0, key: kernel.keys, keyFrom: 0, position: 0, timestamp: 0 };
  const message = { bytes, from: 0, to: 0, size: 0, escaped: true, inJson: false };
  for (let i = 0; i < count; i++) {
    event.idFrom = kernel.idFrom[i] as number;
    event.idTo = kernel.idTo[i] as number;
    event.keyFrom = i * KEY_BYTES;
    event.position = i;
    event.timestamp = kernel.timestamps[i] as number;
    message.from = kernel.messageFrom[i] as number;
    message.to = kernel.messageTo[i] as number;
    message.size = kernel.decodedBytes[i] as number;
    message.inJson = kernel.escapes[i] !== 0;
    reader.readEvent(event, message);
  }
}
