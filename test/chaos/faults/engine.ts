import type { OwnEngine } from "../stand/engine.ts";
import type { Fault, World } from "../world.ts";
import { blockWhile, type FaultKind, windowOf } from "./kind.ts";

const IN_RUNS = 40;

/** Invocations that meet an engine which answers, but hasn't all of its indices again. */
const EARLY = 3;

/**
 * The engine's own process is killed while it is at a bulk request, or a moment later, and started again in the same folder. Some
 * invocations meet nobody, some one that isn't done with starting; the others come when it is.
 */
export const engineKilled: FaultKind = {
  name: "engine-killed",
  needs: ["engine"],
  oneIn: IN_RUNS,
  notWith: ["write-block", "disk-full", "stream-fails-in-part"],
  make(random) {
    const at = [random.below(5)];
    if (random.chance(0.25)) at.push((at[0] as number) + 2 + random.below(6));
    const afterMs = random.below(60);
    const isRefused = random.chance(0.5);
    const meet = 1 + random.below(3);
    let met = 0;
    let early = 0;
    const fault: Fault & { fired: number } = {
      name: this.name,
      fired: 0,
      decide({ operation, number }, phase, world) {
        const engine = engineOf(world);
        if (phase !== "body" || operation !== "bulk" || !at.includes(number) || engine.isDown) return undefined;
        setTimeout(() => {
          fault.fired += 1;
          met = 0;
          early = EARLY;
          if (isRefused) for (const { search } of world.environments) search.close();
          engine.crash();
        }, afterMs);
        return undefined;
      },
      async invoking(_, world) {
        const engine = engineOf(world);
        if (engine.isDown) {
          met += 1;
          if (met <= meet) return;
          await engine.answers();
          await Promise.all(world.environments.map(({ search }) => search.open()));
        }
        early -= 1;
        if (early === 0) await engine.ready();
      },
    };
    return fault;
  },
};

/** The whole cluster takes nothing but deletions, by its own setting. */
export const clusterReadOnly: FaultKind = {
  name: "cluster-read-only",
  needs: ["engine"],
  oneIn: IN_RUNS,
  notWith: ["rolled-over", "rolled-over-untold", "lookup-fails", "stream-fails-in-part", "write-block", "disk-full"],
  make(random) {
    return blockWhile(this.name, windowOf(random, 2, 5), (world, on) =>
      engineOf(world).search.setCluster("cluster.blocks.read_only_allow_delete", on ? true : null),
    );
  },
};

function engineOf({ engine }: World): OwnEngine {
  if (engine === undefined) throw new Error("the run has no engine of its own");
  return engine;
}
