import { expect, onTestFinished, test } from "vitest";
import { transformLoader } from "./load-transform.ts";
import { tempFolder } from "./testing/temp-folder.testing.ts";

const FILES = {
  "package.json": '{"type":"module"}',
  "enrich.js": "export default (record) => ({ ...record, enriched: true });",
  "old.cjs": "exports.__esModule = true; exports.default = (record) => record;",
  "nothing.js": "export const enrich = 1;",
  "throws.js": 'throw new Error("from inside");',
};

test("a transform is a module's default export", async () => {
  const load = transformLoader(await tempFolder(onTestFinished, FILES));
  expect((await load("./enrich.js"))({ a: 1 })).toEqual({ a: 1, enriched: true });
  expect((await load("./old.cjs"))({ a: 1 })).toEqual({ a: 1 });
});

test.each([
  ["./nope.js", "transform ./nope.js: not found from "],
  ["./nothing.js", "expected a function, (record) => record, as the default export"],
  ["./throws.js", "transform ./throws.js: Error: from inside"],
])("TRANSFORM_UNKNOWN: %s", async (reference, words) => {
  const load = transformLoader(await tempFolder(onTestFinished, FILES));
  await expect(load(reference)).rejects.toMatchObject({
    code: "TRANSFORM_UNKNOWN",
    message: expect.stringContaining(words),
  });
});
