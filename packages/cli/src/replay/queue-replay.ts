import { asSluiceError, type ExplainedItem, type Invocation, type Meter, type Pipeline } from "@sluice/core";
import { MAX_MESSAGES, type PolledQueue, type QueueTarget, type Refusal, type SqsRecord } from "@sluice/lambda-entry";
import type { Complain } from "./replay.ts";
import type { Tally } from "./tally.ts";

/** How long messages are hidden while they are worked on. What a crash leaves is there again after it. */
const VISIBILITY_SECONDS = 900;
const WAIT_SECONDS = 2;
/** Receives that bring nothing new before the queue counts as gone through: one may miss what is there. */
const EMPTY_RECEIVES = 2;
/** Messages gone through at most, as all are remembered: to give them back, and to know one that comes twice. */
const MAX_TAKEN = 200_000;
/** For giving messages back and deleting them, whether the user has asked to stop or not. */
const CLOSING_MS = 30_000;

const MESSAGES = "(messages)";

/** What is done with a batch of messages: receipts of those that leave the queue. */
type Work = (messages: readonly SqsRecord[]) => Promise<readonly SqsRecord[]>;

export interface QueueReplayOptions {
  readonly queue: PolledQueue;
  readonly tally: Tally;
  readonly meter: Meter;
  readonly complain: Complain;
  readonly stop: AbortSignal;
}

/**
 * Goes through a queue once. A message is deleted only once what it asks for is done; all others are given back in the end, so that
 * they can be received at once.
 */
export class QueueReplay {
  readonly #options: QueueReplayOptions;
  readonly #seen = new Set<string>();
  #held: string[] = [];

  constructor(options: QueueReplayOptions) {
    this.#options = options;
  }

  /** Counts messages by how they unwrap and, where they don't, by why. Objects' first bytes are read. */
  show(pipeline: Pipeline, invocation: Invocation): Promise<void> {
    return this.#each(async (messages) => {
      const shown = await Promise.all(messages.map((message) => pipeline.explain(eventOf([message]), invocation)));
      for (const { items } of shown) this.#options.tally.count(labelOf(items));
      return [];
    });
  }

  /** Puts messages into another queue. */
  move(target: QueueTarget): Promise<void> {
    return this.#each(async (messages) => {
      // Not cut off when the user asks to stop: whether they were taken would not be known.
      const reasons = await target.send(messages, AbortSignal.timeout(CLOSING_MS));
      return messages.filter((message, i) => this.#settled(message, reasons[i], "not taken"));
    });
  }

  /** Handles messages as the function does. */
  handle(pipeline: Pipeline, invocation: Invocation): Promise<void> {
    return this.#each(async (messages) => {
      const { units, counts } = await pipeline.handle(eventOf(messages), { ...invocation, again: true });
      const { deadLettered } = counts;
      this.#options.tally.refused += Object.values(deadLettered).reduce(
        (sum, n) => sum + n,
        counts.units.deadLettered ?? 0,
      );
      const byId = new Map(units.map((unit) => [unit.id, unit]));
      return messages.filter((message) => {
        const unit = byId.get(message.messageId);
        return this.#settled(
          message,
          unit?.ok === true ? undefined : (unit?.error?.code ?? "INTERNAL"),
          unit?.error?.message ?? "",
        );
      });
    });
  }

  #settled({ messageId }: SqsRecord, code: string | undefined, message: string): boolean {
    const { tally, complain } = this.#options;
    const group = tally.count({ sink: MESSAGES, reason: code?.split(":")[0] ?? "", at: 0 });
    group[code === undefined ? "delivered" : "failed"] += 1;
    if (code !== undefined) complain(`message ${messageId}`, code, message);
    return code === undefined;
  }

  async #each(work: Work): Promise<void> {
    const { queue, stop, meter } = this.#options;
    const progress = { in: 0, bytes: 0, items: (await queue.state(stop)).visible, itemsDone: 0 };
    try {
      for (let empty = 0; empty < EMPTY_RECEIVES && !stop.aborted && this.#seen.size < MAX_TAKEN; ) {
        const messages = await this.#receive();
        empty = messages.length === 0 ? empty + 1 : 0;
        if (messages.length > 0) await this.#delete(await work(messages));
        progress.in += messages.length;
        progress.itemsDone += messages.length;
        progress.items = Math.max(progress.items, progress.itemsDone);
        meter.progress(progress);
      }
    } catch (error) {
      if (!stop.aborted) throw error;
    } finally {
      await this.#giveBack();
    }
    if (stop.aborted || this.#seen.size >= MAX_TAKEN) this.#options.tally.unread += 1;
  }

  /** Only what wasn't there before. */
  async #receive(): Promise<readonly SqsRecord[]> {
    const received = await this.#options.queue.receive(
      { max: MAX_MESSAGES, waitSeconds: WAIT_SECONDS, visibilitySeconds: VISIBILITY_SECONDS },
      this.#options.stop,
    );
    this.#held.push(...received.map(({ receiptHandle }) => receiptHandle));
    const fresh = received.filter(({ messageId }) => !this.#seen.has(messageId));
    for (const { messageId } of fresh) this.#seen.add(messageId);
    return fresh;
  }

  async #delete(done: readonly SqsRecord[]): Promise<void> {
    if (done.length === 0) return;
    const receipts = done.map(({ receiptHandle }) => receiptHandle);
    const gone = new Set(receipts);
    this.#held = this.#held.filter((receipt) => !gone.has(receipt));
    const signal = AbortSignal.timeout(CLOSING_MS);
    const first = await this.#options.queue.delete(receipts, signal);
    const again = first.filter(({ final }) => !final).map(({ receiptHandle }) => receiptHandle);
    const left = again.length === 0 ? [] : await this.#options.queue.delete(again, signal);
    this.#undeleted([...first.filter(({ final }) => final), ...left]);
  }

  /** Done, and yet still in the queue: the next replay does it again. */
  #undeleted(refusals: readonly Refusal[]): void {
    for (const { code } of refusals) {
      this.#options.tally.undeleted += 1;
      this.#options.complain("a message that is done", code, "not deleted from the queue");
    }
  }

  async #giveBack(): Promise<void> {
    const held = this.#held;
    this.#held = [];
    const signal = AbortSignal.timeout(CLOSING_MS);
    try {
      for (let i = 0; i < held.length; i += MAX_MESSAGES)
        await this.#options.queue.hide(held.slice(i, i + MAX_MESSAGES), 0, signal);
    } catch (error) {
      const { code, message } = asSluiceError(error);
      this.#options.complain("giving messages back", code, `${message}: they are there in ${VISIBILITY_SECONDS} s`);
    }
  }
}

function eventOf(messages: readonly SqsRecord[]): object {
  return { Records: messages };
}

/** What is wrong with a message stands for it, else the first thing in it. */
function labelOf(items: readonly ExplainedItem[]): {
  readonly sink: string;
  readonly reason: string;
  readonly at: number;
} {
  const item = items.find(({ status }) => status === "undecodable") ?? items[0];
  const kind = item === undefined || item.path.length === 0 ? MESSAGES : item.path.join(" > ");
  const reason = item?.status === "undecodable" ? (item.reason?.split(":")[0] ?? "") : (item?.status ?? "");
  return { sink: kind, reason, at: 0 };
}
