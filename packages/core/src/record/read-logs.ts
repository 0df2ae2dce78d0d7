import { Buffer } from "node:buffer";
import type { LogEvents } from "../envelope/item.ts";
import { logKernel } from "../envelope/log-kernel.ts";
import { logEventKey, streamSeed } from "./log-event-key.ts";
import type { LogBatch } from "./origin.ts";
import type { RecordReader } from "./record-reader.ts";

/** Each event of a batch as a record: id and time are its own, its place in the batch is its position. */
export function readLogs(reader: RecordReader, batch: LogBatch, events: LogEvents): void {
  const seed = streamSeed(batch);
  if (events.form === "in place") {
    readInPlace(reader, events, seed);
    return;
  }
  for (const [position, { id, timestamp, message }] of events.list.entries()) {
    const bytes = Buffer.from(message.replace(/\r?\n$/, ""));
    const eventId = Buffer.from(id);
    const event = { eventId, idFrom: 0, idTo: eventId.length, idKey: logEventKey(seed, id), position, timestamp };
    reader.readEvent(event, { bytes, from: 0, to: bytes.length, size: bytes.length, escaped: false, inJson: false });
  }
}

function readInPlace(
  reader: RecordReader,
  { bytes, start, count }: Extract<LogEvents, { form: "in place" }>,
  seed: Uint32Array,
): void {
  const kernel = logKernel();
  if (kernel?.scan(bytes, start, seed) !== count) throw new Error("the log kernel reads the same bytes otherwise");
  for (let i = 0; i < count; i++) {
    const event = {
      eventId: bytes,
      idFrom: kernel.idFrom[i] as number,
      idTo: kernel.idTo[i] as number,
      idKey: kernel.key(i),
      position: i,
      timestamp: kernel.timestamps[i] as number,
    };
    const from = kernel.messageFrom[i] as number;
    const to = kernel.messageTo[i] as number;
    const size = kernel.decodedBytes[i] as number;
    reader.readEvent(event, { bytes, from, to, size, escaped: true, inJson: kernel.escapes[i] !== 0 });
  }
}
