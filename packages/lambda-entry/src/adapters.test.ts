import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { SINK_TYPES, sinkCatalog } from "./adapters.ts";
import { tempFolder } from "./testing/temp-folder.testing.ts";

const PLUGIN = "{ options: { safeParse: (data) => ({ success: true, data }) }, create: () => ({}) }";
const MODULE = '{"type":"module"}';
const definition = { create: expect.any(Function), options: { safeParse: expect.any(Function) } };

test.each(SINK_TYPES)("%s is one of ours", async (type) => {
  expect(await sinkCatalog({ baseDir: "." })(type)).toMatchObject(definition);
});

describe("a plug-in", () => {
  test("is found by its file, from the config's folder", async () => {
    const baseDir = await tempFolder(onTestFinished, {
      "package.json": MODULE,
      "my-sink.js": `export default ${PLUGIN};`,
    });
    expect(await sinkCatalog({ baseDir })("./my-sink.js")).toMatchObject(definition);
    expect(await sinkCatalog({ baseDir: "/" })(join(baseDir, "my-sink.js"))).toMatchObject(definition);
  });

  test.each([
    ["that can only be imported", '{"type":"module","exports":{".":{"types":"./x.d.ts","import":"./lib/i.js"}}}'],
    ["with conditions one in another", '{"type":"module","exports":{"node":{"import":{"default":"./lib/i.js"}}}}'],
    ["with a main file", '{"type":"module","main":"lib/i.js"}'],
  ])("is found by its package's name: one %s", async (_, manifest) => {
    const baseDir = await tempFolder(onTestFinished, {
      "node_modules/@acme/sink/package.json": manifest,
      "node_modules/@acme/sink/lib/i.js": `export default ${PLUGIN};`,
      "conf/.keep": "",
    });
    expect(await sinkCatalog({ baseDir: join(baseDir, "conf") })("@acme/sink")).toMatchObject(definition);
  });

  test("in CommonJS has its default one level down", async () => {
    const text = `exports.__esModule = true; exports.default = ${PLUGIN};`;
    const baseDir = await tempFolder(onTestFinished, { "my-sink.cjs": text });
    expect(await sinkCatalog({ baseDir })("./my-sink.cjs")).toMatchObject(definition);
  });

  test("made in code goes before ours", async () => {
    const own = await sinkCatalog({ baseDir: "." })("stdout");
    if (own === undefined) throw new Error("no stdout");
    expect(await sinkCatalog({ baseDir: ".", own: { http: own } })("http")).toBe(own);
  });
});

describe("SINK_UNKNOWN", () => {
  test.each([
    ["elasticsearh", "expected one of elasticsearch, opensearch, http"],
    ["toString", "expected one of elasticsearch"],
    ["./nope.js", 'sink type "./nope.js" not found from '],
    ["./empty.js", "expected defineSink({ options, create }) as the default export"],
    ["./half.js", "expected defineSink({ options, create }) as the default export"],
    ["./throws.js", "throws.js: Error: from inside"],
  ])("%s", async (type, words) => {
    const baseDir = await tempFolder(onTestFinished, {
      "package.json": MODULE,
      "empty.js": "export const sink = {};",
      "half.js": "export default { create() {} };",
      "throws.js": "throw new Error('from inside');",
    });
    await expect(sinkCatalog({ baseDir })(type)).rejects.toMatchObject({
      code: "SINK_UNKNOWN",
      message: expect.stringContaining(words),
    });
  });
});
