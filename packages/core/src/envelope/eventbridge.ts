import { quote, SluiceError } from "../errors.ts";
import { expectObject, expectText, optionalNumber, optionalText, shown } from "./expect.ts";
import type { Envelope } from "./unwrap.ts";

/**
 * S3 events by way of EventBridge; keys are not URL-encoded. https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html
 * Also what Lambda sends there of an asynchronous invocation, with that destination's envelope in `detail`.
 */
export const eventbridge: Envelope = {
  name: "eventbridge",
  unwrap(value, descend, context, path) {
    const type = value["detail-type"];
    if (typeof type !== "string" || typeof value.source !== "string") return undefined;
    if (value.source === "lambda") return descend(value.detail, "eventbridge");
    if (value.source !== "aws.s3") {
      throw new SluiceError(
        "EVENT_UNRECOGNIZED",
        `${path.join(" > ")}: source: expected aws.s3, got ${shown(value.source)}`,
      );
    }
    if (type !== "Object Created") return { items: [], ignored: [{ path, reason: `aws.s3 ${quote(type)}` }] };
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
