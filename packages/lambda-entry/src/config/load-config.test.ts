import { join } from "node:path";
import type { ObjectReader, SecretStore } from "@sluice/core";
import { describe, expect, onTestFinished, test } from "vitest";
import { createS3Reader } from "../aws/s3-reader.ts";
import { localServer } from "../testing/local-server.testing.ts";
import { tempFolder } from "../testing/temp-folder.testing.ts";
import { awsFetchers, type ConfigFetchers } from "./fetchers.ts";
import { loadConfig } from "./load-config.ts";

const YAML = "sinks:\n  out:\n    type: stdout\n";
const JSON_TEXT = '{ "sinks": { "out": { "type": "stdout" } } }';
const fetchers: ConfigFetchers = {
  s3: async (bucket, key) => `${YAML}\n# ${bucket} ${key}`,
  ssm: async () => JSON_TEXT,
};
const secrets: SecretStore = { resolve: async (reference) => `<${reference}>` };
const load = (cwd: string, SLUICE_CONFIG?: string, reference?: string) =>
  loadConfig({ cwd, env: { SLUICE_CONFIG }, reference, secrets, fetchers });
const failure = (promise: Promise<unknown>): Promise<Error> =>
  promise.then(
    () => new Error("it didn't fail"),
    (error) => error,
  );

describe("where a config comes from", () => {
  test.each([
    ["YAML text", YAML, "SLUICE_CONFIG", "."],
    ["JSON text", JSON_TEXT, "SLUICE_CONFIG", "."],
    ["JSON text behind a byte order mark", `\uFEFF${JSON_TEXT}`, "SLUICE_CONFIG", "."],
    ["a YAML file", "conf/a.yaml", "conf/a.yaml", "conf"],
    ["a file of another name", "conf/other.conf", "conf/other.conf", "conf"],
    ["an ES module", "conf/a.js", "conf/a.js", "conf"],
    ["TypeScript", "conf/a.ts", "conf/a.ts", "conf"],
    ["S3", "s3://bucket/some/key.yaml", "s3://bucket/some/key.yaml", "."],
    ["SSM", "ssm:/logs/config", "ssm:/logs/config", "."],
  ])("%s", async (_, reference, name, baseDir) => {
    const cwd = await tempFolder(onTestFinished, {
      "package.json": '{"type":"module"}',
      "conf/a.yaml": YAML,
      "conf/other.conf": JSON_TEXT,
      "conf/a.js": `export default ${JSON_TEXT}`,
      "conf/a.ts": `const config: object = ${JSON_TEXT};\nexport default config;`,
    });
    const loaded = await load(cwd, reference);
    expect(loaded).toMatchObject({ name, baseDir: join(cwd, baseDir), config: { sinks: { out: { type: "stdout" } } } });
  });

  test("a reference goes before the variable, the variable before ./sluice.*, yaml before the others", async () => {
    const named = (name: string) => `sinks: { ${name}: { type: stdout } }\n`;
    const cwd = await tempFolder(onTestFinished, { "sluice.yaml": named("yaml"), "sluice.json": JSON_TEXT });
    expect((await load(cwd, named("variable"), named("reference")))?.config.sinks).toHaveProperty("reference");
    expect((await load(cwd, named("variable")))?.config.sinks).toHaveProperty("variable");
    expect(await load(cwd)).toMatchObject({ name: "sluice.yaml", config: { sinks: { yaml: {} } } });
    expect(await load(cwd, "  ")).toMatchObject({ name: "sluice.yaml" });
  });

  test.each(["yml", "json", "js", "mjs", "ts"])("./sluice.%s", async (end) => {
    const module = ["js", "mjs", "ts"].includes(end);
    const text = module ? `export default ${JSON_TEXT}` : JSON_TEXT;
    const cwd = await tempFolder(onTestFinished, { "package.json": '{"type":"module"}', [`sluice.${end}`]: text });
    expect(await load(cwd)).toMatchObject({ name: `sluice.${end}`, baseDir: cwd });
  });

  test("nothing is undefined", async () => {
    expect(await load(await tempFolder(onTestFinished))).toBeUndefined();
  });

  test("S3 through the reader", async () => {
    const server = await localServer(onTestFinished, (request, response) => {
      if (request.url?.startsWith("/bucket/a.yaml")) response.end(YAML);
      else response.writeHead(404).end("<Error><Code>NoSuchKey</Code></Error>");
    });
    const over = { fetchers: awsFetchers({ secrets, reader: createS3Reader({ aws: server.aws }) }), env: {}, cwd: "." };
    expect(await loadConfig({ ...over, reference: "s3://bucket/a.yaml" })).toMatchObject({
      name: "s3://bucket/a.yaml",
    });
    const missing = loadConfig({ ...over, reference: "s3://bucket/b.yaml" });
    await expect(missing).rejects.toMatchObject({ code: "CONFIG_NOT_FOUND" });
  });
});

test("text in one line is text, and none of it is shown as the name of a file", async () => {
  const error = await failure(load(await tempFolder(onTestFinished), "sinks: {a: {auth: {bearer: hunter2}}}"));
  expect(error).toMatchObject({ code: "CONFIG_INVALID", message: expect.stringContaining("sinks.a.type") });
  expect(error.message).not.toContain("hunter2");
});

