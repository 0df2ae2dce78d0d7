/** What is left of the slowest batch's time once another was faster. */
const FORGETTING = 0.8;

/** How fast a sink settles batches, and since when it has settled none. Times are in milliseconds since the epoch. */
export class Pace {
  /** When each batch in flight was sent first, by its number. */
  readonly #sentAt = new Map<number, number>();
  /** How long one of the last batches took: the slowest, which others make forgotten by and by. */
  #slowestMs = 0;
  #movedAt = 0;

  /** A batch waits for the first time since none did: from now on the sink is waited for. */
  waits(now: number): void {
    this.#movedAt = now;
  }

  sent(batch: number, now: number): void {
    this.#sentAt.set(batch, now);
  }

  settled(batch: number, now: number): void {
    const ms = now - (this.#sentAt.get(batch) ?? now);
    this.#slowestMs = Math.max(ms, this.#slowestMs * FORGETTING);
    this.#sentAt.delete(batch);
    this.#movedAt = now;
  }

  /** How long nothing has been settled that was waited for. */
  stillMs(now: number): number {
    return now - this.#movedAt;
  }

  /** How long `rounds` of batches, one after the other, may take from now on. */
  roundsMs(rounds: number, now: number): number {
    let slowest = this.#slowestMs;
    for (const since of this.#sentAt.values()) slowest = Math.max(slowest, now - since);
    return slowest * rounds;
  }
}
