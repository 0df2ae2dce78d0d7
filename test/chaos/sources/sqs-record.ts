import { createHash } from "node:crypto";

/** A message as an event source mapping hands it to the function. */
export interface Received {
  readonly id: string;
  readonly body: string;
  readonly receives: number;
}

const SENT_MS = Date.UTC(2026, 10, 3, 10);

export function sqsRecord(message: Received, arn: string, attributes: Readonly<Record<string, string>> = {}): object {
  const { id, body, receives } = message;
  return {
    messageId: id,
    receiptHandle: handleOf(message),
    body,
    attributes: {
      ApproximateReceiveCount: String(receives),
      SentTimestamp: String(SENT_MS),
      SenderId: "AIDAEXAMPLE",
      ApproximateFirstReceiveTimestamp: String(SENT_MS),
      ...attributes,
    },
    messageAttributes: {},
    md5OfBody: createHash("md5").update(body).digest("hex"),
    eventSource: "aws:sqs",
    eventSourceARN: arn,
    awsRegion: "us-east-1",
  };
}

/** Good for one receive. */
export function handleOf({ id, receives }: Received): string {
  return `${id}:${receives}`;
}
