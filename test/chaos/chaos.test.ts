import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { FAULTS } from "./faults/index.ts";
import {
  cellLost,
  dedupeForgotten,
  groupForgotten,
  hastyAnswer,
  hastyCheckpoint,
  letterLost,
  messageLost,
  silentBatch,
  silentCopy,
  silentDrop,
  versionForgotten,
  windowForgotten,
} from "./faults/lies.ts";
import { planOf } from "./plan.ts";
import { type Result, runOnce } from "./run.ts";
import { type Stand, standOn } from "./stand/stand.ts";

// The small form of `pnpm chaos`: every fault once, but for those that need an engine of their own. README.md says how it works and what is counted.

const RECORDS = 1000;
const MOST_TRIES = 8;
const COMBINED = [101, 102, 103, 104];
/** For a machine that is busy with other things. */
const TIMEOUT_MS = 180_000;
const CHEAP = FAULTS.filter(({ oneIn }) => oneIn === undefined);
const SOME = expect.arrayContaining([expect.any(Number)]);
const SOME_LOST = { lost: SOME, doubled: [] };

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

describe("no line is lost and none is doubled", { timeout: TIMEOUT_MS }, () => {
  test.concurrent.each(CHEAP.map((kind, i) => [kind.name, kind, i] as const))("%s", async (_, kind, first) => {
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
    const result = await runOnce(stand, planOf(seed, { without: ["engine"] }));
    expect(told(result)).toEqual(FLAWLESS);
    expect(Math.max(...fired(result))).toBeGreaterThan(0);
  });
});

describe("it would be noticed", { timeout: TIMEOUT_MS }, () => {
  test.concurrent.each([
    [silentDrop, { lost: [expect.any(Number)], doubled: [], faults: { "silent-drop": 1 } }],
    [silentCopy, { lost: [], doubled: [expect.any(Number)], faults: { "silent-copy": 1 } }],
    [silentBatch, SOME_LOST],
    [letterLost, SOME_LOST],
    [cellLost, SOME_LOST],
    [messageLost, SOME_LOST],
    [hastyAnswer, SOME_LOST],
    [hastyCheckpoint, SOME_LOST],
    [versionForgotten, SOME_LOST],
    [dedupeForgotten, { lost: [], doubled: SOME }],
    [windowForgotten, { lost: [], doubled: SOME }],
    [groupForgotten, { broken: expect.arrayContaining([expect.stringMatching(/acknowledged before/)]) }],
  ])("$name", async (kind, expected) => {
    const result = await runOnce(stand, planOf(1, { kinds: [kind], records: RECORDS }));
    expect(result).toMatchObject(expected);
    expect(Math.max(...fired(result))).toBeGreaterThan(0);
  });
});
