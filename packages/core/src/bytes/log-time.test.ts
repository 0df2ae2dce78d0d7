import { Buffer } from "node:buffer";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseClfTime, parseEpochTime, parseIsoTime } from "./log-time.ts";

type Parse = (bytes: Uint8Array, from: number, to: number) => number;

const times = fc.integer({ min: Date.UTC(1, 0, 1), max: Date.UTC(9999, 11, 31) });
const offsets = fc.integer({ min: -14 * 60, max: 14 * 60 });

/** In the middle of other bytes, so that a look beyond the span is seen. */
function parse(by: Parse, text: string): number {
  return by(Buffer.from(`12${text}34`), 2, 2 + Buffer.byteLength(text));
}

const two = (value: number): string => String(value).padStart(2, "0");

function zone(minutes: number, colon: string): string {
  const size = Math.abs(minutes);
  return `${minutes < 0 ? "-" : "+"}${two(Math.floor(size / 60))}${colon}${two(size % 60)}`;
}

describe("parseIsoTime", () => {
  test("is what Date.parse gives, in any zone and with either separator", () => {
    fc.assert(
      fc.property(
        times,
        offsets,
        fc.constantFrom("", ":"),
        fc.constantFrom("T", " "),
        (ms, minutes, colon, separator) => {
          const local = new Date(ms + minutes * 60_000).toISOString().slice(0, 23);
          expect(parse(parseIsoTime, local.replace("T", separator) + zone(minutes, colon))).toBe(ms);
        },
      ),
    );
  });

  test.each([
    ["2018-12-20T02:59:40", "2018-12-20T02:59:40.000Z"],
    ["2018-12-20 02:59", "2018-12-20T02:59:00.000Z"],
    ["2018-12-20T02:59Z", "2018-12-20T02:59:00.000Z"],
    ["2018-12-20\t02:59:40", "2018-12-20T02:59:40.000Z"],
    ["2018-12-20 02:59:40,5", "2018-12-20T02:59:40.500Z"],
    ["2018-12-20T02:59:40.123456789+01", "2018-12-20T01:59:40.123Z"],
    ["2019-06-01T21:06:25.123456+0000", "2019-06-01T21:06:25.123Z"],
  ])("%s is %s", (text, iso) => {
    expect(new Date(parse(parseIsoTime, text)).toISOString()).toBe(iso);
  });

  test.each([
    "2018-12-20",
    "2018-12-20T",
    "2018-12-20T2:59:40",
    "2018-12-20T24:00:00",
    "2018-12-20T02:60:00",
    "2018-12-20T02:59:61",
    "2018-02-29T02:59:40",
    "2018-12-20T02:59:40.",
    "2018-12-20T02:59:40.1234567890",
    "2018-12-20T02:59:40 Z",
    "2018-12-20T02:59:40ZZ",
    "2018-12-20T02:59:40+1:00",
    "2018-12-20T02:59:40+01:0",
    "2018-12-20T02:59:40+01:60",
    "2018-12-20T02:59:40-",
    "2018-12-20X02:59:40Z",
    "2018-12-2OT02:59:40Z",
  ])("%s is no time", (text) => {
    expect(parse(parseIsoTime, text)).toBeNaN();
  });
});

describe("parseClfTime", () => {
  test("is the same moment in any zone", () => {
    fc.assert(
      fc.property(times, offsets, (ms, minutes) => {
        const second = Math.floor(ms / 1000) * 1000;
        const [, day, month, year, clock] = /, (..) (...) (\d+) (\S+)/.exec(
          new Date(second + minutes * 60_000).toUTCString(),
        ) as unknown as string[];
        const text = `${day}/${month}/${(year as string).padStart(4, "0")}:${clock} ${zone(minutes, "")}`;
        expect(parse(parseClfTime, text)).toBe(second);
      }),
    );
  });

  test.each([
    "06/feb/2019:00:00:38 +0000",
    "6/Feb/2019:00:00:38 +0000",
    "31/Feb/2019:00:00:38 +0000",
    "06/Feb/2019 00:00:38 +0000",
    "06/Feb/2019:00:00:38 Z0000",
    "06/Feb/2019:00:00:38+00000",
    "06/Feb/2019:25:00:38 +0000",
  ])("%s is no time", (text) => {
    expect(parse(parseClfTime, text)).toBeNaN();
  });
});

test.each([
  ["1735689600", 1735689600000],
  ["1735689600.123", 1735689600123],
  ["1735689600.1239", 1735689600123],
  ["1735689600123", 1735689600123],
  ["1735689600123.9", 1735689600123],
  ["1735689600123456", 1735689600123],
  ["1735689600123456789", 1735689600123],
  ["173568960", Number.NaN],
  ["17356896001", Number.NaN],
  ["1735689600.", Number.NaN],
  ["1735689600123.x", Number.NaN],
  ["1735689600123456.5", Number.NaN],
  ["173568960x", Number.NaN],
  ["17356896001234x6", Number.NaN],
  ["-173568960", Number.NaN],
  ["", Number.NaN],
])("epoch time %s", (text, ms) => {
  expect(parse(parseEpochTime, text)).toBe(ms);
});
