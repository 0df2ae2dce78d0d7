import { expect, test } from "vitest";
import { fakeClock } from "../testing/fake-clock.ts";
import type { SealedBatch } from "./batch.ts";
import { Dispatch } from "./dispatch.ts";
import type { SinkHandle } from "./sink-handle.ts";
import { type Slab, SlabPool } from "./slab-pool.ts";

test.each([true, false])(
  "memory of a batch is filled again only when nobody is at it any more (%s)",
  async (isFree) => {
    const slabs = new SlabPool();
    const handle = { slabs } as SinkHandle;
    const dispatch = new Dispatch({ handle, clock: fakeClock(0), maxInFlight: () => 1, deliver: async () => isFree });
    const slab: Slab = slabs.take(1024, false);
    dispatch.push({ number: 0 } as SealedBatch, slab);
    await dispatch.done();
    expect(slabs.take(1024, false) === slab).toBe(isFree);
  },
);
