import fc from "fast-check";
import { expect, test } from "vitest";
import { Ledger, type Settlement } from "./ledger.ts";

const REASON = { code: "MAPPING", message: "no such field" };

function readItem(ledger: Ledger, records: number): number {
  const { number, account } = ledger.openItem(0);
  account.in = records;
  account.routed = records;
  account.finished = true;
  return number;
}

test("an item is good only when every required sink has accounted for all of it", () => {
  const ledger = new Ledger(["search", "archive"], [true, true]);
  const item = readItem(ledger, 1);
  for (const sink of [0, 1]) ledger.enter(sink, item, sink, 0);
  ledger.leave(0, item, 0, 0, "delivered");
  expect(ledger.verdict(item)?.code).toBe("LEDGER_BROKEN");
  ledger.leave(1, item, 1, 0, "deadLettered", REASON);
  expect(ledger.verdict(item)).toBeUndefined();
});

test("a failed record fails the item and says which sink and why", () => {
  const ledger = new Ledger(["search"], [true]);
  const item = readItem(ledger, 2);
  ledger.enter(0, item, 0, 0);
  ledger.enter(0, item, 0, 10);
  ledger.leave(0, item, 0, 0, "delivered");
  ledger.leave(0, item, 0, 10, "failed", REASON);
  expect(ledger.verdict(item)?.message).toBe("sink search: 1 of 2 records failed: MAPPING: no such field");
  expect(ledger.troubles()).toEqual([{ sink: "search", reason: REASON, records: 1 }]);
});

test("what a sink that isn't required loses is dropped, counted, and holds nothing up", () => {
  const ledger = new Ledger(["best-effort"], [false]);
  const item = readItem(ledger, 1);
  ledger.enter(0, item, 0, 0);
  ledger.leave(0, item, 0, 0, "failed", REASON);
  expect(ledger.verdict(item)).toBeUndefined();
  expect(ledger.total(0)).toMatchObject({ routed: 1, dropped: 1, failed: 0 });
});

test("counts that don't add up fail the item", () => {
  const ledger = new Ledger(["search"], [true]);
  const { number, account } = ledger.openItem(0);
  account.in = 3;
  account.filtered = 1;
  account.routed = 1;
  account.finished = true;
  expect(ledger.verdict(number)?.code).toBe("LEDGER_BROKEN");
});

test("an item that was not read to its end is never good", () => {
  const ledger = new Ledger(["search"], [true]);
  const { number } = ledger.openItem(0);
  expect(ledger.verdict(number)).toBeDefined();
});

interface Step {
  readonly batch: number;
  readonly how: Settlement;
  readonly order: number;
}

const steps = fc.array(
  fc.record<Step>({
    batch: fc.integer({ min: 0, max: 5 }),
    how: fc.constantFrom("delivered", "deadLettered", "failed", "continued"),
    order: fc.integer(),
  }),
  { minLength: 1, maxLength: 60 },
);

test("whatever the order of outcomes, the mark is never above a position that is not accounted for", () => {
  fc.assert(
    fc.property(steps, fc.boolean(), (plan, required) => {
      const ledger = new Ledger(["search"], [required]);
      const item = readItem(ledger, plan.length);
      const unsettled = new Set<number>();
      const failed = new Set<number>();
      plan.forEach(({ batch }, position) => {
        ledger.enter(0, item, batch, position);
        unsettled.add(position);
      });
      const settling = plan.map((step, position) => ({ ...step, position })).sort((a, b) => a.order - b.order);
      for (const { batch, how, position } of settling) {
        ledger.leave(0, item, batch, position, how, REASON);
        unsettled.delete(position);
        if (how === "failed" && required) failed.add(position);
        const lowest = Math.min(plan.length, ...unsettled, ...failed);
        expect(ledger.lowWaterMark(0, item)).toBeLessThanOrEqual(lowest);
      }
      const done = failed.size === 0;
      expect(ledger.verdict(item) === undefined).toBe(done);
      if (done) expect(ledger.lowWaterMark(0, item)).toBe(plan.length);
    }),
  );
});
