import type { Clock } from "../ports/clock.ts";
import type { SealedBatch } from "./batch.ts";
import { Pace } from "./pace.ts";
import type { SinkHandle } from "./sink-handle.ts";
import type { Slab } from "./slab-pool.ts";

export interface DispatchOptions {
  readonly handle: SinkHandle;
  readonly clock: Clock;
  /** Most batches under way at once. */
  readonly maxInFlight: () => number;
  /** Resolves when each record of the batch is settled; to whether nobody is at its bytes any more. */
  readonly deliver: (batch: SealedBatch) => Promise<boolean>;
}

/** One sink's full batches: a few under way at once, the others wait for them; their memory is given back when they are settled. */
export class Dispatch {
  readonly #options: DispatchOptions;
  readonly #queue: { readonly batch: SealedBatch; readonly slab: Slab }[] = [];
  readonly #pace = new Pace();
  #inFlight = 0;
  #waiters: (() => void)[] = [];
  /** A send began since somebody last asked. */
  #hasBegun = false;

  constructor(options: DispatchOptions) {
    this.#options = options;
  }

  push(batch: SealedBatch, slab: Slab): void {
    const { handle, clock } = this.#options;
    handle.wasSent = true;
    if (this.#queue.length === 0) this.#pace.waits(clock.now());
    this.#queue.push({ batch, slab });
    this.#pump();
  }

  /** Batches wait for others to be settled. */
  get isFull(): boolean {
    return this.#queue.length > 0;
  }

  get isIdle(): boolean {
    return this.#inFlight === 0;
  }

  /** Who fills batches gives way now and then: a request that was just begun gets on its way, a connection is made. */
  get wantsTurn(): boolean {
    // A connection takes several turns of the event loop to be made; once there was an answer, there is one.
    const isConnecting = this.#inFlight > 0 && !this.#options.handle.hasAnswered;
    return this.#hasBegun || isConnecting;
  }

  gotTurn(): void {
    this.#hasBegun = false;
  }

  /** How long nothing has been settled that was waited for, in milliseconds. */
  stillMs(): number {
    return this.#pace.stillMs(this.#options.clock.now());
  }

  /** Milliseconds that what waits or is under way, and `more` batches, may take to be settled, by what batches took lately. */
  drainMs(more: number): number {
    const waiting = this.#queue.length + more;
    const rounds = Math.ceil(waiting / this.#options.maxInFlight()) + (this.isIdle ? 0 : 1);
    return this.#pace.roundsMs(rounds, this.#options.clock.now());
  }

  /** Takes out what waits; what is under way goes on. */
  giveUp(failed: (batch: SealedBatch) => void): void {
    for (const { batch, slab } of this.#queue.splice(0)) {
      failed(batch);
      this.#options.handle.slabs.give(slab);
    }
    this.#wake();
  }

  /** Resolves when nothing waits any more. */
  room(): Promise<void> {
    return this.#until(() => !this.isFull);
  }

  /** Resolves when all are settled. */
  done(): Promise<void> {
    return this.#until(() => !this.isFull && this.isIdle);
  }

  #pump(): void {
    const { handle, clock, maxInFlight, deliver } = this.#options;
    while (this.#inFlight < maxInFlight()) {
      const next = this.#queue.shift();
      if (next === undefined) return;
      const { batch, slab } = next;
      this.#inFlight += 1;
      this.#hasBegun = true;
      this.#pace.sent(batch.number, clock.now());
      void deliver(batch).then((isFree) => {
        this.#inFlight -= 1;
        this.#pace.settled(batch.number, clock.now());
        handle.hasAnswered = true;
        if (isFree) handle.slabs.give(slab);
        this.#pump();
        this.#wake();
      });
    }
  }

  async #until(done: () => boolean): Promise<void> {
    while (!done()) await new Promise<void>((resolve) => this.#waiters.push(resolve));
  }

  #wake(): void {
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const resolve of waiters) resolve();
  }
}
