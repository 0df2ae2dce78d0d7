import { Buffer } from "node:buffer";
import { isPlausibleTime } from "../bytes/iso-time.ts";
import { quote, SluiceError } from "../errors.ts";
import type { Envelope, Unwrapped } from "./envelope.ts";
import { expectObject, expectText, isObject, type Json, optionalNumber, optionalText } from "./expect.ts";
import type { ReceiverContext } from "./item.ts";

const CREATED = "Object Created";

/**
 * S3 events by way of EventBridge; keys are not URL-encoded. https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html
 * Also what Lambda sends there of an asynchronous invocation, with that destination's envelope in `detail`.
 */
export const eventbridge: Envelope = {
  name: "eventbridge",
  unwrap(value, descend, context, path) {
    if (typeof value.source !== "string") return undefined;
    // Security Lake's notifications to subscribers come without.
    const type = value["detail-type"] ?? (value.source === "aws.s3" && isObject(value.detail) ? CREATED : undefined);
    if (typeof type !== "string") return undefined;
    if (value.source === "lambda") return descend(value.detail, "eventbridge");
    if (value.source !== "aws.s3") return record(value, value.source, context, path);
    if (type !== CREATED) return { items: [], ignored: [{ path, reason: `aws.s3 ${quote(type)}` }] };
    const detail = expectObject(value.detail, "detail");
    const object = expectObject(detail.object, "detail.object");
    const ref = {
      store: "s3" as const,
      bucket: expectText(expectObject(detail.bucket, "detail.bucket").name, "detail.bucket.name"),
      key: expectText(object.key, "detail.object.key"),
      etag: optionalText(object.etag),
      versionId: optionalText(object["version-id"]),
      size: optionalNumber(object.size),
      region: optionalText(value.region) ?? context.region,
      account: optionalText(value.account),
    };
    return { items: [{ kind: "object", path, ref }], ignored: [] };
  },
};

/** An event of any other source is a record itself: findings of GuardDuty and Security Hub, say. */
function record(value: Json, source: string, context: ReceiverContext, path: readonly string[]): Unwrapped {
  const time = Date.parse(optionalText(value.time) ?? "");
  const stream = {
    service: "eventbridge",
    arn: source,
    shard: "",
    sequence: expectText(value.id, "id"),
    region: optionalText(value.region) ?? context.region,
    account: optionalText(value.account) ?? context.account,
    arrival: isPlausibleTime(time) ? time : context.arrival,
  } as const;
  return { items: [{ kind: "bytes", path, stream, bytes: Buffer.from(textOf(value)) }], ignored: [] };
}

function textOf(value: Json): string {
  try {
    return JSON.stringify(value);
  } catch {
    throw new SluiceError("EVENT_MALFORMED", "event: expected JSON that can be written, got values nested too deeply");
  }
}
