import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isoMillis, isoSecond, isPlausibleTime, parseIsoZ } from "./iso-time.ts";

const FIRST = Date.parse("0000-01-01T00:00:00.000Z");
const LAST = Date.parse("9999-12-31T23:59:59.999Z");
const plausible = fc.integer({ min: FIRST, max: LAST });

const parse = (text: string): number => parseIsoZ(Buffer.from(text), 0, text.length);

describe("isoMillis", () => {
  test("is what Date.toISOString gives", () => {
    fc.assert(
      fc.property(plausible, (ms) => {
        expect(isoMillis(ms)).toBe(new Date(ms).toISOString());
      }),
    );
  });

  test("keeps no millisecond of the neighbour in the same second, before the epoch and after", () => {
    for (const second of [-1, 0, 1_777_593_600])
      for (const rest of [0, 7, 42, 999, 10, 1])
        expect(isoMillis(second * 1000 + rest)).toBe(new Date(second * 1000 + rest).toISOString());
  });

  test("cuts fractions of a millisecond", () => {
    expect(isoMillis(1.999)).toBe("1970-01-01T00:00:00.001Z");
    expect(isoMillis(-0.5)).toBe("1969-12-31T23:59:59.999Z");
  });
});

test("a plausible time is one that ISO writes with a year of four digits", () => {
  const times = [FIRST - 1, FIRST, 0, LAST, LAST + 1, 8.64e15 + 1, Number.NaN, Number.POSITIVE_INFINITY];
  expect(times.map(isPlausibleTime)).toEqual([false, true, true, true, false, false, false, false]);
});

/** Another reading of the same rules. */
function reference(text: string): number {
  const match = /^(\d{4})-(\d\d)-(\d\d)T([01]\d|2[0-3]):([0-5]\d):([0-5]\d|60)(?:\.(\d{1,9}))?Z$/.exec(text);
  if (match === null) return Number.NaN;
  const [, year = "", month = "", day = "", hour, minute, second, fraction = ""] = match;
  const midnight = Date.parse(`${year}-${month}-${day}T00:00:00Z`);
  if (Number.isNaN(midnight) || new Date(midnight).getUTCDate() !== Number(day)) return Number.NaN;
  const millis = Number(fraction.padEnd(3, "0").slice(0, 3));
  return midnight + ((Number(hour) * 60 + Number(minute)) * 60 + Number(second)) * 1000 + millis;
}

describe("parseIsoZ", () => {
  test("is what Date.parse gives, with any number of digits behind the second", () => {
    const fraction = fc.oneof(fc.constant(""), fc.stringMatching(/^\.\d{1,9}$/));
    fc.assert(
      fc.property(plausible, fraction, (ms, digits) => {
        const text = `${new Date(ms).toISOString().slice(0, 19)}${digits}Z`;
        expect(parse(text)).toBe(Date.parse(text));
      }),
    );
  });

  test("every millisecond is read exactly in every precision", () => {
    for (let ms = 0; ms < 1000; ms++)
      for (let digits = 3; digits <= 9; digits++) {
        const text = `2026-05-01T00:00:00.${String(ms).padStart(3, "0").padEnd(digits, "0")}Z`;
        expect(parse(text) % 1000).toBe(ms);
      }
  });

  test("mutated text is read as the rules say, mostly as no time at all", () => {
    const good = "2026-05-01T23:59:59.123456Z";
    const edit = fc.record({
      at: fc.nat(good.length - 1),
      cut: fc.nat(2),
      put: fc.string({ unit: fc.constantFrom(..."0123456789-:.TZ ü+e"), maxLength: 2 }),
    });
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 3 }), (edits) => {
        const text = edits.reduce((all, { at, cut, put }) => all.slice(0, at) + put + all.slice(at + cut), good);
        expect(parseIsoZ(Buffer.from(text), 0, Buffer.byteLength(text))).toBe(reference(text));
      }),
      { numRuns: 2000 },
    );
  });

  test.each([
    ["a day that doesn't exist", "2026-02-29T00:00:00Z", Number.NaN],
    ["the 29th of February of a leap year", "2028-02-29T00:00:00Z", Date.UTC(2028, 1, 29)],
    ["the 31st of April", "2026-04-31T00:00:00Z", Number.NaN],
    ["month 13", "2026-13-01T00:00:00Z", Number.NaN],
    ["month 0", "2026-00-01T00:00:00Z", Number.NaN],
    ["day 0", "2026-01-00T00:00:00Z", Number.NaN],
    ["hour 24", "2026-01-01T24:00:00Z", Number.NaN],
    ["minute 60", "2026-01-01T00:60:00Z", Number.NaN],
    ["a leap second, told as the second after it", "2016-12-31T23:59:60Z", Date.UTC(2017, 0, 1)],
    ["another zone", "2026-01-01T00:00:00+01:00", Number.NaN],
    ["no zone", "2026-01-01T00:00:00.000", Number.NaN],
    ["a lower-case t", "2026-01-01t00:00:00Z", Number.NaN],
    ["a point without digits", "2026-01-01T00:00:00.Z", Number.NaN],
    ["ten digits of fraction", "2026-01-01T00:00:00.0123456789Z", Number.NaN],
    ["nothing", "", Number.NaN],
  ])("%s", (_, text, ms) => {
    expect(parse(text)).toBe(ms);
  });

  test("a bad day after a good one, and the good one again: nothing of it is kept", () => {
    const days = ["2026-02-28", "2026-02-30", "2026-02-28", "2026-02-30"].map((day) => parse(`${day}T00:00:00Z`));
    expect(days).toEqual([Date.UTC(2026, 1, 28), Number.NaN, Date.UTC(2026, 1, 28), Number.NaN]);
  });

  test("reads a span only, not what stands around it", () => {
    const bytes = Buffer.from("12026-05-01T00:00:00Z9");
    expect(parseIsoZ(bytes, 1, bytes.length - 1)).toBe(Date.UTC(2026, 4, 1));
  });
});

test("texts of seconds don't mix, however far apart they are", () => {
  const seconds = fc.array(fc.integer({ min: -62_167_219_200, max: 253_402_300_799 }), { minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(seconds, fc.nat(300), (base, step) => {
      for (const second of [...base, ...base.map((each) => each + step), ...base])
        expect(isoSecond(second)).toBe(new Date(second * 1000).toISOString());
    }),
  );
});
