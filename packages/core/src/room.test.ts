import { expect, test } from "vitest";
import { Room } from "./room.ts";

test("admits as many as fit, in order, and always one", async () => {
  const room = new Room(3, 10);
  const inside: string[] = [];
  const enter = async (name: string, weight: number): Promise<void> => {
    await room.enter(weight);
    inside.push(name);
  };
  const waits = [enter("a", 6), enter("b", 6), enter("c", 1), enter("d", 1), enter("huge", 99)];
  await waits[0];
  expect(inside).toEqual(["a"]);
  room.leave(6);
  await Promise.all(waits.slice(1, 4));
  expect(inside).toEqual(["a", "b", "c", "d"]);
  for (const weight of [6, 1, 1]) room.leave(weight);
  await waits[4];
  expect(inside.at(-1)).toBe("huge");
});
