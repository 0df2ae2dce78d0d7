import { type Delivery, failuresIn, MAX_DELIVERIES, type Source } from "./source.ts";

interface Waiting {
  readonly event: object;
  deliveries: number;
}

/** Asynchronous invocations: one that fails is given again, as whoever looks after its failure destination would do at last. */
export class Direct implements Source {
  readonly #waiting: Waiting[];
  #underWay = 0;
  #stuck = 0;

  constructor(events: readonly object[]) {
    this.#waiting = events.map((event) => ({ event, deliveries: 0 }));
  }

  get isDone(): boolean {
    return this.#waiting.length === 0 && this.#underWay === 0;
  }

  get isStuck(): boolean {
    return this.#stuck > 0;
  }

  next(): Delivery | undefined {
    const next = this.#waiting.shift();
    if (next === undefined) return undefined;
    next.deliveries += 1;
    this.#underWay += 1;
    return {
      event: next.event,
      settle: (result) => {
        this.#underWay -= 1;
        if (failuresIn(result) !== undefined) return;
        if (next.deliveries < MAX_DELIVERIES) this.#waiting.push(next);
        else this.#stuck += 1;
      },
    };
  }
}
