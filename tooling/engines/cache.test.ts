import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { cached } from "./cache.ts";
import { cacheDir } from "./process.ts";

const name = `test-${process.pid}`;
const traces = async () => (await readdir(cacheDir)).filter((entry) => entry.startsWith(name));

afterEach(() => rm(join(cacheDir, name), { recursive: true, force: true }));

test("builds once", async () => {
  let builds = 0;
  const build = async (dir: string) => {
    builds++;
    await writeFile(join(dir, "built"), "yes");
  };
  const place = await cached(name, build);
  expect(await cached(name, build)).toBe(place);
  expect(builds).toBe(1);
  expect(await readFile(join(place, "built"), "utf8")).toBe("yes");
});

test("a failed build leaves nothing behind", async () => {
  const failing = cached(name, async (dir) => {
    await writeFile(join(dir, "half"), "");
    throw new Error("no network");
  });
  await expect(failing).rejects.toThrow("no network");
  expect(await traces()).toEqual([]);
});

test("of two builds at the same time one is kept", async () => {
  const build = (dir: string) => writeFile(join(dir, "built"), "");
  const [one, two] = await Promise.all([cached(name, build), cached(name, build)]);
  expect(one).toBe(two);
  expect(await traces()).toEqual([name]);
});
