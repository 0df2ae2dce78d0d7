import { setTimeout as delay } from "node:timers/promises";
import { forward, RESET } from "../proxy/exchange.ts";
import { type FaultKind, requestFault, windowOf } from "./kind.ts";

/** The server has taken the documents, and nobody learns of it: the connection ends, or stays silent until the client's patience ends. */
export const answerLost: FaultKind = {
  name: "answer-lost",
  make(random) {
    const lose = random.pick(["reset", "hang"] as const);
    return requestFault(this.name, "bulk", windowOf(random, 2, 3), () => forward({ lose }));
  },
};

/** The connection ends before the request has come. */
export const requestCut: FaultKind = {
  name: "request-cut",
  make(random) {
    return requestFault(this.name, "bulk", windowOf(random, 2, 4), () => RESET, { phase: "head" });
  },
};

/** The connection ends in the middle of the answer. */
export const answerCut: FaultKind = {
  name: "answer-cut",
  make(random) {
    const cut = random.next();
    return requestFault(this.name, "bulk", windowOf(random, 2, 3), () => forward({ cut }));
  },
};

export const slowAnswers: FaultKind = {
  name: "slow-answers",
  make(random) {
    const window = windowOf(random, 2, 6);
    return requestFault(this.name, "bulk", window, () => forward({ delayMs: 20 + random.below(400) }));
  },
};

/** The request comes to the server when its sender has long given it up. */
export const lateRequest: FaultKind = {
  name: "late-request",
  make(random) {
    return requestFault(this.name, "bulk", windowOf(random, 2, 2), (_, { settings }) => {
      const { requestTimeoutMs } = settings.sinks.search;
      return forward({ before: () => delay(Number(requestTimeoutMs) + random.below(200)) });
    });
  },
};
