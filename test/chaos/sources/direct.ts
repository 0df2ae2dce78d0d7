import { type Delivery, failuresIn, MAX_DELIVERIES, type Source, type Told } from "./source.ts";

interface Waiting {
  readonly event: object;
  readonly told: Told;
  deliveries: number;
}

/** Asynchronous invocations: one that fails is given again, as whoever looks after its failure destination would do at last. */
export class Direct implements Source {
  readonly events: Told[] = [];
  readonly #waiting: Waiting[] = [];
  #underWay = 0;

  add(event: object): Told {
    const told = {
      body: JSON.stringify(event),
      isPoison: false,
      isAcknowledged: false,
      isDead: false,
      isDoomed: false,
    };
    this.events.push(told);
    this.#waiting.push({ event, told, deliveries: 0 });
    return told;
  }

  get isDone(): boolean {
    return this.#waiting.length === 0 && this.#underWay === 0;
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
        if (failuresIn(result) !== undefined) next.told.isAcknowledged = true;
        else if (next.deliveries < MAX_DELIVERIES) this.#waiting.push(next);
        else next.told.isDead = true;
      },
    };
  }
}
