import { expect, test } from "vitest";
import { postponing } from "./adapters.ts";

const MESSAGES = [
  { queueArn: "arn:aws:sqs:eu-west-1:123456789012:logs", receiptHandle: "r1", seconds: 30 },
  { queueArn: "arn:aws:sqs:eu-west-1:123456789012:logs", receiptHandle: "r2", seconds: 60 },
];

test("messages are let go before they are put off", async () => {
  const order: unknown[] = [];
  const postpone = { postpone: async (messages: unknown) => void order.push(messages) };
  const before = async (receiptHandles: readonly string[]): Promise<void> => {
    await Promise.resolve();
    order.push(receiptHandles);
  };
  const { signal } = new AbortController();
  await postponing({ postpone }, before).postpone?.postpone(MESSAGES, signal);
  expect(order).toEqual([["r1", "r2"], MESSAGES]);
});

test("where nobody has to let go, or nobody puts off, nothing is in between", () => {
  expect(postponing({ postpone: { postpone: async () => {} } }, undefined)).toEqual({});
  expect(postponing({}, async () => {})).toEqual({});
});
