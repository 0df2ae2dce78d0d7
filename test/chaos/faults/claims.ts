import { refuse, s3Error } from "../proxy/exchange.ts";
import { continuationOf } from "../settings.ts";
import type { Fault } from "../world.ts";
import { type FaultKind, isWithin, windowOf } from "./kind.ts";

/** The least that a queue can be set to take is 1 KiB. */
const MAX_BYTES = [1024, 4096] as const;

const UNAVAILABLE = {
  error: { type: "unavailable_shards_exception", reason: "primary shard is not active" },
  status: 503,
};

/** The index is down, and what is handed over is too large for the queue; S3 doesn't take it for a while, or doesn't give it back. */
export const claimsDenied: FaultKind = {
  name: "claims-denied",
  needs: ["log-events"],
  notWith: ["retries-exhausted"],
  make(random) {
    const down = windowOf(random, 1, 12);
    const put = { from: random.below(2), length: random.below(5) };
    const get = { from: 0, length: (put.length === 0 ? 1 : 0) + random.below(5) };
    const how = random.pick([s3Error(403, "AccessDenied"), s3Error(503, "SlowDown"), s3Error(404, "NoSuchBucket")]);
    const fault: Fault & { fired: number } = {
      name: this.name,
      fired: 0,
      setUp({ settings, token, queue }) {
        settings.continuation ??= continuationOf(token, random);
        queue.options.maxBytes = MAX_BYTES[0] + random.below(MAX_BYTES[1] - MAX_BYTES[0]);
      },
      decide({ operation, number }, phase) {
        if (phase !== "body") return undefined;
        if (operation === "bulk" && isWithin(down, number)) return refuse(503, UNAVAILABLE);
        const isDenied =
          (operation === "put-claim" && isWithin(put, number)) || (operation === "get-claim" && isWithin(get, number));
        if (!isDenied) return undefined;
        fault.fired += 1;
        return how;
      },
    };
    return fault;
  },
};
