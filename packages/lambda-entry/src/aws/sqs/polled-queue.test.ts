import { expect, onTestFinished, test } from "vitest";
import { bodyOf, localServer } from "../../testing/local-server.testing.ts";
import { createPolledQueue, type PolledQueue } from "./polled-queue.ts";

const ARN = "arn:aws:sqs:eu-west-1:123456789012:logs";
const URL = "https://sqs.eu-west-1.amazonaws.com/123456789012/logs";
const never = new AbortController().signal;

interface Answer {
  readonly status?: number;
  readonly body: unknown;
}

/** A queue that answers each operation so; tells what it was asked. */
async function queueOn(answers: Readonly<Record<string, Answer>>): Promise<{ queue: PolledQueue; asked: unknown[] }> {
  const asked: unknown[] = [];
  const { aws } = await localServer(onTestFinished, async (request, response) => {
    const name = String(request.headers["x-amz-target"]).split(".")[1] ?? "";
    asked.push([name, JSON.parse(await bodyOf(request))]);
    const { status = 200, body } = answers[name] ?? { status: 404, body: {} };
    response.writeHead(status, { "content-type": "application/x-amz-json-1.0" }).end(JSON.stringify(body));
  });
  const queue = createPolledQueue({ url: URL, env: {}, aws });
  onTestFinished(() => queue.close());
  return { queue, asked };
}

const STATE: Answer = {
  body: {
    Attributes: {
      QueueArn: ARN,
      VisibilityTimeout: "45",
      ApproximateNumberOfMessages: "7",
      ApproximateNumberOfMessagesDelayed: "1",
      ApproximateNumberOfMessagesNotVisible: "2",
    },
  },
};

test("tells of the queue", async () => {
  const { queue } = await queueOn({ GetQueueAttributes: STATE });
  const place = { arn: ARN, region: "eu-west-1", account: "123456789012", visibilitySeconds: 45 };
  expect(await queue.state(never)).toEqual({ ...place, visible: 7, delayed: 1, invisible: 2 });
});

test("gives messages as Lambda would", async () => {
  const message = {
    MessageId: "m1",
    ReceiptHandle: "r1",
    Body: "hello",
    MD5OfBody: "5d41402abc4b2a76b9719d911017c592",
    Attributes: { ApproximateReceiveCount: "2", MessageGroupId: "g", SentTimestamp: "1700000000000" },
    MessageAttributes: {
      text: { DataType: "String", StringValue: "a" },
      bytes: { DataType: "Binary", BinaryValue: Buffer.from("b").toString("base64") },
    },
  };
  const { queue, asked } = await queueOn({
    GetQueueAttributes: STATE,
    ReceiveMessage: { body: { Messages: [message] } },
  });
  await queue.state(never);
  expect(await queue.receive({ max: 10, waitSeconds: 20, visibilitySeconds: 45 }, never)).toEqual([
    {
      messageId: "m1",
      receiptHandle: "r1",
      body: "hello",
      md5OfBody: message.MD5OfBody,
      attributes: message.Attributes,
      messageAttributes: {
        text: { stringValue: "a", stringListValues: [], binaryListValues: [], dataType: "String" },
        bytes: { binaryValue: "Yg==", stringListValues: [], binaryListValues: [], dataType: "Binary" },
      },
      eventSource: "aws:sqs",
      eventSourceARN: ARN,
      awsRegion: "eu-west-1",
    },
  ]);
  expect(asked[1]).toMatchObject([
    "ReceiveMessage",
    { MaxNumberOfMessages: 10, WaitTimeSeconds: 20, VisibilityTimeout: 45, MessageSystemAttributeNames: ["All"] },
  ]);
});

test("no message is no error", async () => {
  const { queue } = await queueOn({ ReceiveMessage: { body: {} } });
  expect(await queue.receive({ max: 1, waitSeconds: 0, visibilitySeconds: 1 }, never)).toEqual([]);
});

test("names the messages that a batch request didn't do", async () => {
  const failed = [
    { Id: "1", Code: "ReceiptHandleIsInvalid", SenderFault: true },
    { Id: "2", Code: "InternalError", SenderFault: false },
  ];
  const answer: Answer = { body: { Successful: [{ Id: "0" }], Failed: failed } };
  const { queue, asked } = await queueOn({ DeleteMessageBatch: answer, ChangeMessageVisibilityBatch: answer });
  const expected = [
    { receiptHandle: "r1", code: "ReceiptHandleIsInvalid", final: true },
    { receiptHandle: "r2", code: "InternalError", final: false },
  ];
  expect(await queue.delete(["r0", "r1", "r2"], never)).toEqual(expected);
  expect(await queue.hide(["r0", "r1", "r2"], 9, never)).toEqual(expected);
  expect(asked[1]).toMatchObject([
    "ChangeMessageVisibilityBatch",
    { Entries: [{ Id: "0", ReceiptHandle: "r0", VisibilityTimeout: 9 }, {}, {}] },
  ]);
});

test.each([
  [400, "com.amazonaws.sqs#QueueDoesNotExist", "QUEUE_MISSING"],
  [400, "com.amazonaws.sqs#InvalidAddress", "QUEUE_MISSING"],
  [404, "", "QUEUE_MISSING"],
  [403, "com.amazon.coral.service#AccessDeniedException", "ACCESS_DENIED"],
  [403, "com.amazon.coral.service#InvalidClientTokenId", "ACCESS_DENIED"],
  [400, "com.amazonaws.sqs#RequestThrottled", "THROTTLED"],
  [400, "com.amazonaws.sqs#OverLimit", "THROTTLED"],
  [503, "", "THROTTLED"],
])("HTTP %i %s is %s, and names the queue", async (status, __type, code) => {
  const { queue } = await queueOn({ GetQueueAttributes: { status, body: { __type, message: "no" } } });
  const message = expect.stringContaining(`${URL}: `);
  await expect(queue.state(never)).rejects.toMatchObject({ code, message });
});

test("something else that answers there is no queue", async () => {
  const { queue } = await queueOn({ GetQueueAttributes: { body: {} } });
  await expect(queue.state(never)).rejects.toMatchObject({ code: "QUEUE_MISSING" });
});

test("an abort keeps its reason", async () => {
  const { queue } = await queueOn({});
  const reason = new Error("enough");
  await expect(queue.state(AbortSignal.abort(reason))).rejects.toBe(reason);
});
