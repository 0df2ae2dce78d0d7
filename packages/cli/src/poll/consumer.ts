import { setMaxListeners } from "node:events";
import {
  asSluiceError,
  type Clock,
  type Invocation,
  type Logger,
  type Outcome,
  type Pipeline,
  type SluiceError,
} from "@sluice/core";
import { logSummary, MAX_WAIT_SECONDS, type PolledQueue, type QueueState, type SqsRecord } from "@sluice/lambda-entry";
import { type Batch, failedIds } from "./batch.ts";
import { Bell } from "./bell.ts";
import { Circuit, verdictOf } from "./circuit.ts";
import type { Health } from "./health.ts";
import { Heartbeat } from "./heartbeat.ts";
import {
  backoffMs,
  DRAIN_EMPTY_RECEIVES,
  DRAIN_WAIT_SECONDS,
  FALLBACK_VISIBILITY_SECONDS,
  MAX_FAILURES,
  MAX_SILENCE_MS,
} from "./limits.ts";
import { metricsText } from "./metrics.ts";
import { Settlement } from "./settlement.ts";
import { workDeadline } from "./stop-deadline.ts";
import { Totals } from "./totals.ts";
import { weigh } from "./weigh.ts";

export interface ConsumerOptions {
  readonly queue: PolledQueue;
  readonly pipeline: Pick<Pipeline, "handle">;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Aborted when it is to end. */
  readonly stop: AbortSignal;
  /** `drain`: until the queue is empty; `once`: one receive. */
  readonly until: "stopped" | "drained" | "once";
  /** Messages asked for in one receive. */
  readonly batch: number;
  /** Batches under way at once. */
  readonly concurrency: number;
  readonly concurrencyBytes: number;
  readonly graceMs: number;
}

/** At a stop a sink's requests are broken off: what it hasn't taken by then is late, too. */
const LATE: ReadonlySet<string> = new Set(["DEADLINE", "ORDER_PRESERVED", "SINK_UNAVAILABLE"]);

/**
 * Receives messages and has the pipeline handle them as Lambda would; deletes those that it is done with, and those only.
 * Whatever goes wrong, what isn't deleted comes again.
 */
export class Consumer implements Health {
  readonly totals: Totals = new Totals();
  readonly #options: ConsumerOptions;
  readonly #bell = new Bell();
  readonly #circuit = new Circuit();
  readonly #settlement: Settlement;
  readonly #underWay = new Set<Batch>();
  readonly #unsettled: Set<string> = new Set();
  /** Aborted when it is to stop, and what is left of the grace is known. */
  readonly #stopped = new AbortController();
  /** For what must still be asked of the queue once it is to stop; ends with the grace. */
  readonly #settling = new AbortController();
  #about: QueueState | undefined;
  #stoppedAt: number | undefined;
  #lastReceive: number | undefined;
  #lastProgress: number;
  /** In a row. */
  #failedReceives = 0;

