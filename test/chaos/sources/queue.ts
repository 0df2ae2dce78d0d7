import { createHash } from "node:crypto";
import type { InvokeResult } from "../../../tooling/engines/lambda-runtime.ts";
import type { Random } from "../../fuzz/random.ts";
import { type Delivery, failuresIn, MAX_DELIVERIES, MAX_POISON_DELIVERIES, type Source, type Told } from "./source.ts";

export interface Message extends Told {
  readonly id: string;
  /** Receives that nobody has answered yet. */
  underWay: number;
  receives: number;
}

export interface QueueOptions {
  readonly arn: string;
  readonly maxBatch: number;
  /** Shares of receives that leave the message in the queue as well, and that take it from anywhere in the queue. */
  duplicates: number;
  disorder: number;
}

interface Waiting {
  readonly message: Message;
  /** Comes though it was acknowledged meanwhile. */
  readonly isCopy: boolean;
}

const SENT_MS = Date.UTC(2026, 10, 3, 10);

/** A standard SQS queue and its event source mapping with ReportBatchItemFailures. */
export class Queue implements Source {
  readonly options: QueueOptions;
  readonly messages: Message[] = [];
  /** Receives that left the message there, out of turn, and while another was under way; messages that were postponed. */
  readonly told = { copies: 0, outOfTurn: 0, atOnce: 0, postponed: 0 };
  readonly #random: Random;
  #waiting: Waiting[] = [];
  #underWay = 0;

  constructor(options: QueueOptions, random: Random) {
    this.options = options;
    this.#random = random;
  }

  add(body: string, { isPoison = false } = {}): Message {
    const id = `m-${this.messages.length}-${createHash("sha256").update(body).digest("hex").slice(0, 8)}`;
    const fresh = { isDoomed: false, underWay: 0, receives: 0, isAcknowledged: false, isDead: false };
    const message: Message = { id, body, isPoison, ...fresh };
    this.messages.push(message);
    this.#waiting.push({ message, isCopy: false });
    return message;
  }

  get isDone(): boolean {
    return this.#waiting.length === 0 && this.#underWay === 0;
  }

  next(): Delivery | undefined {
    const batch = this.#take(1 + this.#random.below(this.options.maxBatch));
    if (batch.length === 0) return undefined;
    this.#underWay += 1;
    return {
      event: { Records: batch.map((message) => this.#record(message)) },
      settle: (result) => {
        this.#underWay -= 1;
        this.#settle(batch, result);
      },
    };
  }

  #take(most: number): Message[] {
    const batch: Message[] = [];
    const kept: Waiting[] = [];
    while (batch.length < most && this.#waiting.length > 0) {
      const [next] = this.#waiting.splice(this.#turn(), 1) as [Waiting];
      const { message, isCopy } = next;
      if (message.isDead || (message.isAcknowledged && !isCopy)) continue;
      if (batch.includes(message)) {
        kept.push(next);
        continue;
      }
      if (this.#random.chance(this.options.duplicates)) {
        this.told.copies += 1;
        kept.push({ message, isCopy: true });
      }
      if (message.underWay > 0) this.told.atOnce += 1;
      message.receives += 1;
      message.underWay += 1;
      batch.push(message);
    }
    this.#waiting = [...kept, ...this.#waiting];
    return batch;
  }

  #turn(): number {
    if (!this.#random.chance(this.options.disorder)) return 0;
    const turn = this.#random.below(this.#waiting.length);
    if (turn > 0) this.told.outOfTurn += 1;
    return turn;
  }

  #settle(batch: readonly Message[], result: InvokeResult): void {
    const failed = failuresIn(result);
    for (const message of batch) {
      message.underWay -= 1;
      if (failed !== undefined && !failed.has(message.id)) message.isAcknowledged = true;
      if (message.isAcknowledged) continue;
      const most = message.isPoison ? MAX_POISON_DELIVERIES : MAX_DELIVERIES;
      if (message.receives >= most) message.isDead = true;
      else this.#waiting.push({ message, isCopy: false });
    }
  }

  #record({ id, body, receives }: Message): object {
    return {
      messageId: id,
      receiptHandle: `${id}:${receives}`,
      body,
      attributes: {
        ApproximateReceiveCount: String(receives),
        SentTimestamp: String(SENT_MS),
        SenderId: "AIDAEXAMPLE",
        ApproximateFirstReceiveTimestamp: String(SENT_MS),
      },
      messageAttributes: {},
      md5OfBody: createHash("md5").update(body).digest("hex"),
      eventSource: "aws:sqs",
      eventSourceARN: this.options.arn,
      awsRegion: "us-east-1",
    };
  }
}
