import { createHash } from "node:crypto";
import type { InvokeResult } from "../../../tooling/engines/lambda-runtime.ts";
import type { Random } from "../../fuzz/random.ts";
import { type Delivery, failuresIn, MAX_DELIVERIES, MAX_POISON_DELIVERIES, type Source, type Told } from "./source.ts";
import { handleOf, sqsRecord } from "./sqs-record.ts";

export interface Message extends Told {
  readonly id: string;
  /** Receives that nobody has answered yet. */
  underWay: number;
  /** Out of sight until then; set when it is received, and by ChangeMessageVisibility. */
  visibleAt: number;
  receives: number;
}

export interface QueueOptions {
  readonly arn: string;
  readonly maxBatch: number;
  /** Shares of receives that leave the message in the queue as well, and that take it from anywhere in the queue. */
  duplicates: number;
  disorder: number;
  /** Of a message that the function sends: its MaximumMessageSize. */
  maxBytes: number;
}

interface Waiting {
  readonly message: Message;
  /** Comes though it was acknowledged meanwhile. */
  readonly isCopy: boolean;
}

/** The queue's own visibility timeout. */
const VISIBILITY_MS = 90_000;

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
    const fresh = { isDoomed: false, underWay: 0, visibleAt: 0, receives: 0, isAcknowledged: false, isDead: false };
    const message: Message = { id, body, isPoison, ...fresh };
    this.messages.push(message);
    this.#waiting.push({ message, isCopy: false });
    return message;
  }

  get isDone(): boolean {
    return this.#waiting.length === 0 && this.#underWay === 0;
  }

  comesAt(): number | undefined {
    const times = this.#waiting.map(({ message, isCopy }) => (isCopy ? 0 : message.visibleAt));
    return times.length === 0 ? undefined : Math.min(...times);
  }

  /** ChangeMessageVisibility. */
  postpone(receiptHandle: string, seconds: number, now: number): void {
    const message = this.messages.find((each) => handleOf(each) === receiptHandle);
    if (message === undefined) return;
    this.told.postponed += 1;
    message.visibleAt = now + seconds * 1000;
  }

  next(now: number): Delivery | undefined {
    const batch = this.#take(1 + this.#random.below(this.options.maxBatch), now);
    if (batch.length === 0) return undefined;
    this.#underWay += 1;
    return {
      event: { Records: batch.map((message) => sqsRecord(message, this.options.arn)) },
      settle: (result) => {
        this.#underWay -= 1;
        this.#settle(batch, result);
      },
    };
  }

  #take(most: number, now: number): Message[] {
    const batch: Message[] = [];
    const kept: Waiting[] = [];
    const isVisible = ({ message, isCopy }: Waiting): boolean => isCopy || message.visibleAt <= now;
    const hidden = this.#waiting.filter((each) => !isVisible(each));
    this.#waiting = this.#waiting.filter(isVisible);
    while (batch.length < most && this.#waiting.length > 0) {
      const [next] = this.#waiting.splice(this.#turn(), 1) as [Waiting];
      const { message, isCopy } = next;
      if (message.isDead || (message.isAcknowledged && !isCopy)) continue;
      if (batch.includes(message)) {
        kept.push(next);
        continue;
      }
      if (this.#isToBeCopied()) {
        this.told.copies += 1;
        kept.push({ message, isCopy: true });
      }
      if (message.underWay > 0) this.told.atOnce += 1;
      message.receives += 1;
      message.underWay += 1;
      message.visibleAt = now + VISIBILITY_MS;
      batch.push(message);
    }
    this.#waiting = [...kept, ...this.#waiting, ...hidden];
    return batch;
  }

  /** The first one in any case, where there are to be any. */
  #isToBeCopied(): boolean {
    const { duplicates } = this.options;
    return this.#random.chance(duplicates) || (duplicates > 0 && this.told.copies === 0);
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
}
