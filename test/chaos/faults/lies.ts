import type { InvokeResult } from "../../../tooling/engines/lambda-runtime.ts";
import { documentsOf, fillIn } from "../proxy/bulk.ts";
import { forward, type Operation, refuse } from "../proxy/exchange.ts";
import { queueAnswer } from "../services.ts";
import { continuationOf } from "../settings.ts";
import type { Fault } from "../world.ts";
import { type FaultKind, isWithin, requestFault } from "./kind.ts";
import { versionOverwritten } from "./objects.ts";
import { rolledOver } from "./rollover.ts";
import { groupFails, rolledOverUntold, streamFailsInPart } from "./triggers.ts";

// No faults that anything could survive: a server that lies, or a function that answers what isn't so. By them the suite shows that
// it would notice.

const CREATED = { create: { status: 201 } };
const FIRST = { from: 0, length: 1 };

/** One document is left out, and told as created. */
export const silentDrop: FaultKind = {
  name: "silent-drop",
  make() {
    return requestFault(this.name, "bulk", FIRST, (exchange) => {
      const documents = documentsOf(exchange);
      if (documents.length < 2) return undefined;
      const body = Buffer.from(documents.slice(1).join(""));
      return forward({ body, plain: true, reply: (reply) => fillIn(reply, new Set([0]), documents.length, CREATED) });
    });
  },
};

/** One document is there again, under an id of its own. */
export const silentCopy: FaultKind = {
  name: "silent-copy",
  make() {
    return requestFault(this.name, "bulk", FIRST, (exchange, { search, stream }) => {
      const [, document = ""] = documentsOf(exchange)[0]?.split("\n") ?? [];
      const copy = (): Promise<unknown> =>
        fetch(`${search.url}/${stream}/_create/a-copy`, {
          method: "PUT",
          body: document,
          headers: { "content-type": "application/json" },
        });
      return forward({ before: copy });
    });
  },
};

/** A whole request is left out, and all of it told as created. */
export const silentBatch: FaultKind = {
  name: "silent-batch",
  make() {
    return requestFault(this.name, "bulk", FIRST, (exchange) =>
      refuse(200, { errors: false, items: documentsOf(exchange).map(() => CREATED) }),
    );
  },
};

const EVERY = { from: 0, length: Number.POSITIVE_INFINITY };

/** What is put there is told as stored, and isn't. */
function notStored(name: string, operation: Operation): Fault {
  return requestFault(name, operation, EVERY, () => refuse(200, "", { etag: '"0"' }));
}

export const letterLost: FaultKind = {
  name: "letter-lost",
  first: "json",
  make() {
    return notStored(this.name, "put-dead-letter");
  },
};

export const cellLost: FaultKind = {
  name: "cell-lost",
  needs: ["archive"],
  make() {
    return notStored(this.name, "put-archive");
  },
};

const DOWN = { from: 0, length: 12 };
const UNAVAILABLE = refuse(503, { error: { type: "unavailable_shards_exception", reason: "not active" }, status: 503 });

function answering(result: InvokeResult, keep: (failures: readonly unknown[]) => readonly unknown[]): InvokeResult {
  const { batchItemFailures } = (result.payload ?? {}) as { batchItemFailures?: readonly unknown[] };
  if (batchItemFailures === undefined) return result;
  return { ...result, payload: { batchItemFailures: keep(batchItemFailures) } };
}

/** The index is down, and all messages are acknowledged all the same. */
export const hastyAnswer: FaultKind = {
  name: "hasty-answer",
  make() {
    const fault = requestFault(this.name, "bulk", DOWN, () => UNAVAILABLE);
    return Object.assign(fault, {
      setUp({ settings }) {
        delete settings.continuation;
      },
      altered: (_, result) => answering(result, () => []),
    } satisfies Partial<Fault>);
  },
};

/** The stream is told that all is done. */
export const hastyCheckpoint: FaultKind = {
  name: "hasty-checkpoint",
  needs: ["stream"],
  make(random) {
    const fault: Fault & { fired: number } = Object.assign(streamFailsInPart.make(random), { fired: 0 });
    fault.altered = ({ source }, result, { shard }) => {
      if (source !== shard) return result;
      return answering(result, (failures) => {
        fault.fired += failures.length;
        return [];
      });
    };
    return fault;
  },
};

/** Of a FIFO queue's messages only the first one is told to have failed, and those that had to wait for it aren't. */
export const groupForgotten: FaultKind = {
  name: "group-forgotten",
  needs: ["fifo"],
  make(random) {
    const fault = groupFails.make(random);
    fault.altered = ({ source }, result, { fifo }) =>
      source === fifo ? answering(result, (failures) => failures.slice(0, 1)) : result;
    return fault;
  },
};

/** Nothing is looked up, whatever the index was rolled over for. */
export const dedupeForgotten: FaultKind = {
  name: "dedupe-forgotten",
  make(random) {
    const fault = rolledOver.make(random);
    fault.setUp = ({ settings }) => {
      settings.sinks.search.dedupe = "index";
    };
    return fault;
  },
};

/** After a rollover only what says that it comes again is looked up. */
export const windowForgotten: FaultKind = {
  name: "window-forgotten",
  needs: ["stream", "log-events"],
  make(random) {
    const fault = rolledOverUntold.make(random);
    fault.setUp = ({ settings }) => {
      settings.sinks.search.dedupeWindowMs = 0;
    };
    return fault;
  },
};

/** The queue for what isn't done takes it, and it is gone. */
export const messageLost: FaultKind = {
  name: "message-lost",
  needs: ["log-events"],
  make(random) {
    const nowhere = { add: () => {}, postpone: () => {}, options: { maxBytes: Number.POSITIVE_INFINITY } };
    const fault = requestFault(this.name, "queue", EVERY, (exchange, world) => {
      const isSent = String(exchange.headers["x-amz-target"]).endsWith("SendMessage");
      return isSent ? queueAnswer(exchange, { queue: nowhere }, world.now()) : undefined;
    });
    const { decide } = fault;
    return Object.assign(fault, {
      setUp({ settings, token }) {
        settings.continuation ??= continuationOf(token, random);
      },
      decide(exchange, phase, world) {
        const isDown = phase === "body" && exchange.operation === "bulk" && isWithin(DOWN, exchange.number);
        return isDown ? UNAVAILABLE : decide?.(exchange, phase, world);
      },
    } satisfies Partial<Fault>);
  },
};

/** Whichever version is asked for, the latest comes. */
export const versionForgotten: FaultKind = {
  name: "version-forgotten",
  needs: ["versions"],
  make(random) {
    const fault = versionOverwritten.make(random);
    const { decide } = fault;
    fault.decide = async (exchange, phase, world) => {
      const action = await decide?.(exchange, phase, world);
      const { operation, path } = exchange;
      if (phase !== "body" || operation !== "get-object" || !path.includes("?versionId=")) return action;
      const latest = { path: path.replace(/\?versionId=[^&]*/, "") };
      return forward(action?.kind === "forward" ? { ...action.forward, ...latest } : latest);
    };
    return fault;
  },
};
