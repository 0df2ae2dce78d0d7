import { asSluiceError, type Clock, type Logger, SluiceError } from "@sluice/core";
import type { PolledQueue } from "@sluice/lambda-entry";
import { DELETE_ATTEMPTS, DELETE_BACKOFF_MS, GIVE_BACK_MS } from "./limits.ts";
import type { Totals } from "./totals.ts";

export interface SettlementOptions {
  readonly queue: PolledQueue;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Takes messages out of the queue, or gives them back. Never throws: what the queue didn't do is logged and counted. */
export class Settlement {
  readonly #options: SettlementOptions;
  readonly #totals: Totals;

  constructor(options: SettlementOptions, totals: Totals) {
    this.#options = options;
    this.#totals = totals;
  }

  /** One that can't be deleted comes again, and is found to be done: for sinks that know their records nothing changes. */
  async delete(receiptHandles: readonly string[], signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    let rest: Rest = { receiptHandles, code: "" };
    for (let attempt = 1; rest.receiptHandles.length > 0; attempt++) {
      if (attempt > DELETE_ATTEMPTS || signal.aborted) return this.#notDeleted(rest.receiptHandles.length, rest.code);
      if (attempt > 1) await clock.sleep(DELETE_BACKOFF_MS * 2 ** (attempt - 2), signal).catch(() => {});
      rest = await this.#attempt(rest, signal);
    }
  }

  /** For another consumer, at once. */
  async giveBack(receiptHandles: readonly string[]): Promise<void> {
    if (receiptHandles.length === 0) return;
    this.#totals.messages.returned += receiptHandles.length;
    try {
      const refused = await this.#options.queue.hide(receiptHandles, 0, AbortSignal.timeout(GIVE_BACK_MS));
      if (refused.length > 0) throw new SluiceError("INTERNAL", `${refused.length} refused: ${refused[0]?.code}`);
    } catch (error) {
      this.#totals.faults.return += 1;
      const { code, message } = asSluiceError(error);
      const what = "not given back: these messages come when they are visible again";
      this.#options.logger.log("warn", what, { code, error: message });
    }
  }

  /** What is left to be deleted, and why. */
  async #attempt({ receiptHandles, code }: Rest, signal: AbortSignal): Promise<Rest> {
    try {
      const refused = await this.#options.queue.delete(receiptHandles, signal);
      const again = refused.filter(({ final }) => !final).map(({ receiptHandle }) => receiptHandle);
      this.#totals.messages.deleted += receiptHandles.length - refused.length;
      if (refused.length > 0) this.#totals.faults.delete += 1;
      const lost = refused.filter(({ final }) => final);
      if (lost.length > 0) this.#notDeleted(lost.length, lost[0]?.code ?? "");
      return { receiptHandles: again, code: refused[0]?.code ?? code };
    } catch (error) {
      this.#totals.faults.delete += 1;
      return { receiptHandles, code: asSluiceError(error).code };
    }
  }

  #notDeleted(messages: number, code: string): void {
    this.#options.logger.log("warn", "not deleted: delivered messages come again", { code, messages });
  }
}

interface Rest {
  readonly receiptHandles: readonly string[];
  readonly code: string;
}
