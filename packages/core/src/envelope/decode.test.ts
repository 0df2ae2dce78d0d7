import { describe, expect, test } from "vitest";
import { decodeEvent } from "./decode.ts";
import {
  awslogs,
  CONTEXT,
  destination,
  eventbridge,
  kinesis,
  logs,
  outcome,
  record,
  s3,
  sns,
  sqs,
} from "./events.testing.ts";

describe("envelopes in envelopes", () => {
  test.each<[string, unknown, string[]]>([
    ["S3", s3("k", "l"), ["s3", "s3"]],
    ["SQS of S3", sqs(s3("k")), ["sqs>s3"]],
    ["SQS of SNS of S3", sqs(sns(s3("k"))), ["sqs>sns>s3"]],
    [
      "SNS event of S3",
      { Records: [{ EventSource: "aws:sns", Sns: { Message: JSON.stringify(s3("k")) } }] },
      ["sns>s3"],
    ],
    ["SQS of SNS with raw delivery", sqs(s3("k")), ["sqs>s3"]],
    ["SQS of EventBridge", sqs(eventbridge()), ["sqs>eventbridge"]],
    ["SQS of SNS of CloudWatch", sqs(sns(awslogs(logs()))), ["sqs>sns>cloudwatch-logs"]],
    ["CloudWatch's payload itself", sqs(logs()), ["sqs>cloudwatch-logs"]],
    ["SQS of SQS, as after a redrive by hand", sqs(sqs(s3("k"))), ["sqs>sqs>s3"]],
    ["SQS of Kinesis", sqs({ Records: [kinesis(Buffer.from("line").toString("base64"))] }), ["sqs>kinesis"]],
    ["a Lambda destination", sqs(destination(s3("k"))), ["sqs>lambda-destination>s3"]],
    ["a Lambda destination through SNS", sqs(sns(destination(sqs(s3("k"))))), ["sqs>sns>lambda-destination>sqs>s3"]],
    [
      "a Lambda destination through EventBridge",
      sqs(
        eventbridge({
          source: "lambda",
          "detail-type": "Lambda Function Invocation Result - Failure",
          detail: destination(s3("k")),
        }),
      ),
      ["sqs>eventbridge>lambda-destination>s3"],
    ],
    [
      "a body that is an object already",
      { Records: [{ messageId: "m", eventSource: "aws:sqs", body: s3("k") }] },
      ["sqs>s3"],
    ],
  ])("%s", (_, event, paths) => {
    expect(outcome(event)).toEqual(paths);
  });

  test("nest only so deep", () => {
    const nested = (depth: number): unknown => (depth === 0 ? s3("k") : sns(nested(depth - 1)));
    expect(outcome(nested(7))).toEqual(["sns>sns>sns>sns>sns>sns>sns>s3"]);
    expect(outcome(nested(8))).toMatch(/^EVENT_TOO_DEEP: event: more than 8 envelopes: sns > sns/);
  });
});

describe("known to carry no records", () => {
  test.each<[string, unknown, string]>([
    ["s3:TestEvent", { Service: "Amazon S3", Event: "s3:TestEvent", Bucket: "b" }, "s3: s3:TestEvent"],
    [
      "a control message",
      awslogs(logs({ messageType: "CONTROL_MESSAGE", logEvents: [] })),
      "cloudwatch-logs: CONTROL_MESSAGE",
    ],
    [
      "an SNS subscription",
      { Type: "SubscriptionConfirmation", Message: "You have chosen" },
      "sns: SubscriptionConfirmation",
    ],
    [
      "a deletion by EventBridge",
      eventbridge({ "detail-type": "Object Deleted" }),
      "eventbridge: aws.s3 Object Deleted",
    ],
    ...[
      "ObjectRemoved:Delete",
      "s3:ObjectRemoved:DeleteMarkerCreated",
      "LifecycleExpiration:Delete",
      "LifecycleTransition",
      "ObjectRestore:Post",
      "ObjectTagging:Put",
      "ObjectAcl:Put",
      "Replication:OperationFailedReplication",
      "IntelligentTiering",
      "ReducedRedundancyLostObject",
    ].map((name): [string, unknown, string] => [name, { Records: [record("k", { eventName: name })] }, `s3: ${name}`]),
  ])("%s", (_, event, reason) => {
    expect(outcome(event)).toEqual([reason]);
  });

  test("an event of no records has no units", () => {
    expect(decodeEvent({ Records: [] }, CONTEXT)).toEqual({ trigger: "async", units: [] });
  });
});
