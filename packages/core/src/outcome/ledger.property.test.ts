import fc from "fast-check";
import { expect, test } from "vitest";
import { SluiceError } from "../errors.ts";
import { Ledger, type Settlement, type SinkTally } from "./ledger.ts";

const REASON = { code: "TEST", message: "as told" };
const SINKS = 3;
const ITEMS = 3;

const hows = fc.constantFrom<Settlement>("delivered", "deadLettered", "failed", "continued");
const sinks = fc.integer({ min: 0, max: SINKS - 1 });
const items = fc.integer({ min: 0, max: ITEMS - 1 });

/** A record that is read, or one that is settled: which, as far as any are left. */
const operations = fc.array(
  fc.oneof(
    fc.record({
      kind: fc.constant("read" as const),
      item: items,
      to: fc.uniqueArray(sinks, { maxLength: SINKS }),
      /** Batches may mix items; later ones are opened while earlier ones are under way. */
      batch: fc.nat({ max: 5 }),
      gap: fc.integer({ min: 1, max: 100 }),
    }),
    fc.record({ kind: fc.constant("settle" as const), which: fc.nat(), how: hows }),
  ),
  { maxLength: 120 },
);
const endings = fc.array(fc.constantFrom("read to its end", "cut off", "cut off and kept"), {
  minLength: ITEMS,
  maxLength: ITEMS,
});

/** What the ledger spares itself: every record, with what became of it. */
interface Kept {
  readonly sink: number;
  readonly item: number;
  readonly batch: number;
  readonly position: number;
  how?: Settlement;
  /** At some time all that its batch then held of its item was settled. */
  isPassed?: boolean;
}

class Naive {
  readonly records: Kept[] = [];
  readonly required: readonly boolean[];

  constructor(required: readonly boolean[]) {
    this.required = required;
  }

  of(sink: number, item: number): Kept[] {
    return this.records.filter((record) => record.sink === sink && record.item === item);
  }

  isLost({ how, sink }: Kept): boolean {
    return how === undefined || (how === "failed" && this.required[sink] === true);
  }

  /** A batch is under way as a whole: nothing of an item in it is passed before all of it is settled. */
  mark(sink: number, item: number): number {
    const own = this.of(sink, item);
    const open = new Set(own.filter(({ how }) => how === undefined).map(({ batch }) => batch));
    const stops = own.filter((record) => this.isLost(record) || (open.has(record.batch) && !record.isPassed));
    const beyond = Math.max(0, ...own.map(({ position }) => position + 1));
    return Math.min(beyond, ...stops.map(({ position }) => position));
  }

  count(sink: number, key: keyof SinkTally): number {
    const own = this.records.filter((record) => record.sink === sink);
    if (key === "routed") return own.length;
    if (key === "dropped") return this.required[sink] ? 0 : own.filter(({ how }) => how === "failed").length;
    if (key === "failed" && !this.required[sink]) return 0;
    return own.filter(({ how }) => how === key).length;
  }
}

test("the ledger says what one says that keeps every record: counts, marks, verdicts", () => {
  fc.assert(
    fc.property(
      operations,
      endings,
      fc.array(fc.boolean(), { minLength: SINKS, maxLength: SINKS }),
      (plan, ends, required) => {
        const ledger = new Ledger(["a", "b", "c"], required);
        const naive = new Naive(required);
        const accounts = ends.map(() => ledger.openItem(0).account);
        const positions = ends.map(() => 0);
        const marks = new Map<string, number>();
        /** One that was settled whole is never filled again. */
        let generation = 0;
        const batches = new Map<number, number>();
        const check = (): void => {
          for (let sink = 0; sink < SINKS; sink++)
            for (let item = 0; item < ITEMS; item++) {
              const mark = ledger.lowWaterMark(sink, item);
              expect(mark).toBe(naive.mark(sink, item));
              for (const record of naive.of(sink, item))
                if (naive.isLost(record)) expect(mark).toBeLessThanOrEqual(record.position);
              expect(mark).toBeGreaterThanOrEqual(marks.get(`${sink} ${item}`) ?? 0);
              marks.set(`${sink} ${item}`, mark);
            }
        };
        const settle = (record: Kept, how: Settlement): void => {
          record.how = how;
          const beside = naive.of(record.sink, record.item).filter(({ batch }) => batch === record.batch);
          if (beside.every((each) => each.how !== undefined)) for (const each of beside) each.isPassed = true;
          ledger.leave(record.sink, record.item, record.batch, record.position, how, REASON);
          if (naive.records.every((each) => each.batch !== record.batch || each.how !== undefined))
            for (const [slot, number] of batches) if (number === record.batch) batches.delete(slot);
        };
        for (const operation of plan) {
          if (operation.kind === "read") {
            const { item, to, batch: slot, gap } = operation;
            const account = accounts[item];
            if (account === undefined) continue;
            account.in += 1;
            if (to.length === 0) account.filtered += 1;
            else account.routed += 1;
            const position = positions[item] as number;
            positions[item] = position + gap;
            for (const sink of to) {
              const own = slot * SINKS + sink;
              const batch = batches.get(own) ?? generation++;
              batches.set(own, batch);
              naive.records.push({ sink, item, batch, position });
              ledger.enter(sink, item, batch, position);
            }
          } else {
            const left = naive.records.filter(({ how }) => how === undefined);
            const record = left[operation.which % Math.max(1, left.length)];
            if (record !== undefined) settle(record, operation.how);
          }
          check();
        }
        ends.forEach((end, item) => {
          const account = accounts[item];
          if (account === undefined) return;
          if (end === "read to its end") account.finished = true;
          else account.fail(new SluiceError("OBJECT_CORRUPT", "damaged"));
          account.isKept = end === "cut off and kept";
          const isLost = naive.records.some((record) => record.item === item && naive.isLost(record));
          const isOwed = naive.records.some((record) => record.item === item && record.how === undefined);
          const code = ledger.verdict(item)?.code;
          expect(code === undefined).toBe(end !== "cut off" && !isLost);
          if (end !== "cut off") expect(code === "LEDGER_BROKEN").toBe(isOwed);
        });
        for (let sink = 0; sink < SINKS; sink++) {
          const total = ledger.total(sink);
          for (const key of Object.keys(total) as (keyof SinkTally)[]) expect(total[key]).toBe(naive.count(sink, key));
        }
      },
    ),
    { numRuns: 150 },
  );
});

test("counts that don't add up are never good, whatever they are", () => {
  const count = fc.nat({ max: 5 });
  fc.assert(
    fc.property(count, count, count, count, (read, added, filtered, routed) => {
      const ledger = new Ledger(["a"], [true]);
      const { number, account } = ledger.openItem(0);
      Object.assign(account, { in: read, added, filtered, routed, finished: true });
      expect(ledger.verdict(number)?.code).toBe(read + added === filtered + routed ? undefined : "LEDGER_BROKEN");
    }),
  );
});
