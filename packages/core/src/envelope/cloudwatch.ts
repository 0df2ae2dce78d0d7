import type { Envelope } from "./envelope.ts";
import { expectText, isObject, malformed } from "./expect.ts";
import { inline, inlineBytes } from "./inline.ts";
import type { Opened, ReceiverContext } from "./item.ts";
import { isLogPayload, logBytes, logPayload } from "./log-payload.ts";

/**
 * CloudWatch Logs subscription data: `{awslogs: {data}}` (base64 of gzip of JSON), or that JSON itself.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html
 */
export const cloudwatch: Envelope = {
  name: "cloudwatch-logs",
  unwrap(value, _descend, context, path) {
    if (isLogPayload(value)) return logPayload(value, context, path);
    if (!isObject(value.awslogs)) return undefined;
    const data = expectText(value.awslogs.data, "awslogs.data");
    return inline(path, () => opened(data, context, path));
  },
};

function opened(data: string, context: ReceiverContext, path: readonly string[]): Opened {
  const bytes = inlineBytes(data, context.maxInlineBytes, "awslogs.data");
  const found = logBytes(bytes, context, path);
  if (found === undefined) throw malformed("awslogs.data", "log events", bytes.toString("utf8"));
  return found;
}
