import type { Random } from "../../fuzz/random.ts";
import { forward } from "../proxy/exchange.ts";
import type { Bucket } from "../stand/store.ts";
import { queueBody } from "../workload/notifications.ts";
import { makeObject } from "../workload/objects.ts";
import { notified, type SourceObject, storeAs } from "../workload/workload.ts";
import type { Fault, World } from "../world.ts";
import type { FaultKind } from "./kind.ts";

/** Does something to one object, before or after it is asked for the first time. */
function onFirstRead(
  name: string,
  random: Random,
  bucket: Bucket,
  act: (object: SourceObject, world: World) => Promise<void>,
): Fault & { fired: number } {
  const after = random.chance(0.5);
  let victim: SourceObject | undefined;
  const fault: Fault & { fired: number } = {
    name,
    fired: 0,
    setUp({ workload, settings }) {
      // One that can't be read stays as it is: whole again, its message could be done.
      const candidates = workload.objects.filter((object) => object.bucket === bucket && object.owed === "once");
      victim = candidates.length === 0 ? undefined : random.pick(candidates);
      if (after && victim !== undefined) settings.read.partBytes = Math.max(512, victim.size >> 2);
    },
    decide({ operation, path }, phase, world) {
      const isIt = phase === "body" && operation === "get-object" && victim !== undefined && isPathOf(path, victim);
      if (!isIt || fault.fired > 0) return undefined;
      fault.fired = 1;
      const now = (): Promise<void> => act(victim as SourceObject, world);
      if (!after) return forward({ before: now });
      return forward({ reply: (reply) => now().then(() => reply) });
    },
  };
  return fault;
}

export function isPathOf(path: string, { key }: SourceObject): boolean {
  return decodeURIComponent(path.split("?")[0] ?? "").endsWith(`/${key}`);
}

/** Another object under the same key, told of in its turn. What was there before is nobody's any more. */
export const overwritten: FaultKind = {
  name: "object-overwritten",
  make(random) {
    return onFirstRead(this.name, random, "sources", async (object, world) => {
      object.owed = "any";
      await replace(object, world, random);
    });
  },
};

async function replace(object: SourceObject, { workload, store, queue }: World, random: Random): Promise<void> {
  const next = makeObject(object.kind, 10 + random.below(200), 0, workload.serials, random);
  const stored = await storeAs(store, object, next);
  stored.toldBy.push(queue.add(queueBody([notified(stored)], random)));
  workload.objects.push(stored);
}

/** The same where versions are kept: each was told of by its name, and each is owed. */
export const versionOverwritten: FaultKind = {
  name: "version-overwritten",
  needs: ["versions"],
  make(random) {
    return onFirstRead(this.name, random, "versions", async (object, world) => {
      for (let i = random.below(3); i >= 0; i--) await replace(object, world, random);
    });
  },
};

/** A marker says that there is no object; the version that was told of is there all the same. */
export const versionHidden: FaultKind = {
  name: "version-hidden",
  needs: ["versions"],
  make(random) {
    return onFirstRead(this.name, random, "versions", ({ bucket, key }, { store }) => store.delete(bucket, key));
  },
};

/** Gone for good: what told of it may never be acknowledged, unless all had been read. */
export const deleted: FaultKind = {
  name: "object-deleted",
  make(random) {
    return onFirstRead(this.name, random, "sources", async (object, { store }) => {
      // One that was overwritten before owes nothing of what it was.
      if (object.owed === "once") object.owed = "acknowledged";
      for (const told of object.toldBy) told.isDoomed = true;
      await store.delete("sources", object.key);
    });
  },
};

const GARBAGE = [
  "this is no event",
  "{",
  "[]",
  '{"Records":[{"eventSource":"aws:s3","s3":{}}]}',
  '{"hello":"world"}',
  '"\\ud800"',
];

/** Messages that can never be done, beside others that can. */
export const poison: FaultKind = {
  name: "poison",
  make(random) {
    let world: World | undefined;
    return {
      name: this.name,
      get fired() {
        return world?.queue.messages.filter(({ isPoison, receives }) => isPoison && receives > 0).length ?? 0;
      },
      async setUp(its) {
        world = its;
        const { queue } = its;
        for (let i = random.below(3); i >= 0; i--) queue.add(random.pick(GARBAGE), { isPoison: true });
        if (random.chance(0.7)) await addBroken(its, random);
      },
    };
  },
};

/** An object that ends in the middle of its compressed data. */
async function addBroken({ workload, store, queue, token }: World, random: Random): Promise<void> {
  const whole = makeObject("text.gz", 20 + random.below(100), 0, workload.serials, random);
  const body = whole.body.subarray(0, Math.floor(whole.body.length * (0.3 + 0.6 * random.next())));
  const place = { bucket: "sources", key: `${token}/text/broken.gz`, kind: "text.gz" } as const;
  const object = await storeAs(store, place, { ...whole, body });
  object.owed = "any";
  object.toldBy.push(queue.add(queueBody([notified(object)], random), { isPoison: true }));
  workload.objects.push(object);
}