test("what a placeholder stands for isn't shown", async () => {
  const text = 'onMissing: "${env:ODD}"\nsinks: {a: {type: stdout}}';
  const error = await failure(loadConfig({ reference: text, env: { ODD: "hunter2" }, cwd: "." }));
  expect(error.message).toContain("onMissing: expected one of");
  expect(error.message).not.toContain("hunter2");
});

test("more text in S3 than a config may have is refused rather than read in part", async () => {
  const size = 4 * 1024 * 1024 + 1;
  const reader: ObjectReader = { read: async () => ({ etag: "e", size, body: (async function* () {})() }) };
  const over = { fetchers: awsFetchers({ secrets, reader }), env: {}, cwd: "." };
  await expect(loadConfig({ ...over, reference: "s3://bucket/a.yaml" })).rejects.toMatchObject({
    code: "CONFIG_INVALID",
    message: `s3://bucket/a.yaml: expected at most 4194304 bytes, got ${size}`,
  });
});

describe("what can't be found", () => {
  test.each([
    ["nope.yaml", "nope.yaml: no such file"],
    ["nope.js", "nope.js: no such file"],
    [".", "expected a file, got a folder"],
    ["s3://bucket", "expected s3://bucket/key"],
    ["none", "no such file (a config given as text has a line end, or begins with { or a key)"],
  ])("%s", async (reference, words) => {
    expect(await failure(load(await tempFolder(onTestFinished), reference))).toMatchObject({
      code: "CONFIG_NOT_FOUND",
      message: expect.stringContaining(words),
    });
  });
});

describe("what is wrong in it", () => {
  test.each([
    ["YAML, by line and column", "sinks:\n  out: {\n", "a.yaml:3:1: "],
    ["a key twice", "sinks:\n  out: {type: stdout}\n  out: {type: stdout}\n", "a.yaml:3:3: Map keys must be unique"],
    ["tabs", "sinks:\n\tout: 1\n", "a.yaml:2:1: "],
    ["two documents", "a: 1\n---\nb: 2\n", "a.yaml:2:1: "],
    ["an alias to nowhere", "sinks: *none\n", "a.yaml"],
    ["an alias bomb", bomb(), "a.yaml: Excessive alias count"],
    ["a value, by its path", "sinks:\n  out: { type: 7 }\n", "a.yaml: sinks.out.type: expected string, got number 7"],
    ["an unknown key", "sinks: { out: { type: stdout } }\nrute: 1\n", "a.yaml: rute: expected one of sources"],
    ["no text", "", "a.yaml: (top level): expected object, got null"],
  ])("%s", async (_, text, words) => {
    const cwd = await tempFolder(onTestFinished, { "a.yaml": text });
    expect(await failure(load(cwd, "a.yaml"))).toMatchObject({
      code: "CONFIG_INVALID",
      message: expect.stringContaining(words),
    });
  });

  test("JSON, by line and column", async () => {
    const cwd = await tempFolder(onTestFinished, {
      "a.json": '{\n\t"sinks": {\n\t\t"out": { "type": "stdout" \n\t}\n}\n',
    });
    expect(await failure(load(cwd, "a.json"))).toMatchObject({
      code: "CONFIG_INVALID",
      message: expect.stringMatching(/^a\.json:\d+:\d+: /),
    });
  });

  test.each([
    ["no default export", "export const config = {};", "expected the config as the default export, got none"],
    ["a syntax error", "export default {", "a.mjs: "],
    ["a throw", "throw new Error('from inside')", "from inside"],
  ])("a module with %s", async (_, text, words) => {
    const cwd = await tempFolder(onTestFinished, { "a.mjs": text });
    expect(await failure(load(cwd, "a.mjs"))).toMatchObject({
      code: "CONFIG_INVALID",
      message: expect.stringContaining(words),
    });
  });
});

describe("placeholders", () => {
  test("are resolved outside of sinks, and left inside", async () => {
    const text = `
sinks: { out: { type: http, url: "\${env:URL}" } }
deadLetter: { type: s3, bucket: "\${ssm:/bucket}-\${env:STAGE}" }
`;
    const loaded = await load(".", text);
    expect(loaded?.config.deadLetter).toMatchObject({ bucket: "<ssm:/bucket>-<env:STAGE>" });
    expect(loaded?.config.sinks.out).toMatchObject({ url: "${env:URL}" });
  });

  test("read the environment given, not the process's", async () => {
    const text = `sinks: { out: { type: stdout } }\ndeadLetter: { type: file, path: "\${env:DEAD}" }\n`;
    const loaded = await loadConfig({ reference: text, env: { DEAD: "here" }, cwd: "." });
    expect(loaded?.config.deadLetter).toMatchObject({ path: "here" });
    const missing = loadConfig({ reference: text, env: {}, cwd: "." });
    await expect(missing).rejects.toMatchObject({ code: "SECRET_UNAVAILABLE" });
  });
});

function bomb(): string {
  const levels = Array.from({ length: 9 }, (_, i) => `a${i + 1}: &a${i + 1} [${`*a${i},`.repeat(9)}]`);
  return `a0: &a0 [x]\n${levels.join("\n")}\n`;
}
