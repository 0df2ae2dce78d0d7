import type { InvokeResult } from "../../../tooling/engines/lambda-runtime.ts";
import type { Random } from "../../fuzz/random.ts";
import { type Delivery, failuresIn, MAX_DELIVERIES, MAX_POISON_DELIVERIES, type Source, type Told } from "./source.ts";
import { handleOf, sqsRecord } from "./sqs-record.ts";

export interface FifoMessage extends Told {
  readonly id: string;
  readonly group: string;
  isUnderWay: boolean;
  /** Out of sight until then, and all that follows it in its group with it. */
  visibleAt: number;
  receives: number;
}

export interface FifoOptions {
  readonly arn: string;
  readonly maxBatch: number;
}

/** The queue's own visibility timeout. */
const VISIBILITY_MS = 90_000;

/**
 * A FIFO queue and its event source mapping with ReportBatchItemFailures: messages of a group come in their order, and none while an
 * earlier one is under way or out of sight. What the function acknowledges is deleted, whether that was right or not.
 */
export class Fifo implements Source {
  readonly messages: FifoMessage[] = [];
  /** Messages acknowledged before an earlier one of their group. */
  readonly breaches: string[] = [];
  readonly #options: FifoOptions;
  readonly #random: Random;
  readonly #groups = new Map<string, FifoMessage[]>();

  constructor(options: FifoOptions, random: Random) {
    this.#options = options;
    this.#random = random;
  }

  add(body: string, group: string, { isPoison = false } = {}): FifoMessage {
    const id = `f-${this.messages.length}`;
    const fresh = { isUnderWay: false, visibleAt: 0, receives: 0, isAcknowledged: false, isDead: false };
    const message: FifoMessage = { id, group, body, isPoison, isDoomed: false, ...fresh };
    this.messages.push(message);
    this.#groups.set(group, [...this.inGroup(group), message]);
    return message;
  }

  inGroup(group: string): readonly FifoMessage[] {
    return this.#groups.get(group) ?? [];
  }

  get groups(): readonly (readonly FifoMessage[])[] {
    return [...this.#groups.values()];
  }

  get isDone(): boolean {
    return this.messages.every((message) => !message.isUnderWay && !isLeft(message));
  }

  /** When the first group can be gone on with. */
  comesAt(): number | undefined {
    const idle = this.groups.map((group) => group.filter(isLeft)).filter((group) => group.length > 0);
    const times = idle
      .filter((group) => !group.some(({ isUnderWay }) => isUnderWay))
      .map((group) => Math.max(...group.map(({ visibleAt }) => visibleAt)));
    return times.length === 0 ? undefined : Math.min(...times);
  }

  /** ChangeMessageVisibility. */
  postpone(receiptHandle: string, seconds: number, now: number): void {
    const message = this.messages.find((each) => handleOf(each) === receiptHandle);
    if (message !== undefined) message.visibleAt = now + seconds * 1000;
  }

  next(now: number): Delivery | undefined {
    const batch = this.#take(1 + this.#random.below(this.#options.maxBatch), now);
    if (batch.length === 0) return undefined;
    for (const message of batch) {
      message.receives += 1;
      message.isUnderWay = true;
      message.visibleAt = now + VISIBILITY_MS;
    }
    return {
      event: { Records: batch.map((message) => this.#record(message)) },
      settle: (result) => this.#settle(batch, result),
    };
  }

  /** As many of one group as there are, then of the next one. */
  #take(most: number, now: number): FifoMessage[] {
    const free = this.groups
      .map((group) => group.filter(isLeft))
      .filter((group) => group.every(({ isUnderWay, visibleAt }) => !isUnderWay && visibleAt <= now));
    return free.flat().slice(0, most);
  }

  #settle(batch: readonly FifoMessage[], result: InvokeResult): void {
    const failed = failuresIn(result);
    for (const message of batch) {
      message.isUnderWay = false;
      if (failed !== undefined && !failed.has(message.id)) message.isAcknowledged = true;
      else if (message.receives >= (message.isPoison ? MAX_POISON_DELIVERIES : MAX_DELIVERIES)) message.isDead = true;
    }
    for (const message of batch.filter(({ isAcknowledged }) => isAcknowledged)) {
      const group = this.inGroup(message.group);
      const before = group.slice(0, group.indexOf(message)).find(isLeft);
      if (before !== undefined) this.breaches.push(`${message.group}: ${message.id} acknowledged before ${before.id}`);
    }
  }

  #record(message: FifoMessage): object {
    return sqsRecord(message, this.#options.arn, {
      MessageGroupId: message.group,
      MessageDeduplicationId: message.id,
      SequenceNumber: `1885${String(this.messages.indexOf(message)).padStart(16, "0")}`,
    });
  }
}

function isLeft({ isAcknowledged, isDead }: FifoMessage): boolean {
  return !isAcknowledged && !isDead;
}
