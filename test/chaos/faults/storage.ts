import { forward, RESET, s3Error } from "../proxy/exchange.ts";
import { type FaultKind, requestFault, windowOf } from "./kind.ts";

export const slowDown: FaultKind = {
  name: "s3-slow-down",
  make(random) {
    return requestFault(this.name, "get-object", windowOf(random, 2, 4), () => s3Error(503, "SlowDown"));
  },
};

export const readDenied: FaultKind = {
  name: "s3-denied",
  make(random) {
    return requestFault(this.name, "get-object", windowOf(random, 2, 8), () => s3Error(403, "AccessDenied"));
  },
};

/** The connection ends in the middle of an object. */
export const truncatedRead: FaultKind = {
  name: "s3-truncated",
  make(random) {
    return requestFault(this.name, "get-object", windowOf(random, 2, 4), () => forward({ cut: random.next() }));
  },
};

/** Content-Length says more than comes, or less. */
export const wrongLength: FaultKind = {
  name: "s3-wrong-length",
  make(random) {
    return requestFault(this.name, "get-object", windowOf(random, 2, 3), () => {
      const by = 1 + random.below(1000);
      return forward({ wrongLength: random.chance(0.5) ? by : -by });
    });
  },
};

export const slowReads: FaultKind = {
  name: "s3-slow",
  make(random) {
    return requestFault(this.name, "get-object", windowOf(random, 2, 4), () =>
      forward({ delayMs: 20 + random.below(300) }),
    );
  },
};

/** The archive doesn't take what is put there, or takes it and nobody learns of it. */
export const archiveFails: FaultKind = {
  name: "archive-fails",
  needs: ["archive"],
  make(random) {
    const act = random.pick([
      () => s3Error(503, "SlowDown"),
      () => s3Error(403, "AccessDenied"),
      () => s3Error(500, "InternalError"),
      () => RESET,
      () => forward({ lose: "reset" }),
      () => forward({ delayMs: 20 + random.below(300) }),
    ]);
    return requestFault(this.name, "put-archive", windowOf(random, 3, 8), act);
  },
};

/** What the index refuses can't be put aside for a while. */
export const deadLettersDenied: FaultKind = {
  name: "dead-letters-denied",
  first: "json",
  make(random) {
    const window = { from: 0, length: 1 + random.below(6) };
    return requestFault(this.name, "put-dead-letter", window, () => s3Error(403, "AccessDenied"));
  },
};
