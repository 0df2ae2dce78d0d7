import { KILLED } from "../environment.ts";
import { documentsOf, fillIn } from "../proxy/bulk.ts";
import { type Action, type Exchange, forward, refuse, s3Error } from "../proxy/exchange.ts";
import type { Call, Fault, World } from "../world.ts";
import type { FaultKind } from "./kind.ts";
import { isPathOf } from "./objects.ts";
import { lookEverywhere } from "./rollover.ts";

const UNAVAILABLE = {
  error: { type: "unavailable_shards_exception", reason: "primary shard is not active" },
  status: 503,
};

const REFUSED = {
  create: {
    status: 429,
    error: { type: "es_rejected_execution_exception", reason: "rejected execution of primary operation" },
  },
};

/** Which environments are just now at an invocation by one of the triggers, and the how manieth of it. */
class Calls {
  count = 0;
  readonly #isIts: (call: Call, world: World) => boolean;
  readonly #under = new Map<number, number>();

  constructor(isIts: (call: Call, world: World) => boolean) {
    this.#isIts = isIts;
  }

  begin(call: Call, world: World): void {
    this.#under.delete(call.environment.number);
    if (!this.#isIts(call, world)) return;
    this.#under.set(call.environment.number, this.count);
    this.count += 1;
  }

  /** Undefined: it is another trigger's. */
  at(slot: number): number | undefined {
    return this.#under.get(slot);
  }
}

/** What one message of a FIFO group tells of can't be read for a while; all that follows it in its group has to wait. */
export const groupFails: FaultKind = {
  name: "fifo-group-fails",
  needs: ["fifo"],
  make(random) {
    const times = 1 + random.below(6);
    let path = (_: string): boolean => false;
    const fault: Fault & { fired: number } = {
      name: this.name,
      fired: 0,
      setUp({ fifo, workload }) {
        const first = fifo.groups.flatMap((group) => group.slice(0, -1));
        const message = random.pick(first);
        const victims = workload.objects.filter(({ toldBy }) => toldBy.includes(message));
        path = (asked) => victims.some((victim) => isPathOf(asked, victim));
      },
      decide({ operation, path: asked }, phase) {
        if (phase !== "body" || operation !== "get-object" || fault.fired >= times || !path(asked)) return undefined;
        fault.fired += 1;
        return s3Error(403, "AccessDenied");
      },
    };
    return fault;
  },
};

/** Some records of a stream are refused until the answer names a failure; then the environment is killed, or the index rolled over. */
export const streamFailsInPart: FaultKind = {
  name: "stream-fails-in-part",
  needs: ["stream"],
  notWith: ["same-object-at-once"],
  make(random) {
    const invocations = 1 + random.below(3);
    const modulus = 2 + random.below(40);
    const [isKilled, isRolledOver] = [random.chance(0.6), random.chance(0.5)];
    const calls = new Calls(({ source }, { shard }) => source === shard);
    const isRefused = (document: string, { workload }: World): boolean =>
      [...workload.serials.in(document)].some((serial) => serial % modulus === 0);
    const fault: Fault & { fired: number } = {
      name: this.name,
      fired: 0,
      setUp: (world) => (isRolledOver ? lookEverywhere(world) : undefined),
      invoking: (call, world) => calls.begin(call, world),
      decide(exchange, phase, world) {
        const isIts = phase === "body" && exchange.operation === "bulk";
        if (!isIts || (calls.at(exchange.slot) ?? invocations) >= invocations) return undefined;
        return without(exchange, (document) => isRefused(document, world));
      },
      async settled({ source, environment }, { payload }, { shard, search, stream }) {
        const { batchItemFailures = [] } = (payload ?? {}) as { batchItemFailures?: unknown[] };
        if (source !== shard || fault.fired >= invocations || batchItemFailures.length === 0) return;
        fault.fired += 1;
        if (isKilled) await environment.replace();
        if (isRolledOver) await search.rollOver(stream);
      },
    };
    return fault;
  },
};

/** Documents of which `isRefused` never reach the server; its answer says so of each. */
function without(exchange: Exchange, isRefused: (document: string) => boolean): Action | undefined {
  const documents = documentsOf(exchange);
  const left = new Set(documents.map((_, i) => i).filter((i) => isRefused(documents[i] as string)));
  if (left.size === 0) return undefined;
  if (left.size === documents.length) return refuse(200, { errors: true, items: documents.map(() => REFUSED) });
  const body = Buffer.from(documents.filter((_, i) => !left.has(i)).join(""));
  return forward({ body, plain: true, reply: (reply) => fillIn(reply, left, documents.length, REFUSED) });
}

/** The index is down for asynchronous invocations until Lambda has given some up; their failure destination is a queue. */
export const retriesExhausted: FaultKind = {
  name: "retries-exhausted",
  needs: ["log-events"],
  notWith: ["hand-over-fails", "claims-denied"],
  make(random) {
    const most = 1 + random.below(3);
    const calls = new Calls(({ source }, { direct }) => source === direct);
    let world: World | undefined;
    return {
      name: this.name,
      get fired() {
        return world?.direct.exhausted ?? 0;
      },
      setUp(its) {
        world = its;
        delete its.settings.continuation;
      },
      invoking: (call, its) => calls.begin(call, its),
      decide({ operation, slot }, phase, { direct }) {
        const isIts = phase === "body" && operation === "bulk" && calls.at(slot) !== undefined;
        return isIts && direct.exhausted < most ? refuse(503, UNAVAILABLE) : undefined;
      },
    };
  },
};

/** Longer than any run's clock is put forward: the index's own clock isn't. */
const WINDOW_MS = 7 * 24 * 3_600_000;

/**
 * A stream's records, or an asynchronous event, are in the index, nobody learns of it, and the index is rolled over: they come again
 * without a word that they do, to the same process or to a new one.
 */
export const rolledOverUntold: FaultKind = {
  name: "rolled-over-untold",
  needs: ["stream", "log-events"],
  // A clock that is a year ahead is beyond every window.
  notWith: ["same-object-at-once", "clock-steps", "rolled-over", "lookup-fails"],
  make(random) {
    const times = 1 + random.below(3);
    const isKilled = random.chance(0.5);
    const isIts = ({ source }: Call, { direct, shard }: World): boolean => source === direct || source === shard;
    const fault: Fault & { fired: number } = {
      name: this.name,
      fired: 0,
      setUp({ settings }) {
        settings.sinks.search.dedupe = "stream";
        settings.sinks.search.dedupeWindowMs = WINDOW_MS;
      },
      altered(call, result, world) {
        if (fault.fired >= times || !isIts(call, world) || result.errorType !== undefined) return result;
        fault.fired += 1;
        return { ...KILLED, durationMs: result.durationMs };
      },
      async settled({ environment }, result, { search, stream }) {
        if (result.errorType !== KILLED.errorType) return;
        await search.rollOver(stream);
        if (isKilled) await environment.replace();
      },
    };
    return fault;
  },
};
