import { spawnSync } from "node:child_process";
import { existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { createAdapters } from "@sluice/cli";
import { configJsonSchema, parseConfig } from "@sluice/core";
import { expect, onTestFinished, test } from "vitest";
import { parse as parseYaml } from "yaml";

const ROOT = path.resolve(import.meta.dirname, "..");

function read(file: string): string {
  return readFileSync(path.join(ROOT, file), "utf8");
}

const DOCUMENTS = ["README.md", "CONTRIBUTING.md", ...globSync("docs/**/*.md", { cwd: ROOT })];

/** `[text](file#heading)`, and the titles in double quotes right behind it. */
const LINK = /\]\((?<file>[^)#\s]*)(?:#(?<heading>[^)\s]+))?\)(?<titles>(?:,? "[^"]+")*)/g;

interface Link {
  readonly file: string;
  readonly heading: string | undefined;
  readonly titles: readonly string[];
}

function linksIn(document: string): Link[] {
  return [...read(document).matchAll(LINK)].flatMap(({ groups = {} }) => {
    const { file = "", heading, titles = "" } = groups;
    if (/^https?:/.test(file)) return [];
    return {
      file: file === "" ? document : path.join(path.dirname(document), file),
      heading,
      titles: [...titles.matchAll(/"([^"]+)"/g)].map(([, title]) => title as string),
    };
  });
}

/** As GitHub makes them of headings. */
function anchorsOf(document: string): string[] {
  return [...read(document).matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
    (heading as string)
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, "")
      .replace(/\s/g, "-"),
  );
}

function isThere({ file, heading }: Link): boolean {
  if (!existsSync(path.join(ROOT, file))) return false;
  return heading === undefined || !file.endsWith(".md") || anchorsOf(file).includes(heading);
}

test.each(DOCUMENTS)("%s links to what is there", (document) => {
  expect(linksIn(document).filter((link) => !isThere(link))).toEqual([]);
});

test("docs/reliability.md names tests, and faults of the chaos tests, that are there", () => {
  const named = linksIn("docs/reliability.md").filter(({ titles }) => titles.length > 0);
  expect(named.length).toBeGreaterThan(30);
  const gone = named.flatMap(({ file, titles }) => {
    const text = read(file);
    const written = (title: string): string => (file.endsWith(".test.ts") ? title : `\`${title}\``);
    return titles.filter((title) => !text.includes(written(title))).map((title) => `${file}: ${title}`);
  });
  expect(gone).toEqual([]);
});

/** Codes of warnings, and those that sinks and core give as reasons for single records or batches: never thrown. */
const REASONS = ["ARCHIVE_IDS_LOST", "CHECKSUM_MISMATCH", "FAILURE_STORE", "NETWORK", "NOT_ACTIVE", "SINK_STALLED"];

test("docs/errors.md has a row for every code, and no others", () => {
  const [, union = ""] = /export type ErrorCode =([^;]+);/.exec(read("packages/core/src/errors.ts")) ?? [];
  const codes = [...union.matchAll(/"([A-Z_]+)"/g)].map(([, code]) => code as string);
  const rows = [...read("docs/errors.md").matchAll(/^\| (`[A-Z_`, ]+`) \|/gm)];
  const documented = rows.flatMap(([, cell]) => (cell as string).match(/[A-Z_]+/g) ?? []);
  expect(codes.length).toBeGreaterThan(30);
  expect(codes, "named once each").toEqual([...new Set(codes)]);
  expect(documented.toSorted()).toEqual([...codes, ...REASONS].sort());
});

/** Names of keys in a JSON Schema, however deep. */
function keysOf(schema: unknown): string[] {
  if (typeof schema !== "object" || schema === null) return [];
  return Object.entries(schema).flatMap(([name, value]) => [
    ...(name === "properties" ? Object.keys(value) : []),
    ...keysOf(value),
  ]);
}

test("docs/configuration.md names every key of the config that core reads", () => {
  const text = read("docs/configuration.md");
  const keys = [...new Set(keysOf(configJsonSchema()))];
  expect(keys).toEqual(expect.arrayContaining(["stallMs", "splitBytes", "maxMarginMs", "onMissing"]));
  expect(keys.filter((key) => !new RegExp(`\\b${key}\\b`).test(text))).toEqual([]);
});

/** Configs in the documents: YAML with a key of a config at its top. What else there is, is of Kubernetes. */
const CONFIGS = ["samples/sluice.yaml", "samples/elasticsearch.yaml", ...DOCUMENTS].flatMap((document) => {
  const text = read(document);
  const blocks = document.endsWith(".yaml") ? [text] : [...text.matchAll(/^```yaml\n(.*?)^```$/gms)].map(([, a]) => a);
  const values = blocks.map((block) => parseYaml(block as string));
  return values.filter((value) => "sinks" in value || "sources" in value).map((value) => [document, value] as const);
});

test("there are configs in the documents", () => {
  const documents = new Set(CONFIGS.map(([document]) => document));
  for (const document of ["README.md", "docs/formats.md", "docs/sinks.md"]) expect(documents).toContain(document);
});

test.each(CONFIGS)("a config in %s is one", async (name, { sinks = { out: { type: "stdout" } }, ...rest }) => {
  // A plug-in's file isn't there: what core knows of it is judged all the same.
  const config = parseConfig({ sinks, ...rest }, name);
  const own = Object.entries(config.sinks).filter(([, { type }]) => !type.startsWith("./"));
  const judged = { ...config, sinks: own.length > 0 ? Object.fromEntries(own) : { out: { type: "stdout" } } } as const;
  const loaded = { config: parseConfig(judged, name), name, baseDir: ROOT, found: true };
  const pipeline = createAdapters({ env: {}, cwd: ROOT }).open(loaded, {});
  expect(await pipeline.check({ connect: false })).toEqual([]);
  await pipeline.close();
});

test("JSON in the documents is JSON", () => {
  const blocks = DOCUMENTS.flatMap((document) => [...read(document).matchAll(/^```json\n(.*?)^```$/gms)]);
  expect(blocks.length).toBeGreaterThan(3);
  for (const [, text] of blocks) expect(() => JSON.parse(text as string)).not.toThrow();
});

test("the sink of docs/sinks.md works from a checkout as it stands there", () => {
  mkdirSync(path.join(ROOT, ".cache"), { recursive: true });
  const dir = mkdtempSync(path.join(ROOT, ".cache/docs-"));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  const text = read("docs/sinks.md");
  const block = (language: string): string =>
    new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, "ms").exec(text)?.[1] as string;
  writeFileSync(path.join(dir, "console-sink.mjs"), block("js"));
  writeFileSync(path.join(dir, "sluice.yaml"), block("yaml"));
  writeFileSync(path.join(dir, "a.log"), "one line\n");
  const env = { ...process.env, INIT_CWD: dir };
  const run = spawnSync(process.execPath, [path.join(ROOT, "tooling/sluice.ts"), "run", "a.log"], {
    env,
    encoding: "utf8",
  });
  expect(run).toMatchObject({ status: 0, stdout: expect.stringMatching(/^> \{.*"message":"one line"/) });
});
