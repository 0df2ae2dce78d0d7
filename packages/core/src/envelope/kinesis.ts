import { isPlausibleTime } from "../bytes/iso-time.ts";
import { expectObject, isObject, type Json, list, malformed, optionalNumber, optionalText } from "./expect.ts";
import { inline, inlineBytes } from "./inline.ts";
import type { Opened, ReceiverContext } from "./item.ts";
import { logBytes } from "./log-payload.ts";
import { type Envelope, merge, type Unwrapped } from "./unwrap.ts";

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
  const { data } = inner;
  if (typeof data !== "string") throw malformed("kinesis.data", "base64 text", data);
  return inline(path, () => opened(data, record, inner, context, path));
}

function opened(data: string, record: Json, inner: Json, context: ReceiverContext, path: readonly string[]): Opened {
  const bytes = inlineBytes(data, context.maxInlineBytes, "kinesis.data");
  const region = optionalText(record.awsRegion) ?? context.region;
  const logs = logBytes(bytes, { ...context, region }, [...path, "cloudwatch-logs"]);
  if (logs !== undefined) return logs;
  const arn = optionalText(record.eventSourceARN) ?? "";
  const stream = {
    arn,
    shard: optionalText(record.eventID)?.split(":")[0] ?? "",
    sequence: optionalText(inner.sequenceNumber) ?? "",
    region,
    account: arn.split(":")[4] || context.account,
    arrival: arrivalOf(inner) ?? context.arrival,
  };
  return { items: [{ kind: "bytes", path, stream, bytes }], ignored: [] };
}

/** Seconds, with milliseconds as their fraction. */
function arrivalOf(inner: Json): number | undefined {
  const ms = Math.round((optionalNumber(inner.approximateArrivalTimestamp) ?? Number.NaN) * 1000);
  return isPlausibleTime(ms) ? ms : undefined;
}
