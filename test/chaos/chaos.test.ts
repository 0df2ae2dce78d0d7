import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { FAULTS } from "./faults/index.ts";
import { silentCopy, silentDrop } from "./faults/lies.ts";
import { planOf } from "./plan.ts";
import { type Result, runOnce } from "./run.ts";
import { type Stand, standOn } from "./stand/stand.ts";

// The small form of `pnpm chaos`: every fault once. README.md says how it works and what is counted.

const RECORDS = 1000;
const MOST_TRIES = 4;
const COMBINED = [101, 102, 103, 104];

let stand: Stand;

beforeAll(async () => {
  stand = await standOn(inject("esUrl"), inject("awsEndpoint"));
});
afterAll(async () => {
  await stand?.stop();
});

const FLAWLESS = { lost: 0, doubled: 0, broken: [] };

function told({ lost, doubled, broken }: Result): object {
  return { lost: lost.length, doubled: doubled.length, broken };
}

function fired({ faults }: Result): number[] {
  return Object.values(faults);
}

describe("no line is lost and none is doubled", () => {
  test.concurrent.each(FAULTS.map((kind, i) => [kind.name, kind, i] as const))("%s", async (_, kind, first) => {
    // Not every seed's moment comes about in every run.
    const times: number[] = [];
    for (let seed = first; seed < MOST_TRIES * 100 && Math.max(0, ...times) === 0; seed += 100) {
      const result = await runOnce(stand, planOf(seed, { kinds: [kind], records: RECORDS }));
      expect(told(result)).toEqual(FLAWLESS);
      times.push(...fired(result));
    }
    expect(Math.max(...times)).toBeGreaterThan(0);
  });

  test.concurrent.each(COMBINED)("several faults at once: seed %i", async (seed) => {
    const result = await runOnce(stand, planOf(seed));
    expect(told(result)).toEqual(FLAWLESS);
    expect(Math.max(...fired(result))).toBeGreaterThan(0);
  });
});

describe("it would be noticed", () => {
  test("that one line is lost", async () => {
    const result = await runOnce(stand, planOf(1, { kinds: [silentDrop], records: RECORDS }));
    expect(result).toMatchObject({ lost: [expect.any(Number)], doubled: [], faults: { "silent-drop": 1 } });
  });

  test("that one line is doubled", async () => {
    const result = await runOnce(stand, planOf(1, { kinds: [silentCopy], records: RECORDS }));
    expect(result).toMatchObject({ lost: [], doubled: [expect.any(Number)], faults: { "silent-copy": 1 } });
  });
});
