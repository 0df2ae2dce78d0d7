import { type Delivery, failuresIn, type Source, type Told } from "./source.ts";

/** Lambda's own: a minute, then two; then the event goes to the failure destination. */
const AGAIN_AFTER_MS = 60_000;
const MAX_ATTEMPTS = 3;

interface Waiting {
  readonly event: object;
  readonly told: Told;
  deliveries: number;
  notBefore: number;
}

/** Asynchronous invocations with Lambda's two retries and a failure destination, which is a queue that the function reads. */
export class Direct implements Source {
  readonly events: Told[] = [];
  /** Events that were given up here. */
  exhausted = 0;
  readonly #toDestination: (told: Told, body: string) => void;
  readonly #waiting: Waiting[] = [];
  #underWay = 0;

  constructor(toDestination: (told: Told, body: string) => void) {
    this.#toDestination = toDestination;
  }

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
        else if (next.deliveries < MAX_ATTEMPTS) this.#waiting.push(next);
        else this.#giveUp(next);
      },
    };
  }

  /** As the service writes it: from now on that message is what tells of it. */
  #giveUp({ event, told }: Waiting): void {
    this.exhausted += 1;
    told.isAcknowledged = true;
    const functionArn = "arn:aws:lambda:us-east-1:123456789012:function:test:$LATEST";
    const message = {
      version: "1.0",
      timestamp: "2026-11-03T10:03:00.000Z",
      requestContext: {
        requestId: `request-${this.exhausted}`,
        functionArn,
        condition: "RetriesExhausted",
        approximateInvokeCount: MAX_ATTEMPTS,
      },
      requestPayload: event,
      responseContext: { statusCode: 200, executedVersion: "$LATEST", functionError: "Unhandled" },
      responsePayload: { errorType: "SluiceError", errorMessage: "not delivered" },
    };
    this.#toDestination(told, JSON.stringify(message));
  }
}
