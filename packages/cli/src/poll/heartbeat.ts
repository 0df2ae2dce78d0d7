import { asSluiceError, type Clock, type Logger } from "@sluice/core";
import type { PolledQueue } from "@sluice/lambda-entry";

export interface HeartbeatOptions {
  readonly queue: PolledQueue;
  readonly receiptHandles: readonly string[];
  readonly visibilitySeconds: number;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly onExtended: () => void;
  /** Told of each extension that failed. */
  readonly onError: () => void;
}

/** Half the visibility timeout, but no longer: that messages can be kept also shows that the queue answers. Milliseconds. */
const MAX_INTERVAL_MS = 120_000;
/** After an extension that failed, the next one comes so many times sooner. */
const RETRY_PART = 4;

/** Keeps messages out of other consumers' sight while they are worked on. That it can't is logged; the work goes on. */
export class Heartbeat {
  readonly #options: HeartbeatOptions;
  readonly #handles: Set<string>;
  readonly #end = new AbortController();
  readonly #ended: Promise<void>;
  #request: Promise<boolean> = Promise.resolve(true);

  constructor(options: HeartbeatOptions) {
    this.#options = options;
    this.#handles = new Set(options.receiptHandles);
    this.#ended = this.#beat();
  }

  /** These are someone else's from now on: resolves when no request of the heartbeat's concerns them any more. */
  async release(receiptHandles: readonly string[]): Promise<void> {
    for (const handle of receiptHandles) this.#handles.delete(handle);
    await this.#request;
  }

  /** What it still keeps. */
  get held(): readonly string[] {
    return [...this.#handles];
  }

  async stop(): Promise<void> {
    this.#end.abort();
    await this.#ended;
  }

  async #beat(): Promise<void> {
    const { clock, visibilitySeconds } = this.#options;
    const { signal } = this.#end;
    const everyMs = Math.min((visibilitySeconds * 1000) / 2, MAX_INTERVAL_MS);
    let waitMs = everyMs;
    while (!signal.aborted) {
      await clock.sleep(waitMs, signal).catch(() => {});
      if (signal.aborted || this.#handles.size === 0) return;
      this.#request = this.#extend();
      waitMs = (await this.#request) ? everyMs : everyMs / RETRY_PART;
    }
  }

  async #extend(): Promise<boolean> {
    const { queue, visibilitySeconds } = this.#options;
    try {
      const refused = await queue.hide(this.held, visibilitySeconds, this.#end.signal);
      for (const { receiptHandle, final } of refused) if (final) this.#handles.delete(receiptHandle);
      if (refused.length > 0) this.#failed(refused[0]?.code ?? "", refused.length);
      else this.#options.onExtended();
      return refused.every(({ final }) => final);
    } catch (error) {
      if (this.#end.signal.aborted) return true;
      const { code, message } = asSluiceError(error);
      this.#failed(code, this.#handles.size, message);
      return false;
    }
  }

  #failed(code: string, messages: number, error?: string): void {
    this.#options.onError();
    const what = "visibility not extended: messages may be received again while they are worked on";
    this.#options.logger.log("warn", what, { code, messages, error });
  }
}
