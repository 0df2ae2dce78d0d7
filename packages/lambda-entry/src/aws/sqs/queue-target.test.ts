import { createHash } from "node:crypto";
import { expect, onTestFinished, test } from "vitest";
import { bodyOf, localServer } from "../../testing/local-server.testing.ts";
import { createQueueTarget, type Outgoing, type QueueTarget } from "./queue-target.ts";

const URL = "https://sqs.eu-west-1.amazonaws.com/123456789012/logs";
const never = new AbortController().signal;

interface Entry {
  readonly Id: string;
  readonly MessageBody: string;
}

interface Answer {
  readonly status?: number;
  readonly body: unknown;
}

/** The SDK looks whether the queue has what was sent. */
const took = ({ Id, MessageBody }: Entry): object => ({
  Id,
  MessageId: "m",
  MD5OfMessageBody: createHash("md5").update(MessageBody).digest("hex"),
});

const taken = (entries: readonly Entry[]): Answer => ({ body: { Successful: entries.map(took) } });

/** A queue that answers so, and what it was sent: bodies, request by request. */
async function targetOn(answer: (entries: readonly Entry[], request: number) => Answer, url: string = URL) {
  const asked: string[][] = [];
  const entries: unknown[] = [];
  const waits: number[] = [];
  const { aws } = await localServer(onTestFinished, async (request, response) => {
    const { Entries } = JSON.parse(await bodyOf(request));
    asked.push(Entries.map(({ MessageBody }: Entry) => MessageBody));
    entries.push(...Entries);
    const { status = 200, body } = answer(Entries, asked.length);
    response.writeHead(status, { "content-type": "application/x-amz-json-1.0" }).end(JSON.stringify(body));
  });
  const clock = { now: () => 0, sleep: async (ms: number) => void waits.push(ms) };
  const target: QueueTarget = createQueueTarget({ url, env: {}, aws, clock });
  onTestFinished(() => target.close());
  return { target, asked, entries, waits };
}

const messages = (...bodies: readonly string[]): Outgoing[] => bodies.map((body) => ({ body }));

test("ten messages in a request, and no more bytes than every queue takes", async () => {
  const { target, asked } = await targetOn(taken);
  const small = Array.from({ length: 12 }, (_, i) => String(i));
  const large = ["a", "b", "c"].map((letter) => letter.repeat(100_000));
  expect(await target.send(messages(...small, ...large), never)).toEqual(Array.from({ length: 15 }, () => undefined));
  expect(asked.map((bodies) => bodies.map((body) => body.slice(0, 2)))).toEqual([
    small.slice(0, 10),
    ["10", "11", "aa", "bb"],
    ["cc"],
  ]);
});

test("what a request left out is sent again; what is refused for good is not", async () => {
  const { target, asked, waits } = await targetOn((entries, request) => {
    const [first, ...rest] = entries as [Entry, ...Entry[]];
    if (request > 1) return taken(rest.length > 0 ? rest : [first]);
    const Failed = [
      { Id: "1", Code: "InvalidMessageContents", Message: "no", SenderFault: true },
      { Id: "2", Code: "InternalError", Message: "later", SenderFault: false },
    ];
    return { body: { Successful: [took(first)], Failed } };
  });
  expect(await target.send(messages("a", "b", "c", "d"), never)).toEqual([
    undefined,
    "InvalidMessageContents: no",
    undefined,
    undefined,
  ]);
  expect(asked).toEqual([["a", "b", "c", "d"], ["c", "d"], ["c"]]);
  expect(waits).toHaveLength(2);
});

test("what is never taken says why in the end", async () => {
  const failed = { body: { Failed: [{ Id: "0", Code: "InternalError", Message: "later", SenderFault: false }] } };
  const { target, asked } = await targetOn(() => failed);
  expect(await target.send(messages("a"), never)).toEqual(["InternalError: later"]);
  expect(asked.length).toBeGreaterThan(1);
});

test("a request that fails fails each of its messages, and those of others go on", async () => {
  const denied = { status: 403, body: { __type: "com.amazon.coral.service#AccessDeniedException", message: "no" } };
  const { target } = await targetOn((entries, request) => (request === 1 ? denied : taken(entries)));
  const reasons = await target.send(messages(...Array.from({ length: 11 }, (_, i) => String(i))), never);
  expect(reasons.slice(0, 10).every((reason) => reason?.startsWith("ACCESS_DENIED: ") === true)).toBe(true);
  expect(reasons[10]).toBeUndefined();
});

test("a message of another queue keeps its attributes; of a FIFO queue, group and deduplication id", async () => {
  const { target, entries } = await targetOn(taken, `${URL}.fifo`);
  const message: Outgoing = {
    body: "a",
    messageId: "m",
    attributes: { MessageGroupId: "g" },
    messageAttributes: { name: { dataType: "String", stringValue: "value" } },
  };
  await target.send([message], never);
  expect(entries).toEqual([
    {
      Id: "0",
      MessageBody: "a",
      MessageAttributes: { name: { DataType: "String", StringValue: "value" } },
      MessageGroupId: "g",
      MessageDeduplicationId: "m",
    },
  ]);
});

test("an abort keeps its reason", async () => {
  const { target } = await targetOn(taken);
  const reason = new Error("stop");
  await expect(target.send(messages("a"), AbortSignal.abort(reason))).rejects.toBe(reason);
});
