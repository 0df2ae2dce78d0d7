import type { Settlement } from "../outcome/ledger.ts";
import type { Reason, RecordOutcome, SendResult } from "../ports/sink.ts";
import type { SealedBatch } from "./batch.ts";
import { reasonOf } from "./reason-of.ts";
import { asSendResult } from "./send-result.ts";
import type { SinkHandle } from "./sink-handle.ts";
import { type Patience, TryAgain, tryPatiently } from "./try-again.ts";
import { Stuck, unlessStuck } from "./unless-stuck.ts";

/** What delivery tells about records, as soon as it is final. */
export type Settle = (batch: SealedBatch, index: number, how: Settlement, reason?: Reason) => void;

export interface DeliveryOptions extends Patience {
  readonly handle: SinkHandle;
  /** The trigger tells its retries. */
  readonly told: boolean;
  readonly settle: Settle;
  /** A record refused for its own fault; goes to the dead letters, which settle it. */
  readonly reject: (batch: SealedBatch, index: number, reason: Reason) => void;
  /** The sink itself is at fault: nothing more is sent to it in this invocation. */
  readonly openCircuit: (reason: Reason) => void;
  /** The sink took records. */
  readonly delivered: () => void;
}

/**
 * Sends one batch until each of its records is settled: backs off and retries (only what needs it), halves what is refused
 * whole, renews credentials once, and gives up at the attempts' end or the deadline. Never throws.
 */
export class Delivery {
  readonly #options: DeliveryOptions;
  #renewed = false;
  /** An attempt may have been taken without a word of it. */
  #unsure = false;
  #isStuck = false;

  constructor(options: DeliveryOptions) {
    this.#options = options;
  }

  /** The sink may still be at the batch's bytes. */
  get isStuck(): boolean {
    return this.#isStuck;
  }

  async deliver(batch: SealedBatch): Promise<void> {
    let pending: SealedBatch | undefined = batch;
    let last: Reason | undefined;
    try {
      await tryPatiently(this.#options, async (attempt) => {
        try {
          if (pending !== undefined) await this.#attempt(pending, attempt);
          pending = undefined;
        } catch (error) {
          if (error instanceof TryAgain) {
            pending = error.rest as SealedBatch;
            // An attempt that there was no time for says nothing of the sink; the one before did.
            if (last === undefined || !this.#options.signal.aborted) last = error.reason;
          }
          throw error;
        }
      });
    } catch (error) {
      if (pending === undefined) return;
      const reason = last ?? reasonOf(error);
      this.#fail(pending, { ...reason, message: `gave up: ${reason.message}` });
    }
  }

  /** One send, settled as far as it goes. Throws TryAgain with what is left to send. */
  async #attempt(batch: SealedBatch, attempt: number): Promise<void> {
    const result = await this.#send(batch, attempt);
    switch (result.kind) {
      case "delivered":
        this.#options.delivered();
        this.#settleAll(batch, "delivered");
        return;
      case "retry":
        throw new TryAgain(batch, result.reason, result.afterMs ?? 0);
      case "split":
        await this.#halve(batch, result.reason);
        return;
      case "unauthorized":
        await this.#renew(batch, result.reason);
        return;
      case "unavailable":
        this.#options.openCircuit(result.reason);
        this.#settleAll(batch, "failed", result.reason);
        return;
      case "each":
        this.#each(batch, result.outcomes, result.afterMs ?? 0);
    }
  }

  async #send(batch: SealedBatch, attempt: number): Promise<SendResult> {
    const { handle, signal, deadline, told } = this.#options;
    try {
      const sink = await handle.sink();
      const call = { signal, attempt, deadline, again: batch.again || this.#unsure, told };
      const result = asSendResult(await unlessStuck("send", signal, sink.send(batch, call)), batch.count);
      this.#unsure ||= isUnsure(result);
      return result;
    } catch (error) {
      const reason = reasonOf(error);
      this.#unsure = true;
      this.#isStuck ||= error instanceof Stuck;
      return signal.aborted ? { kind: "retry", reason } : { kind: "unavailable", reason };
    }
  }

  async #halve(batch: SealedBatch, reason: Reason): Promise<void> {
    if (batch.count === 1) {
      this.#options.reject(batch, 0, reason);
      return;
    }
    const middle = batch.count >> 1;
    await this.deliver(batch.slice(0, middle));
    await this.deliver(batch.slice(middle, batch.count));
  }

  async #renew(batch: SealedBatch, reason: Reason): Promise<void> {
    const { handle, signal } = this.#options;
    if (!this.#renewed) {
      this.#renewed = true;
      try {
        await unlessStuck("making the sink", signal, handle.renew());
      } catch (error) {
        this.#fail(batch, reasonOf(error));
        return;
      }
      throw new TryAgain(batch, reason, 0);
    }
    this.#fail(batch, reason);
  }

  /** Settles what is final; a rest to be sent again goes on as a smaller batch. */
  #each(batch: SealedBatch, outcomes: readonly RecordOutcome[], afterMs: number): void {
    const again: number[] = [];
    let why: Reason | undefined;
    let failed = 0;
    if (outcomes.some(({ kind }) => kind === "delivered")) this.#options.delivered();
    outcomes.forEach((outcome, i) => {
      if (outcome.kind === "delivered") this.#options.settle(batch, i, "delivered");
      else if (outcome.kind === "reject") this.#options.reject(batch, i, outcome.reason);
      else if (outcome.kind === "fail") {
        failed += 1;
        this.#options.settle(batch, i, "failed", outcome.reason);
        if (failed === batch.count) this.#options.openCircuit(outcome.reason);
      } else {
        again.push(i);
        why = outcome.reason;
      }
    });
    if (why !== undefined) throw new TryAgain(batch.select(again), why, afterMs);
  }

  #fail(batch: SealedBatch, reason: Reason): void {
    this.#options.openCircuit(reason);
    this.#settleAll(batch, "failed", reason);
  }

  #settleAll(batch: SealedBatch, how: Settlement, reason?: Reason): void {
    for (let i = 0; i < batch.count; i++) this.#options.settle(batch, i, how, reason);
  }
}

function isUnsure(result: SendResult): boolean {
  if (result.kind === "each") return result.outcomes.some((outcome) => outcome.kind === "retry" && outcome.unsure);
  return result.kind === "retry" && result.unsure === true;
}
