import type { Random } from "../../fuzz/random.ts";
import type { Environment } from "../environment.ts";
import { type Action, type Exchange, forward, type Operation, RESET } from "../proxy/exchange.ts";
import { queueAnswer } from "../services.ts";
import type { Fault, World } from "../world.ts";
import type { FaultKind } from "./kind.ts";

/** When a request comes, after the server has had it, or in the middle of its answer. */
interface OfRequest {
  readonly at: "request" | "done" | "answer";
  readonly operation: Operation;
  readonly number: number;
}

type Moment =
  | OfRequest
  /** When all is done, and nobody has been told. */
  | { readonly at: "end"; readonly number: number }
  /** So long after an invocation's start. */
  | { readonly at: "time"; readonly number: number; readonly ms: number };

const SELDOM = ["get-object", "put-archive", "put-dead-letter", "queue", "put-claim", "lookup"] as const;

function momentOf(random: Random): Moment {
  const at = random.pick(["request", "done", "done", "answer", "end", "time"] as const);
  if (at === "end") return { at, number: random.below(3) };
  if (at === "time") return { at, number: random.below(3), ms: random.below(120) };
  const operation = random.chance(0.7) ? "bulk" : random.pick(SELDOM);
  return { at, operation, number: random.below(4) };
}

/** Does `act` to the environment at each of the moments; only to those in `among`, where that is given. */
function atMoments(
  name: string,
  moments: readonly Moment[],
  act: (environment: Environment) => void,
  among?: ReadonlySet<Environment>,
): Fault & { fired: number } {
  const fault: Fault & { fired: number } = {
    name,
    fired: 0,
    decide(exchange, phase, world) {
      if (phase !== "body") return undefined;
      if (among?.has(world.environments[exchange.slot] as Environment) === false) return undefined;
      const moment = moments.find((each): each is OfRequest => isOf(each, exchange));
      if (moment === undefined) return undefined;
      if (moment.operation === "queue") return inQueue(moment.at, exchange, world);
      return actionAt(moment.at, () => hit(exchange, world));
    },
  };
  /** The suite plays the queue: nobody else would do what was asked. */
  const inQueue = (at: OfRequest["at"], exchange: Exchange, world: World): Action => {
    if (at !== "request") queueAnswer(exchange, world, world.now());
    hit(exchange, world);
    return RESET;
  };
  const hit = ({ slot }: Exchange, { environments }: World): void => {
    fault.fired += 1;
    act(environments[slot] as Environment);
  };
  return fault;
}

function isOf(moment: Moment, { operation, number }: Exchange): moment is OfRequest {
  return "operation" in moment && moment.operation === operation && moment.number === number;
}

function actionAt(at: OfRequest["at"], hit: () => void): Action {
  if (at === "request") {
    hit();
    return RESET;
  }
  if (at === "done") {
    return forward({
      lose: "hang",
      reply: (said) => {
        hit();
        return said;
      },
    });
  }
  return forward({
    cut: 0.5,
    reply: (said) => {
      setTimeout(hit, 3);
      return said;
    },
  });
}

/** `kill -9`, at moments of the seed's choice. */
export const kill: FaultKind = {
  name: "kill",
  make(random) {
    const moments = Array.from({ length: 1 + random.below(3) }, () => momentOf(random));
    const fault = atMoments(this.name, moments, (environment) => environment.kill());
    fault.losesAnswer = ({ number }) => {
      const isHit = moments.some((moment) => moment.at === "end" && moment.number === number);
      if (isHit) fault.fired += 1;
      return isHit;
    };
    fault.invoking = ({ number, environment }) => {
      const moment = moments.find((each) => each.at === "time" && each.number === number);
      if (moment?.at !== "time") return;
      setTimeout(() => {
        if (environment.kill()) fault.fired += 1;
      }, moment.ms);
    };
    return fault;
  },
};

const SHORT_MS = [300, 3000] as const;
const SHORT_CALLS = 5;

/** The function comes to a halt somewhere, and its time runs out. */
export const timeout: FaultKind = {
  name: "timeout",
  make(random) {
    const moments = Array.from({ length: 1 + random.below(2) }, () => {
      const operation = random.chance(0.7) ? ("bulk" as const) : ("get-object" as const);
      return { at: random.pick(["request", "done"] as const), operation, number: random.below(3) };
    });
    const shortMs = SHORT_MS[0] + random.below((SHORT_MS[1] - SHORT_MS[0]) * random.next() ** 2 + 1);
    const marginMs = random.pick([0, 20, 100]);
    const short = new Set<Environment>();
    const fault = atMoments(this.name, moments, (environment) => environment.freeze(), short);
    fault.setUp = ({ settings }) => {
      settings.deadline.marginMs = marginMs;
    };
    let frozen = 0;
    let timedOut = 0;
    fault.invoking = (call) => {
      if (call.number >= SHORT_CALLS || frozen === moments.length) return;
      short.add(call.environment);
      call.timeoutMs = shortMs;
    };
    fault.settled = ({ environment }, result) => {
      short.delete(environment);
      if (result.timedOut) timedOut += 1;
      frozen = fault.fired;
    };
    return {
      ...fault,
      get fired() {
        return timedOut;
      },
    };
  },
};
