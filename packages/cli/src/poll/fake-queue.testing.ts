import { type Clock, SluiceError } from "@sluice/core";
import type { PolledQueue, QueueState, ReceiveOptions, Refusal, SqsRecord } from "@sluice/lambda-entry";

const ARN = "arn:aws:sqs:eu-west-1:123456789012:logs";

interface Stored {
  readonly id: string;
  readonly body: string;
  receives: number;
  /** Milliseconds since the epoch. */
  hiddenUntil: number;
  receipt: string | undefined;
}

/** SQS in memory: visibility by the clock, receipts that change with each receive, requests that fail when asked to. */
export class FakeQueue implements PolledQueue {
  readonly calls: { readonly name: string; readonly count: number; readonly seconds?: number }[] = [];
  /** Each is thrown by the next request of that name. */
  readonly faults: Record<"state" | "receive" | "delete" | "hide", Error[]> = {
    state: [],
    receive: [],
    delete: [],
    hide: [],
  };
  /** Receipts that batch requests refuse once, and whether for good. */
  readonly refused: Map<string, boolean> = new Map();
  visibilitySeconds = 30;
  isClosed = false;
  readonly #clock: Clock;
  #stored: Stored[] = [];
  #receipts = 0;
  #arrived: (() => void)[] = [];
  #watchers: (() => void)[] = [];

  constructor(clock: Clock, ...bodies: readonly string[]) {
    this.#clock = clock;
    this.send(...bodies);
  }

  send(...bodies: readonly string[]): void {
    for (const body of bodies) {
      const id = `m${this.#stored.length + 1}`;
      this.#stored.push({ id, body, receives: 0, hiddenUntil: 0, receipt: undefined });
    }
    for (const wake of this.#arrived.splice(0)) wake();
  }

  /** Ids of the messages that are in it, seen or unseen. */
  get left(): readonly string[] {
    return this.#stored.map(({ id }) => id);
  }

  /** Of those, the ones that can be received. */
  get visible(): readonly string[] {
    return this.#stored.filter((each) => each.hiddenUntil <= this.#clock.now()).map(({ id }) => id);
  }

  count(name: string): number {
    return this.calls.filter((call) => call.name === name).length;
  }

  /** Resolves once there were so many calls of that name. */
  async called(name: string, times: number): Promise<void> {
    while (this.count(name) < times) await new Promise<void>((resolve) => this.#watchers.push(resolve));
  }

  async state(): Promise<QueueState> {
    this.#call("state", 1);
    const visible = this.visible.length;
    const counts = { visible, delayed: 0, invisible: this.#stored.length - visible };
    return {
      arn: ARN,
      region: "eu-west-1",
      account: "123456789012",
      visibilitySeconds: this.visibilitySeconds,
      ...counts,
    };
  }

  async receive(options: ReceiveOptions, signal: AbortSignal): Promise<readonly SqsRecord[]> {
    this.#call("receive", options.max);
    if (this.visible.length === 0) {
      const end = new AbortController();
      const arrival = new Promise<void>((resolve) => this.#arrived.push(resolve));
      const patience = this.#clock.sleep(options.waitSeconds * 1000, AbortSignal.any([signal, end.signal]));
      await Promise.race([arrival, patience]);
      end.abort();
      patience.catch(() => {});
    }
    signal.throwIfAborted();
    const now = this.#clock.now();
    const found = this.#stored.filter(({ hiddenUntil }) => hiddenUntil <= now).slice(0, options.max);
    return found.map((each) => {
      each.receives += 1;
      each.hiddenUntil = now + options.visibilitySeconds * 1000;
      each.receipt = `r${++this.#receipts}`;
      return recordOf(each);
    });
  }

  async delete(receipts: readonly string[]): Promise<readonly Refusal[]> {
    this.#call("delete", receipts.length);
    return receipts.flatMap((receipt) => {
      const refusal = this.#refusal(receipt);
      if (refusal !== undefined) return [refusal];
      this.#stored = this.#stored.filter((each) => each.receipt !== receipt);
      return [];
    });
  }

  async hide(receipts: readonly string[], seconds: number): Promise<readonly Refusal[]> {
    this.#call("hide", receipts.length, seconds);
    return receipts.flatMap((receipt) => {
      const refusal = this.#refusal(receipt);
      if (refusal !== undefined) return [refusal];
      for (const each of this.#stored)
        if (each.receipt === receipt) each.hiddenUntil = this.#clock.now() + seconds * 1000;
      return [];
    });
  }

  close(): void {
    this.isClosed = true;
  }

  #call(name: keyof FakeQueue["faults"], count: number, seconds?: number): void {
    this.calls.push({ name, count, ...(seconds === undefined ? {} : { seconds }) });
    for (const wake of this.#watchers.splice(0)) wake();
    const fault = this.faults[name].shift();
    if (fault !== undefined) throw fault;
  }

  #refusal(receiptHandle: string): Refusal | undefined {
    const final = this.refused.get(receiptHandle);
    this.refused.delete(receiptHandle);
    return final === undefined ? undefined : { receiptHandle, code: "Refused", final };
  }
}

export function throttled(): SluiceError {
  return new SluiceError("THROTTLED", "too many");
}

function recordOf({ id, body, receives, receipt = "" }: Stored): SqsRecord {
  return {
    messageId: id,
    receiptHandle: receipt,
    body,
    attributes: { ApproximateReceiveCount: String(receives), SentTimestamp: "0" },
    messageAttributes: {},
    md5OfBody: "",
    eventSource: "aws:sqs",
    eventSourceARN: ARN,
    awsRegion: "eu-west-1",
  };
}
