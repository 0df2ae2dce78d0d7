import { isPlausibleTime } from "../bytes/iso-time.ts";
import { type Envelope, merge, type Unwrapped } from "./envelope.ts";
import { expectObject, isObject, type Json, list, optionalNumber, optionalText } from "./expect.ts";
import type { ReceiverContext } from "./item.ts";
import { streamPayload } from "./stream-payload.ts";

/** One Kinesis record as Lambda gives it, or a whole event of them inside another envelope. */
export const kinesis: Envelope = {
  name: "kinesis",
  unwrap(value, _descend, context, path) {
    if (value.eventSource === "aws:kinesis") return kinesisRecord(value, context, path);
    const records = list(value.Records);
    if (!isObject(records?.[0]) || records[0].eventSource !== "aws:kinesis") return undefined;
    return merge(records.map((record, i) => kinesisRecord(expectObject(record, `Records[${i}]`), context, path)));
  },
};

function kinesisRecord(record: Json, context: ReceiverContext, path: readonly string[]): Unwrapped {
  const inner = expectObject(record.kinesis, "kinesis");
  const arn = optionalText(record.eventSourceARN) ?? "";
  const stream = {
    service: "kinesis",
    arn,
    shard: optionalText(record.eventID)?.split(":")[0] ?? "",
    sequence: optionalText(inner.sequenceNumber) ?? "",
    region: optionalText(record.awsRegion) ?? context.region,
    account: arn.split(":")[4] || context.account,
    arrival: arrivalOf(inner) ?? context.arrival,
  } as const;
  return streamPayload(inner.data, "kinesis.data", stream, context, path);
}

/** Seconds, with milliseconds as their fraction. */
function arrivalOf(inner: Json): number | undefined {
  const ms = Math.round((optionalNumber(inner.approximateArrivalTimestamp) ?? Number.NaN) * 1000);
  return isPlausibleTime(ms) ? ms : undefined;
}
