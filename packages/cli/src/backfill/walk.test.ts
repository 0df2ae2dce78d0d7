import fc from "fast-check";
import { expect, test } from "vitest";
import { fakeBucket } from "./fake-bucket.testing.ts";
import { byBytes, discoverRanges, type KeyRange, TARGET_RANGES } from "./ranges.ts";
import { type Page, walk } from "./walk.ts";

const { signal } = new AbortController();
const PLACE = { bucket: "b", prefix: "" };

async function pagesOf(
  lister: ReturnType<typeof fakeBucket>,
  ranges: readonly KeyRange[],
  prefix = "",
): Promise<Page[]> {
  const pages: Page[] = [];
  const numbered = new Map([...ranges.entries()]);
  for await (const page of walk({ ...PLACE, prefix, list: lister.list, ranges: numbered, signal })) pages.push(page);
  return pages;
}

const key = fc
  .array(fc.constantFrom("a", "b", "/", "//", "dt=1", "ü", "\u{1f600}", "\uffee", "+", " "), {
    minLength: 1,
    maxLength: 6,
  })
  .map((parts) => parts.join(""));

test("ranges that are found together hold each key once, whatever folders there are", async () => {
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(key, { maxLength: 60 }), fc.nat({ max: 6 }), async (keys, more) => {
      const bucket = fakeBucket(keys, more + 1);
      const ranges = await discoverRanges(bucket.list, "b", "", signal);
      const pages = await pagesOf(bucket, ranges);
      const seen = pages.flatMap(({ objects }) => objects.map((object) => object.key));
      expect(seen.sort(byBytes)).toEqual([...keys].sort(byBytes));
      for (const i of ranges.keys()) {
        const own = pages.filter(({ range }) => range === i);
        expect(own.map(({ isLast }) => isLast)).toEqual(own.map((_, at) => at === own.length - 1));
        const inOrder = own.flatMap(({ objects }) => objects.map((object) => object.key));
        expect(inOrder).toEqual([...inOrder].sort(byBytes));
      }
    }),
    { numRuns: 150 },
  );
});

test("many folders are as many ranges as are wanted; a key that is a folder's own name is in one of them", async () => {
  const keys = Array.from({ length: 300 }, (_, i) => [`logs/${i}/`, `logs/${i}/x`]).flat();
  const bucket = fakeBucket([...keys, "other/1"], 1000);
  const ranges = await discoverRanges(bucket.list, "b", "logs/", signal);
  expect(ranges.length).toBe(TARGET_RANGES + 1);
  const pages = await pagesOf(bucket, ranges, "logs/");
  expect(pages.flatMap(({ objects }) => objects.map((object) => object.key)).sort()).toEqual(keys.sort());
});

test("a keyspace without folders is one range", async () => {
  const bucket = fakeBucket(["a", "b", "c", "d"]);
  expect(await discoverRanges(bucket.list, "b", "", signal)).toEqual([{ after: undefined, to: undefined }]);
});

test("a listing that fails ends the walk with its reason", async () => {
  const bucket = fakeBucket(["a/1", "b/1"]);
  const list = async (): Promise<never> => {
    throw new Error("denied");
  };
  const ranges = new Map([...(await discoverRanges(bucket.list, "b", "", signal)).entries()]);
  const pages = walk({ ...PLACE, list, ranges, signal });
  await expect(pages.next()).rejects.toThrow("denied");
});

test("pages are listed only so far ahead of whoever takes them", async () => {
  const bucket = fakeBucket(
    Array.from({ length: 1000 }, (_, i) => `k${String(i).padStart(4, "0")}`),
    1,
  );
  const pages = walk({ ...PLACE, list: bucket.list, ranges: new Map([[0, {}]]), signal });
  await pages.next();
  for (let i = 0; i < 100; i++) await new Promise((resolve) => setImmediate(resolve));
  expect(bucket.requests).toBeLessThan(25);
  await pages.return(undefined);
});
