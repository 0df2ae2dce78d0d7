import fc from "fast-check";
import { expect, test } from "vitest";
import { aggregated, field, framed } from "./kpl.testing.ts";
import { userRecords } from "./kpl.ts";

test("gives back what was put in, in order", () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 400 })), (records) => {
      expect(userRecords(aggregated(...records))?.map((each) => [...each])).toEqual(records.map((each) => [...each]));
    }),
  );
});

test("data of more than a varint's byte", () => {
  const large = Buffer.alloc(70_000, "x");
  expect(userRecords(aggregated(large, "b"))?.map(({ length }) => length)).toEqual([70_000, 1]);
});

test.each([
  ["empty", Buffer.alloc(0)],
  ["a line", Buffer.from("just a line of text, long enough")],
  ["the magic alone", Buffer.from([0xf3, 0x89, 0x9a, 0xc2])],
  ["a record without data", framed(field(3, field(1, 0)))],
  ["a length beyond the end", framed(Buffer.from([0x1a, 0x7f, 0x01]))],
  ["a wire type of no kind", framed(Buffer.from([0x1b]))],
  ["a number that never ends", framed(Buffer.alloc(20, 0xff))],
])("%s is no such record", (_, bytes) => {
  expect(userRecords(bytes)).toBeUndefined();
});

test("a digest that doesn't fit, or a byte changed anywhere, makes it a record like any other", () => {
  const whole = aggregated("one", "two");
  for (let at = 0; at < whole.length; at++) {
    const changed = Buffer.from(whole);
    changed[at] = (changed[at] as number) ^ 1;
    expect(userRecords(changed)).toBeUndefined();
    expect(userRecords(whole.subarray(0, at))).toBeUndefined();
  }
});
