import { Buffer } from "node:buffer";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { Chain, created, notification, sqsEvent } from "../continue/chain.testing.ts";
import type { Postponed } from "../ports/postpone.ts";
import { type ScriptedSink, scriptedSink } from "../sink/scripted-sink.testing.ts";

const DAY_MS = 24 * 3600 * 1000;
const OUTAGE_MS = 3 * DAY_MS;
const QUEUE_ARN = "arn:aws:sqs:eu-west-1:123456789012:q";
/** Of the queues, as docs/reliability.md asks for. */
const MAX_RECEIVES = 100;
const VISIBILITY_MS = 6 * 60 * 1000;
const RETENTION_MS = 14 * DAY_MS;

interface Message {
  readonly id: string;
  readonly body: string;
  readonly sentAt: number;
  receives: number;
  visibleAt: number;
}

/** A function with a sink that is down for three days, and the queue that both its trigger and its continuations come by. */
class Outage {
  readonly sink: ScriptedSink;
  readonly chain: Chain;
  readonly lost: Message[] = [];
  receives = 0;
  readonly #messages: Message[] = [];
  readonly #since: number;

  constructor() {
    this.sink = scriptedSink(() =>
      this.chain.now < this.#since + OUTAGE_MS
        ? { kind: "unavailable", reason: { code: "CERTIFICATE", message: "expired" } }
        : { kind: "delivered" },
    );
    const postpone = async (messages: readonly Postponed[]): Promise<void> => {
      for (const { receiptHandle, seconds } of messages) {
        const message = this.#messages.find(({ id }) => id === receiptHandle);
        if (message !== undefined) message.visibleAt = this.chain.now + seconds * 1000;
      }
    };
    this.chain = new Chain({ sink: this.sink }, {}, { postpone: { postpone } });
    this.#since = this.chain.now;
    const lines = Array.from({ length: 500 }, (_, i) => `line ${i}\n`).join("");
    for (const key of ["a", "b", "c"]) this.chain.objects.set(key, { bytes: Buffer.from(lines), etag: key });
  }

  send(body: string): void {
    const { now } = this.chain;
    this.#messages.push({ id: `m${this.#messages.length}`, body, sentAt: now, receives: 0, visibleAt: now });
  }

  /** Until the queue is empty, message by message as each may be seen again. */
  async pass(): Promise<void> {
    for (let next = this.#next(); next !== undefined; next = this.#next()) {
      const { chain } = this;
      chain.now = Math.max(chain.now, next.visibleAt);
      next.receives += 1;
      this.receives += 1;
      next.visibleAt = chain.now + VISIBILITY_MS;
      const attributes = { ApproximateReceiveCount: String(next.receives) };
      const own = { messageId: next.id, receiptHandle: next.id, eventSourceARN: QUEUE_ARN, attributes };
      const { units } = await chain.invoke(sqsEvent(next.body, own));
      for (const body of chain.queue.splice(0)) this.send(body);
      const isLost = next.receives >= MAX_RECEIVES || chain.now > next.sentAt + RETENTION_MS;
      if (units[0]?.ok !== true && isLost) this.lost.push(next);
      if (units[0]?.ok === true || isLost) this.#messages.splice(this.#messages.indexOf(next), 1);
    }
  }

  #next(): Message | undefined {
    return this.#messages.toSorted((a, b) => a.visibleAt - b.visibleAt)[0];
  }
}

test("SQS: three days of a sink that fails lose nothing, and use up less than a hundred receives a message", async () => {
  const outage = new Outage();
  for (const key of ["a", "b", "c"]) outage.send(notification(key));
  await outage.pass();
  expect(outage.lost).toEqual([]);
  expect(new Set(outage.sink.delivered).size).toBe(1500);
  expect(outage.receives / 3).toBeLessThan(90);
});

test("S3, asynchronously: the event is the queue's from the first failure on", async () => {
  const outage = new Outage();
  const { error } = await outage.chain.invoke({ Records: [created("a")] });
  expect(error).toBeUndefined();
  for (const body of outage.chain.queue.splice(0)) outage.send(body);
  await outage.pass();
  expect(outage.lost).toEqual([]);
  expect(new Set(outage.sink.delivered).size).toBe(500);
});

test("CloudWatch Logs, asynchronously: as well", async () => {
  const outage = new Outage();
  const logEvents = Array.from({ length: 50 }, (_, i) => ({
    id: `${i}`,
    timestamp: 1_700_000_000_000,
    message: `m${i}`,
  }));
  const payload = {
    messageType: "DATA_MESSAGE",
    owner: "1",
    logGroup: "g",
    logStream: "s",
    subscriptionFilters: [],
    logEvents,
  };
  const data = gzipSync(JSON.stringify(payload)).toString("base64");
  expect((await outage.chain.invoke({ awslogs: { data } })).error).toBeUndefined();
  for (const body of outage.chain.queue.splice(0)) outage.send(body);
  await outage.pass();
  expect(outage.lost).toEqual([]);
  expect(new Set(outage.sink.delivered).size).toBe(50);
});

test("Kinesis: the shard stands where the first failed record is, until it is taken", async () => {
  const outage = new Outage();
  const Records = Array.from({ length: 20 }, (_, i) => ({
    eventSource: "aws:kinesis",
    eventSourceARN: "arn:aws:kinesis:eu-west-1:123456789012:stream/s",
    eventID: `shardId-000000000000:${i}`,
    kinesis: { sequenceNumber: String(i), data: Buffer.from(`record ${i}`).toString("base64"), partitionKey: "p" },
  }));
  let from = 0;
  while (from < Records.length) {
    const { response } = await outage.chain.invoke({ Records: Records.slice(from) });
    const [failed] = (response as { batchItemFailures: { itemIdentifier: string }[] }).batchItemFailures;
    if (failed === undefined) break;
    expect(Number(failed.itemIdentifier)).toBeGreaterThanOrEqual(from);
    from = Number(failed.itemIdentifier);
    outage.chain.now += 3600 * 1000;
  }
  expect(outage.sink.delivered).toHaveLength(20);
  expect(outage.chain.queue).toEqual([]);
});
