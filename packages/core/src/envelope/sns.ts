import { type Envelope, merge } from "./envelope.ts";
import { expectObject, isObject, list } from "./expect.ts";

/**
 * A notification as SNS writes it to queues and HTTP (`Type: Notification`), or the Lambda event of several.
 * With raw message delivery there is no envelope at all. https://docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html
 */
export const sns: Envelope = {
  name: "sns",
  unwrap(value, descend, _context, path) {
    if (value.Type === "Notification" && "Message" in value) return descend(value.Message, "sns");
    if (value.Type === "SubscriptionConfirmation" || value.Type === "UnsubscribeConfirmation") {
      return { items: [], ignored: [{ path, reason: String(value.Type) }] };
    }
    const records = list(value.Records);
    if (!isObject(records?.[0]) || records[0].EventSource !== "aws:sns") return undefined;
    return merge(
      records.map((record, i) => {
        const inner = expectObject(expectObject(record, `Records[${i}]`).Sns, `Records[${i}].Sns`);
        return descend(inner.Message, "sns");
      }),
    );
  },
};
