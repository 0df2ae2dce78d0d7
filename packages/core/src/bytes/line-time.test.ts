import { Buffer } from "node:buffer";
import { describe, expect, test } from "vitest";
import { LineTime } from "./line-time.ts";

const NEAR = Date.parse("2026-11-21T00:00:00Z");

type Kind = "iso" | "clf" | "ctime" | "bsd" | "klog" | "compact";

/** What is read, as ISO or undefined, where it ends, and whether the zone was there; other digits stand around it. */
function read(kind: Kind, text: string, near: number = NEAR): [string | undefined, number, boolean] {
  const time = new LineTime();
  const bytes = Buffer.from(`17${text}99`);
  const ms = time[kind](bytes, 2, bytes.length - 2, near);
  return [Number.isNaN(ms) ? undefined : new Date(ms).toISOString(), time.end - 2, time.zoned];
}

describe("iso", () => {
  test.each<[string, string, number, boolean]>([
    ["2026-11-03T09:05:00Z", "2026-11-03T09:05:00.000Z", 20, true],
    ["2026-11-03T09:05:00.123456789Z rest", "2026-11-03T09:05:00.123Z", 30, true],
    ["2026-11-03 09:05:00,999", "2026-11-03T09:05:00.999Z", 23, false],
    ["2026/11/03 09:05:00 [error]", "2026-11-03T09:05:00.000Z", 19, false],
    ["2026-11-03 9:05:00 rest", "2026-11-03T09:05:00.000Z", 18, false],
    ["2026-11-03  9:05:00 rest", "2026-11-03T09:05:00.000Z", 19, false],
    ["2026-11-03T09:05:00.5+01:30 x", "2026-11-03T07:35:00.500Z", 27, true],
    ["2026-11-03T09:05:00-0800", "2026-11-03T17:05:00.000Z", 24, true],
    ["2026-11-03T09:05:00+02 x", "2026-11-03T07:05:00.000Z", 22, true],
    ["2026-11-03T09:05:00+", "2026-11-03T09:05:00.000Z", 19, false],
    ["2026-11-03T09:05:00.", "2026-11-03T09:05:00.000Z", 19, false],
    ["2028-02-29 00:00:00", "2028-02-29T00:00:00.000Z", 19, false],
  ])("%s", (text, time, end, zoned) => {
    expect(read("iso", text)).toEqual([time, end, zoned]);
  });

  test.each([
    "2026-11-03",
    "2026-11-03T09:05:0",
    "2026-11-03T09:05",
    "2026-11/03T09:05:00Z",
    "2026-02-30T09:05:00Z",
    "2026-13-03T09:05:00Z",
    "2026-00-03T09:05:00Z",
    "2026-11-03T24:05:00Z",
    "2026-11-03T09:60:00Z",
    "2026-11-03T09:05:61Z",
    "2026-11-03_09:05:00Z",
    "aaaa-11-03T09:05:00Z",
    "",
  ])("%s is none", (text) => {
    expect(read("iso", text)[0]).toBeUndefined();
  });
});

test.each<[Kind, string, string | undefined, number]>([
  ["clf", "03/Nov/2026:09:05:00 +0000] rest", "2026-11-03T09:05:00.000Z", 26],
  ["clf", "03/Nov/2026:09:05:00 -0130", "2026-11-03T10:35:00.000Z", 26],
  ["clf", "03/Nov/2026:09:05:00", undefined, 20],
  ["clf", "03/Nov/2026:09:05:00 rest", undefined, 21],
  ["clf", "31/Jun/2026:09:05:00 +0000", undefined, 26],
  ["clf", "03/Nop/2026:09:05:00 +0000", undefined, 26],
  ["ctime", "Tue Nov 03 09:05:00.123456 2026] rest", "2026-11-03T09:05:00.123Z", 31],
  ["ctime", "Tue Nov  3 09:05:00 2026", "2026-11-03T09:05:00.000Z", 24],
  ["ctime", "Tue Nov  3 09:05:00", undefined, 19],
  ["ctime", "Tue Nov  3 09:05:00 202", undefined, 24],
  ["bsd", "Nov  3 09:05:00 host", "2026-11-03T09:05:00.000Z", 15],
  ["bsd", "Nov 03 09:05:00", "2026-11-03T09:05:00.000Z", 15],
  ["bsd", "Jan  3 09:05:00", "2027-01-03T09:05:00.000Z", 15],
  ["bsd", "Nox  3 09:05:00", undefined, 15],
  ["bsd", "Nov  3  9:05:00", "2026-11-03T09:05:00.000Z", 15],
  ["klog", "1103 09:05:00.123456   1 x", "2026-11-03T09:05:00.123Z", 20],
  ["klog", "1303 09:05:00.123456", undefined, 20],
  ["compact", "20261103 09:05:00,host", "2026-11-03T09:05:00.000Z", 17],
  ["compact", "20261103 9:05:00,host", "2026-11-03T09:05:00.000Z", 16],
  ["compact", "20261103T09:05:00", undefined, 0],
])("%s: %s", (kind, text, time, end) => {
  const [found, at] = read(kind, text);
  expect(found).toBe(time);
  if (time !== undefined) expect(at).toBe(end);
});

test("the year that isn't named is that which brings the time nearest", () => {
  const at = (text: string, near: string): string | undefined => read("bsd", text, Date.parse(near))[0];
  expect(at("Dec 31 23:59:59", "2027-01-01T00:00:10Z")).toBe("2026-12-31T23:59:59.000Z");
  expect(at("Jan  1 00:00:01", "2026-12-31T23:59:50Z")).toBe("2027-01-01T00:00:01.000Z");
  expect(at("Feb 29 12:00:00", "2029-01-01T00:00:00Z")).toBe("2028-02-29T12:00:00.000Z");
  expect(at("Feb 29 12:00:00", "2026-11-21T00:00:00Z")).toBeUndefined();
});
