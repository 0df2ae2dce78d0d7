import type { Random } from "../../fuzz/random.ts";
import { forward, RESET, refuse } from "../proxy/exchange.ts";
import { queueAnswer } from "../services.ts";
import { continuationOf } from "../settings.ts";
import type { Fault } from "../world.ts";
import { type FaultKind, isWithin, windowOf } from "./kind.ts";

/** Invocations that are short at most, so that what can't go on elsewhere is done at last. */
const MOST_SHORT = 25;

/** Invocations have too little time for the answers they get, until some have felt it. */
function shortOfTime(name: string, random: Random): Fault & { fired: number } {
  const invocations = 2 + random.below(5);
  const timeoutMs = 400 + random.below(500);
  const marginMs = 150 + random.below(100);
  const fault: Fault & { fired: number } = {
    name,
    fired: 0,
    setUp({ settings }) {
      settings.deadline.marginMs = marginMs;
      settings.read.partBytes = 4096;
    },
    invoking(call) {
      if (call.number < MOST_SHORT && fault.fired < invocations) call.timeoutMs = timeoutMs;
    },
    decide({ operation }, phase) {
      if (phase !== "body" || operation !== "get-object" || fault.fired >= invocations) return undefined;
      return forward({ delayMs: 30 + random.below(150) });
    },
    settled(call, { durationMs }) {
      if (call.timeoutMs === timeoutMs && durationMs >= timeoutMs - 2 * marginMs) fault.fired += 1;
    },
  };
  return fault;
}

/** Too little time: what can't be done until the margin has to go back in good order, or on in another invocation. */
export const deadline: FaultKind = {
  name: "deadline",
  first: "text",
  make(random) {
    return shortOfTime(this.name, random);
  },
};

/** The index is down, and the queue for what can't be done now refuses, or takes it and nobody learns of it. */
export const handOverFails: FaultKind = {
  name: "hand-over-fails",
  needs: ["log-events"],
  notWith: ["retries-exhausted"],
  make(random) {
    const down = windowOf(random, 1, 12);
    const window = { from: 0, length: 1 + random.below(6) };
    const how = random.pick(["refused", "denied", "lost", "reset"] as const);
    const unavailable = {
      error: { type: "unavailable_shards_exception", reason: "primary shard is not active" },
      status: 503,
    };
    const fault: Fault & { fired: number } = {
      name: this.name,
      fired: 0,
      setUp({ settings, token }) {
        settings.continuation ??= continuationOf(token, random);
      },
      decide(exchange, phase, world) {
        const { operation, number } = exchange;
        if (phase !== "body") return undefined;
        if (operation === "bulk" && isWithin(down, number)) return refuse(503, unavailable);
        if (operation !== "queue" || !isWithin(window, number)) return undefined;
        fault.fired += 1;
        if (how === "lost") queueAnswer(exchange, world, world.now());
        if (how === "lost" || how === "reset") return RESET;
        if (how === "denied")
          return refuse(403, { __type: "com.amazonaws.sqs#AccessDenied", message: "not authorized" });
        return refuse(503, { __type: "com.amazonaws.sqs#ServiceUnavailable", message: "try later" });
      },
    };
    return fault;
  },
};
