import { expect, test } from "vitest";
import { placeOfQueue, queueUrlOf } from "./place.ts";

test.each([
  ["https://sqs.eu-west-1.amazonaws.com/123456789012/q", "eu-west-1", true],
  ["https://eu-west-1.queue.amazonaws.com/123456789012/q", "eu-west-1", true],
  ["https://queue.amazonaws.com/123456789012/q", "us-east-1", true],
  ["https://sqs-fips.us-gov-west-1.amazonaws.com/123456789012/q", "us-gov-west-1", true],
  ["https://sqs.cn-north-1.amazonaws.com.cn/123456789012/q", "cn-north-1", true],
  ["https://sqs.eu-west-1.api.aws/123456789012/q", "eu-west-1", true],
  ["https://sqs.us-iso-east-1.c2s.ic.gov/123456789012/q", "us-iso-east-1", true],
  ["https://vpce-0a1b-2c3d.sqs.ap-southeast-2.vpce.amazonaws.com/123456789012/q", "ap-southeast-2", false],
  ["https://vpce-0a1b-2c3d-eu-west-1a.sqs.eu-west-1.vpce.amazonaws.com/123456789012/q", "eu-west-1", false],
  ["http://sqs.eu-west-1.localhost.localstack.cloud:4566/000000000000/q", "eu-west-1", false],
  ["http://127.0.0.1:4566/000000000000/q", undefined, false],
  ["https://sqs.example.com/123456789012/q", undefined, false],
])("%s", (url, region, isPublic) => {
  expect(placeOfQueue(url)).toEqual({ region, isPublic });
});

test.each([
  ["arn:aws:sqs:eu-west-1:123456789012:my-queue_1", "https://sqs.eu-west-1.amazonaws.com/123456789012/my-queue_1"],
  ["arn:aws:sqs:eu-west-1:123456789012:in.fifo", "https://sqs.eu-west-1.amazonaws.com/123456789012/in.fifo"],
  ["arn:aws-cn:sqs:cn-north-1:123456789012:q", "https://sqs.cn-north-1.amazonaws.com.cn/123456789012/q"],
  ["arn:aws-us-gov:sqs:us-gov-west-1:123456789012:q", "https://sqs.us-gov-west-1.amazonaws.com/123456789012/q"],
])("%s lies at %s", (arn, url) => {
  expect(queueUrlOf(arn)).toBe(url);
});

test.each(["", "q", "arn:aws:sns:eu-west-1:123456789012:q", "arn:aws:sqs:eu-west-1:123456789012:q/../x"])(
  "%j is no queue",
  (arn) => {
    expect(() => queueUrlOf(arn)).toThrow("expected the ARN of a queue");
  },
);
