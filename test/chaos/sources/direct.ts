import { type Delivery, failuresIn, MAX_DELIVERIES, type Source, type Told } from "./source.ts";

/** Lambda's own: a minute, then two. */
const AGAIN_AFTER_MS = 60_000;

interface Waiting {
  readonly event: object;
  readonly told: Told;
  deliveries: number;
  notBefore: number;
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
    this.#waiting.push({ event, told, deliveries: 0, notBefore: 0 });
    return told;
  }

  get isDone(): boolean {
    return this.#waiting.length === 0 && this.#underWay === 0;
  }

  comesAt(): number | undefined {
    return this.#waiting.length === 0 ? undefined : Math.min(...this.#waiting.map(({ notBefore }) => notBefore));
  }

  next(now: number): Delivery | undefined {
    const at = this.#waiting.findIndex(({ notBefore }) => notBefore <= now);
    const [next] = at < 0 ? [] : this.#waiting.splice(at, 1);
    if (next === undefined) return undefined;
    next.deliveries += 1;
    this.#underWay += 1;
    return {
      event: next.event,
      settle: (result) => {
        this.#underWay -= 1;
        next.notBefore = now + AGAIN_AFTER_MS * next.deliveries;
        if (failuresIn(result) !== undefined) next.told.isAcknowledged = true;
        else if (next.deliveries < MAX_DELIVERIES) this.#waiting.push(next);
        else next.told.isDead = true;
      },
    };
  }
}