  constructor(options: ConsumerOptions) {
    this.#options = options;
    this.#settlement = new Settlement(options, this.totals);
    this.#lastProgress = options.clock.now();
    const stop = (): void => {
      this.#stoppedAt = options.clock.now();
      options.logger.log("info", "stopping", { underWay: this.#underWay.size, graceMs: options.graceMs });
      this.#stopped.abort();
      this.#bell.ring();
    };
    // Each batch under way listens.
    setMaxListeners(0, this.#stopped.signal);
    if (options.stop.aborted) stop();
    else options.stop.addEventListener("abort", stop, { once: true });
  }

  /** Until it is stopped, or there is no more to do. Rejects when there is no such queue, or it may not be asked. */
  async run(): Promise<void> {
    const { until, logger } = this.#options;
    this.#about = await this.#find();
    if (this.#about === undefined) return;
    logger.log("info", "polling", { queue: this.#about.arn, visibilitySeconds: this.#visibilitySeconds, until });
    try {
      await this.#turn();
    } finally {
      await this.#finish();
    }
  }

  /** Messages that were received and are still in the queue, as they failed or were given back; kept for `drained` and `once` only. */
  get leftBehind(): number {
    return this.#unsettled.size;
  }

  /** Work that the pipeline isn't done with goes on, though its messages were given back. */
  get isAbandoned(): boolean {
    return [...this.#underWay].some(({ abandoned }) => abandoned);
  }

  /** Someone else hides these from now on: the heartbeat leaves them alone. */
  async release(receiptHandles: readonly string[]): Promise<void> {
    await Promise.all([...this.#underWay].map(({ heartbeat }) => heartbeat.release(receiptHandles)));
  }

  /** Something of what is under way went on, or its messages were kept. */
  progress(): void {
    this.#lastProgress = this.#options.clock.now();
  }

  alive(): string | undefined {
    if (this.#isStopping) return "stopping";
    const silence = this.#options.clock.now() - Math.max(this.#lastReceive ?? 0, this.#lastProgress);
    return silence > MAX_SILENCE_MS ? `no receive and no progress for ${Math.round(silence / 1000)} s` : undefined;
  }

  ready(): string | undefined {
    if (this.#lastReceive === undefined) return "the queue has not answered yet";
    return this.alive() ?? (this.#circuit.isOpen ? "a required sink is down" : undefined);
  }

  metrics(): string {
    const messages = [...this.#underWay].reduce((sum, { records }) => sum + records.length, 0);
    const gauges = { batches: this.#underWay.size, messages, bytes: this.#bytes(), lastReceive: this.#lastReceive };
    return metricsText(this.totals, { ...gauges, circuitOpen: this.#circuit.isOpen });
  }

  get #isStopping(): boolean {
    return this.#options.stop.aborted;
  }

  get #visibilitySeconds(): number {
    return this.#about?.visibilitySeconds || FALLBACK_VISIBILITY_SECONDS;
  }

  /** Waits for faults to pass that do, a while; undefined when it is stopped before. */
  async #find(): Promise<QueueState | undefined> {
    const { queue, stop } = this.#options;
    for (let failures = 1; !stop.aborted; failures++) {
      try {
        return await queue.state(stop);
      } catch (error) {
        if (stop.aborted) return undefined;
        const known = asSluiceError(error);
        if (!known.transient || failures >= MAX_FAILURES) throw known;
        await this.#backOff(known, failures, "the queue doesn't answer");
      }
    }
    return undefined;
  }

  async #turn(): Promise<void> {
    const { until } = this.#options;
    let empty = 0;
    while (!this.#isStopping) {
      const isProbe = await this.#mayReceive();
      if (this.#isStopping) return;
      const records = await this.#receive(isProbe ? 1 : this.#options.batch);
      if (records === undefined) continue;
      empty = records.length === 0 ? empty + 1 : 0;
      if (records.length > 0) this.#begin(records, isProbe);
      if (until === "once") return;
      if (until === "drained" && empty >= DRAIN_EMPTY_RECEIVES && (await this.#isDrained())) return;
    }
  }

  /** Resolves when there is room for more; true: for a probe only, as a sink is down. */
  async #mayReceive(): Promise<boolean> {
    const { clock, stop } = this.#options;
    await this.#bell.until(() => this.#isStopping || this.#hasRoom());
    if (!this.#circuit.isOpen || this.#isStopping) return false;
    await this.#bell.until(() => this.#isStopping || this.#underWay.size === 0);
    if (this.#circuit.isOpen) await clock.sleep(this.#circuit.takePause(), stop).catch(() => {});
    return this.#circuit.isOpen;
  }

  #hasRoom(): boolean {
    const { concurrency, concurrencyBytes } = this.#options;
    const isWaiting = [...this.#underWay].some(({ waiting }) => waiting);
    return !isWaiting && this.#underWay.size < concurrency && this.#bytes() < concurrencyBytes;
  }

  /** Of the batches that were let in. */
  #bytes(): number {
    return [...this.#underWay].reduce((sum, { waiting, bytes }) => sum + (waiting ? 0 : bytes), 0);
  }

  /** Undefined when that failed: it was waited for since. */
  async #receive(max: number): Promise<readonly SqsRecord[] | undefined> {
    const { queue, stop, clock, until } = this.#options;
    const waitSeconds = until === "drained" ? DRAIN_WAIT_SECONDS : MAX_WAIT_SECONDS;
    try {
      const records = await queue.receive({ max, waitSeconds, visibilitySeconds: this.#visibilitySeconds }, stop);
      this.#failedReceives = 0;
      this.#lastReceive = clock.now();
      this.totals.messages.received += records.length;
      return records;
    } catch (error) {
      if (stop.aborted) return undefined;
      this.totals.faults.receive += 1;
      this.#failedReceives += 1;
      const known = asSluiceError(error);
      if (until !== "stopped" && this.#failedReceives >= MAX_FAILURES) throw known;
      await this.#backOff(known, this.#failedReceives, "nothing received");
      return undefined;
    }
  }

  async #backOff({ code, message, transient }: SluiceError, failures: number, what: string): Promise<void> {
    const { clock, logger, stop } = this.#options;
    const waitMs = Math.round(backoffMs(failures));
    logger.log(transient ? "warn" : "error", what, { code, error: message, waitMs });
    await clock.sleep(waitMs, stop).catch(() => {});
  }

  /** Nothing under way, and the queue says that nothing is to be received now or after a delay. */
  async #isDrained(): Promise<boolean> {
    const { queue, stop, logger } = this.#options;
    if (this.#underWay.size > 0) {
      const before = this.#underWay.size;
      await this.#bell.until(() => this.#isStopping || this.#underWay.size < before);
      return false;
    }
    try {
      const { visible, delayed, invisible } = await queue.state(stop);
      if (visible + delayed > 0) return false;
      logger.log("info", "drained", { invisible });
      return true;
    } catch (error) {
      if (!stop.aborted) await this.#backOff(asSluiceError(error), 1, "the queue doesn't say whether it is empty");
      return false;
    }
  }

  #begin(records: readonly SqsRecord[], isProbe: boolean): void {
    const { queue, clock, logger, until } = this.#options;
    const heartbeat = new Heartbeat({
      queue,
      clock,
      logger,
      receiptHandles: records.map(({ receiptHandle }) => receiptHandle),
      visibilitySeconds: this.#visibilitySeconds,
      onExtended: () => this.progress(),
      onError: () => {
        this.totals.faults.extend += 1;
      },
    });
    const flags = { isProbe, waiting: true, abandoned: false };
    const batch: Batch = { records, bytes: weigh(records), receivedAt: clock.now(), heartbeat, ...flags };
    if (until !== "stopped") for (const { messageId } of records) this.#unsettled.add(messageId);
    this.#underWay.add(batch);
    void this.#carry(batch)
      .catch((error) => this.#unexpected(error))
      .finally(() => {
        this.#underWay.delete(batch);
        this.progress();
        this.#bell.ring();
      });
  }

  async #carry(batch: Batch): Promise<void> {
    const { concurrencyBytes } = this.#options;
    const fits = (): boolean => this.#bytes() === 0 || this.#bytes() + batch.bytes <= concurrencyBytes;
    await this.#bell.until(() => this.#isStopping || fits());
    // What hasn't begun when it is to stop is given back at once.
    if (this.#isStopping) return this.#giveBack(batch, batch.heartbeat.held);
    batch.waiting = false;
    this.#bell.ring();
    const outcome = await this.#handle(batch);
    if (batch.abandoned) return;
    await this.#settle(batch, outcome);
  }

  /** Undefined when the pipeline threw. */
  async #handle(batch: Batch): Promise<Outcome | undefined> {
    const { pipeline, clock, graceMs, logger } = this.#options;
    const { region = "", account = "" } = this.#about ?? {};
    const consumer = this;
    const stopping = {
      graceMs,
      signal: this.#stopped.signal,
      get since() {
        return consumer.#stoppedAt;
      },
    };
    const invocation: Invocation = { region, account, deadline: workDeadline(batch.receivedAt, stopping, clock) };
    const began = clock.now();
    try {
      const outcome = await pipeline.handle({ Records: batch.records }, invocation);
      this.totals.add(outcome);
      logSummary(logger, outcome, { messages: batch.records.length, ms: clock.now() - began }, "batch");
      this.#note(batch, outcome);
      return outcome;
    } catch (error) {
      this.#unexpected(error);
      return undefined;
    }
  }

  #note(batch: Batch, outcome: Outcome): void {
    if (!this.#circuit.note(verdictOf(outcome), batch.isProbe)) return;
    const { logger } = this.#options;
    if (!this.#circuit.isOpen) logger.log("info", "the sink is back: receiving again");
    else {
      const sinks = [...new Set(outcome.troubles.map(({ sink }) => sink))];
      logger.log("warn", "a required sink is down: receiving pauses, one message at a time is tried", { sinks });
    }
  }

  async #settle(batch: Batch, outcome: Outcome | undefined): Promise<void> {
    const { records, heartbeat } = batch;
    await heartbeat.stop();
    const failed = failedIds(outcome?.error === undefined ? outcome?.response : undefined, records);
    const done = records.filter(({ messageId }) => !failed.has(messageId));
    for (const { messageId } of done) this.#unsettled.delete(messageId);
    await this.#settlement.delete(
      done.map(({ receiptHandle }) => receiptHandle),
      this.#settling.signal,
    );
    const late = new Set(this.#isStopping ? lateIds(outcome) : []);
    const left = records.filter(({ messageId }) => failed.has(messageId));
    const back = left.filter(({ messageId }) => late.has(messageId)).map(({ receiptHandle }) => receiptHandle);
    this.totals.messages.failed += left.length - back.length;
    if (back.length > 0) await this.#giveBack(batch, back);
  }

  async #giveBack(batch: Batch, receiptHandles: readonly string[]): Promise<void> {
    await batch.heartbeat.stop();
    await this.#settlement.giveBack(receiptHandles);
  }

  /** Ends with what is under way done, or, once it is to stop, given back when the grace is over. */
  async #finish(): Promise<void> {
    const { clock, graceMs, stop } = this.#options;
    await this.#bell.until(() => this.#isStopping || this.#underWay.size === 0);
    if (this.#underWay.size === 0) return;
    const grace = new AbortController();
    void clock
      .sleep((this.#stoppedAt ?? clock.now()) + graceMs - clock.now(), grace.signal)
      .then(() => this.#settling.abort(stop.reason))
      .catch(() => {})
      .finally(() => this.#bell.ring());
    await this.#bell.until(() => this.#settling.signal.aborted || this.#underWay.size === 0);
    grace.abort();
    await Promise.all([...this.#underWay].map((batch) => this.#abandon(batch)));
  }

  async #abandon(batch: Batch): Promise<void> {
    batch.abandoned = true;
    const { held } = batch.heartbeat;
    this.#options.logger.log("warn", "not finished within the grace: given back", { messages: held.length });
    await this.#giveBack(batch, held);
  }

  #unexpected(error: unknown): void {
    const { code, message } = asSluiceError(error);
    this.#options.logger.log("error", "batch failed: its messages come again", { code, error: message });
  }
}

/** Messages that were only not finished in time; in a FIFO queue those behind them too. */
function lateIds(outcome: Outcome | undefined): string[] {
  const units = outcome?.units ?? [];
  return units.filter(({ error }) => error !== undefined && LATE.has(error.code)).map(({ id }) => id);
}
