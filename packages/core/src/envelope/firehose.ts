import { isPlausibleTime } from "../bytes/iso-time.ts";
import type { StreamRecord } from "../record/origin.ts";
import { type Envelope, merge, type Unwrapped } from "./envelope.ts";
import { expectObject, isObject, type Json, list, optionalNumber, optionalText } from "./expect.ts";
import type { ReceiverContext } from "./item.ts";
import { streamPayload } from "./stream-payload.ts";

/** Firehose → Lambda: https://docs.aws.amazon.com/firehose/latest/dev/data-transformation.html */
export const firehose: Envelope = {
  name: "firehose",
  unwrap(value, _descend, context, path) {
    if (!isFirehoseEvent(value)) return undefined;
    const records = list(value.records) ?? [];
    return merge(
      records.map((record, i) => firehoseRecord(value, expectObject(record, `records[${i}]`), context, path)),
    );
  },
};

export function isFirehoseEvent(value: unknown): value is Json {
  return isObject(value) && typeof value.deliveryStreamArn === "string" && Array.isArray(value.records);
}

export function firehoseRecord(
  event: Json,
  record: Json,
  context: ReceiverContext,
  path: readonly string[],
): Unwrapped {
  return streamPayload(record.data, "data", streamOf(event, record, context), context, path);
}

/** What Firehose took from a Kinesis stream keeps its place there, so that it has the same ids by every way. */
function streamOf(event: Json, record: Json, context: ReceiverContext): StreamRecord {
  const time = Math.round(optionalNumber(record.approximateArrivalTimestamp) ?? Number.NaN);
  const delivery = event.deliveryStreamArn as string;
  const where = {
    region: optionalText(event.region) ?? context.region,
    account: delivery.split(":")[4] || context.account,
    arrival: isPlausibleTime(time) ? time : context.arrival,
  };
  const source = optionalText(event.sourceKinesisStreamArn);
  const metadata = isObject(record.kinesisRecordMetadata) ? record.kinesisRecordMetadata : {};
  const sequence = optionalText(metadata.sequenceNumber);
  if (source === undefined || sequence === undefined)
    return { service: "firehose", arn: delivery, shard: "", sequence: optionalText(record.recordId) ?? "", ...where };
  const sub = optionalNumber(metadata.subsequenceNumber);
  const place = { arn: source, shard: optionalText(metadata.shardId) ?? "", sequence };
  return { service: "kinesis", ...place, ...(sub === undefined || sub === 0 ? {} : { sub }), ...where };
}
