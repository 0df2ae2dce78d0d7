import { isPlausibleTime } from "../bytes/iso-time.ts";
import { type Envelope, merge, type Unwrapped } from "./envelope.ts";
import { expectObject, isObject, type Json, list, malformed, optionalNumber, optionalText } from "./expect.ts";
import type { ReceiverContext } from "./item.ts";
import { streamPayload } from "./stream-payload.ts";

const SOURCES: readonly unknown[] = ["aws:kafka", "SelfManagedKafka"];

/** Where a record is in its topic. */
export interface KafkaPlace {
  /** `topic-0`, as the event names it. */
  readonly partition: string;
  readonly offset: number;
}

export interface KafkaEntry {
  readonly record: Json;
  readonly place: KafkaPlace;
}

/** Kafka → Lambda, Amazon MSK or one's own: https://docs.aws.amazon.com/lambda/latest/dg/with-msk.html */
export const kafka: Envelope = {
  name: "kafka",
  unwrap(value, _descend, context, path) {
    if (!isKafkaEvent(value)) return undefined;
    return merge(kafkaRecords(value).map(({ record, place }) => kafkaRecord(value, record, place, context, path)));
  },
};

export function isKafkaEvent(value: unknown): value is Json {
  return isObject(value) && SOURCES.includes(value.eventSource) && isObject(value.records);
}

/** All records with their places. Throws EVENT_MALFORMED where one can't be told from others. */
export function kafkaRecords(event: Json): readonly KafkaEntry[] {
  return Object.entries(expectObject(event.records, "records")).flatMap(([partition, records]) => {
    const all = list(records);
    if (all === undefined) throw malformed(`records.${partition}`, "a list", records);
    return all.map((each, i) => {
      const record = expectObject(each, `records.${partition}[${i}]`);
      const offset = optionalNumber(record.offset);
      if (offset === undefined) throw malformed(`records.${partition}[${i}].offset`, "a number", record.offset);
      return { record, place: { partition, offset } };
    });
  });
}

export function kafkaRecord(
  event: Json,
  record: Json,
  { partition, offset }: KafkaPlace,
  context: ReceiverContext,
  path: readonly string[],
): Unwrapped {
  // A tombstone: it says that a key is gone.
  if (record.value === null || record.value === undefined)
    return { items: [], ignored: [{ path, reason: "no value" }] };
  const arn = optionalText(event.eventSourceArn) ?? optionalText(event.bootstrapServers) ?? "";
  const time = Math.round(optionalNumber(record.timestamp) ?? Number.NaN);
  const stream = {
    service: "kafka",
    arn,
    shard: partition,
    sequence: String(offset),
    region: arn.startsWith("arn:") ? arn.split(":")[3] || context.region : context.region,
    account: arn.startsWith("arn:") ? arn.split(":")[4] || context.account : context.account,
    arrival: isPlausibleTime(time) ? time : context.arrival,
  } as const;
  return streamPayload(record.value, "value", stream, context, path);
}
