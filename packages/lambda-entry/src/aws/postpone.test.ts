import type { Logger } from "@sluice/core";
import { expect, onTestFinished, test } from "vitest";
import { bodyOf, localServer } from "../testing/local-server.testing.ts";
import { createPostpone } from "./postpone.ts";
import { MAX_SECONDS } from "./sqs/postpone.ts";

interface Entry {
  readonly Id: string;
  readonly ReceiptHandle: string;
  readonly VisibilityTimeout: number;
}

interface Request {
  readonly QueueUrl: string;
  readonly Entries: readonly Entry[];
}

/** `fails` gives the error code of a receipt, if any. */
async function fake(fails: (handle: string) => string | undefined = () => undefined, status = 200) {
  const requests: Request[] = [];
  const lines: unknown[] = [];
  const server = await localServer(onTestFinished, async (request, response) => {
    const { QueueUrl, Entries } = JSON.parse(await bodyOf(request)) as Request;
    requests.push({ QueueUrl, Entries });
    const codes = Entries.map(({ Id, ReceiptHandle }) => ({ Id, Code: fails(ReceiptHandle) }));
    const Failed = codes.filter(({ Code }) => Code !== undefined).map((each) => ({ ...each, SenderFault: true }));
    const Successful = codes.filter(({ Code }) => Code === undefined).map(({ Id }) => ({ Id }));
    response.writeHead(status, { "content-type": "application/x-amz-json-1.0" });
    response.end(JSON.stringify(status === 200 ? { Successful, Failed } : { __type: "AccessDenied", message: "no" }));
  });
  const logger: Logger = { log: (...line) => lines.push(line) };
  return { requests, lines, postponer: createPostpone({ aws: server.aws, logger }) };
}

const QUEUE = "arn:aws:sqs:eu-west-1:123456789012:in";
const { signal } = new AbortController();
const message = (receiptHandle: string, queueArn = QUEUE, seconds = 60) => ({ queueArn, receiptHandle, seconds });

test("in requests of ten, of one queue each", async () => {
  const { postponer, requests, lines } = await fake();
  const other = QUEUE.replace("eu-west-1", "us-east-1");
  const messages = Array.from({ length: 123 }, (_, i) => message(`h${i}`, i % 5 === 0 ? other : QUEUE, i));
  await postponer.postpone(messages, signal);
  expect(requests.map(({ Entries }) => Entries.length).sort()).toEqual(
    [10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 5, 8].sort(),
  );
  const changed = requests.flatMap(({ QueueUrl, Entries }) => Entries.map((entry) => ({ QueueUrl, ...entry })));
  for (const { receiptHandle, queueArn, seconds } of messages) {
    const region = queueArn === other ? "us-east-1" : "eu-west-1";
    expect(changed.filter(({ ReceiptHandle }) => ReceiptHandle === receiptHandle)).toMatchObject([
      { QueueUrl: `https://sqs.${region}.amazonaws.com/123456789012/in`, VisibilityTimeout: seconds },
    ]);
  }
  expect(requests.every(({ Entries }) => new Set(Entries.map(({ Id }) => Id)).size === Entries.length)).toBe(true);
  expect(lines).toEqual([]);
});

test("in whole seconds, for no longer than SQS lets a message be out of sight", async () => {
  const { postponer, requests } = await fake();
  await postponer.postpone([message("a", QUEUE, 43_200), message("b", QUEUE, 1.4), message("c", QUEUE, -1)], signal);
  expect(requests[0]?.Entries.map(({ VisibilityTimeout }) => VisibilityTimeout)).toEqual([MAX_SECONDS, 1, 0]);
});

test("those that failed are counted by their code", async () => {
  const { postponer, lines } = await fake((handle) => (handle < "h3" ? "ReceiptHandleIsInvalid" : undefined));
  await postponer.postpone(
    ["h1", "h2", "h3", "h4"].map((handle) => message(handle)),
    signal,
  );
  expect(lines).toEqual([["warn", "messages not postponed", { code: "ReceiptHandleIsInvalid", messages: 2 }]]);
});

test("a refused request costs its messages alone, and an ARN of nothing too", async () => {
  const { postponer, lines } = await fake(undefined, 403);
  await postponer.postpone([message("a"), message("b"), message("c", "arn:aws:sqs")], signal);
  const [one, other] = lines.length === 2 ? lines : [];
  expect([one, other]).toContainEqual(["warn", "messages not postponed", { code: "AccessDenied", messages: 2 }]);
  expect([one, other]).toContainEqual(["warn", "messages not postponed", { code: "INTERNAL", messages: 1 }]);
});

test("an aborted signal ends it without a word to SQS", async () => {
  const { postponer, requests, lines } = await fake();
  await postponer.postpone([message("a")], AbortSignal.abort());
  expect(requests).toEqual([]);
  expect(lines).toEqual([["warn", "messages not postponed", { code: "TIMEOUT", messages: 1 }]]);
});

test("nothing to postpone is nothing to do", async () => {
  const { postponer, requests } = await fake();
  await postponer.postpone([], signal);
  expect(requests).toEqual([]);
});

test("out of time, no more requests are begun, and the rest is told", async () => {
  const controller = new AbortController();
  const { postponer, requests, lines } = await fake(() => void controller.abort());
  await postponer.postpone(
    Array.from({ length: 5000 }, (_, i) => message(`h${i}`)),
    controller.signal,
  );
  expect(requests.length).toBeLessThanOrEqual(8);
  expect(lines).toContainEqual(["warn", "messages not postponed", { code: "TIMEOUT", messages: 5000 - 80 }]);
});
