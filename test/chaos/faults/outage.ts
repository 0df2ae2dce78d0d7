import { RESET, refuse } from "../proxy/exchange.ts";
import type { Fault, World } from "../world.ts";
import { blockWhile, type FaultKind, requestFault, windowOf } from "./kind.ts";

const REOPEN_AFTER_MS = 1500;

/** Nobody listens any more, until a few invocations have met it. */
export const elasticsearchDown: FaultKind = {
  name: "elasticsearch-down",
  make(random) {
    const at = random.below(3);
    const invocations = 1 + random.below(5);
    let since = -1;
    let timer: NodeJS.Timeout | undefined;
    const reopen = async ({ environments }: World): Promise<void> => {
      clearTimeout(timer);
      since = Number.POSITIVE_INFINITY;
      await Promise.all(environments.map(({ search }) => search.open()));
    };
    const fault: Fault & { fired: number } = {
      name: this.name,
      fired: 0,
      decide({ operation, number }, phase, world) {
        if (phase !== "head" || operation !== "bulk" || number !== at) return undefined;
        for (const { search } of world.environments) search.close();
        since = 0;
        fault.fired = 1;
        timer = setTimeout(() => void reopen(world), REOPEN_AFTER_MS);
        return RESET;
      },
      async settled(_, __, world) {
        if (since < 0) return;
        since += 1;
        if (since === invocations) await reopen(world);
      },
      tearDown: () => clearTimeout(timer),
    };
    return fault;
  },
};

/** Connections are taken and end at once; then it answers, but not yet with what was asked for. */
export const elasticsearchRestarting: FaultKind = {
  name: "elasticsearch-restarting",
  make(random) {
    const window = windowOf(random, 2, 6);
    const resets = random.below(window.length + 1);
    const starting = {
      error: {
        type: "cluster_block_exception",
        reason: "blocked by: [SERVICE_UNAVAILABLE/1/state not recovered / initialized]",
      },
      status: 503,
    };
    return requestFault(this.name, "bulk", window, ({ number }) => {
      return number < window.from + resets ? RESET : refuse(503, starting);
    });
  },
};

/** Whole requests are refused, with or without a word about when to come again. */
export const tooManyRequests: FaultKind = {
  name: "too-many-requests",
  make(random) {
    const headers: Record<string, string> = random.chance(0.2) ? { "retry-after": "1" } : {};
    const error = { type: "es_rejected_execution_exception", reason: "rejected execution of coordinating operation" };
    const longest = headers["retry-after"] === undefined ? 15 : 1;
    return requestFault(this.name, "bulk", windowOf(random, 2, longest), () =>
      refuse(429, { error, status: 429 }, headers),
    );
  },
};

/** The function's credentials lack a right for a while. */
export const indexDenied: FaultKind = {
  name: "index-denied",
  make(random) {
    const error = { type: "security_exception", reason: "action [indices:data/write/bulk] is unauthorized" };
    const status = random.pick([401, 403]);
    return requestFault(this.name, "bulk", windowOf(random, 2, 6), () => refuse(status, { error, status }));
  },
};

/** A setting of the real index, until a few requests have met it. */
function block(name: string, setting: string): FaultKind {
  return {
    name,
    make(random) {
      return blockWhile(name, windowOf(random, 2, 5), ({ search, stream }, on) =>
        search.set(stream, setting, on ? true : null),
      );
    },
  };
}

export const writeBlock: FaultKind = block("write-block", "index.blocks.write");
export const diskFull: FaultKind = block("disk-full", "index.blocks.read_only_allow_delete");
