import { expect, test } from "vitest";
import { Pace } from "./pace.ts";

test("nothing is known of a sink that hasn't settled anything", () => {
  expect(new Pace().roundsMs(3, 1000)).toBe(0);
});

test("the slowest of the last batches tells how long others may take, and is forgotten by and by", () => {
  const pace = new Pace();
  pace.sent(1, 0);
  pace.settled(1, 1000);
  expect(pace.roundsMs(2, 1000)).toBe(2000);
  for (let batch = 2; batch < 12; batch++) {
    pace.sent(batch, 1000);
    pace.settled(batch, 1010);
  }
  expect(pace.roundsMs(1, 1010)).toBeLessThan(200);
});

test("a batch that is under way for longer than any before counts as well", () => {
  const pace = new Pace();
  pace.sent(1, 0);
  expect(pace.roundsMs(1, 5000)).toBe(5000);
});

test("a sink stands still from the moment it is waited for, or has settled something", () => {
  const pace = new Pace();
  pace.waits(100);
  expect(pace.stillMs(400)).toBe(300);
  pace.sent(1, 100);
  pace.settled(1, 350);
  expect(pace.stillMs(400)).toBe(50);
});
