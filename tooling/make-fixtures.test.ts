import { Buffer } from "node:buffer";
import { globSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { fixtureFiles, GENERATED, ROOT } from "./make-fixtures.ts";

const files = fixtureFiles();

test("committed fixtures and samples are what the generator writes", () => {
  const changed = [...files].filter(([path, content]) => !Buffer.from(content).equals(readFileSync(join(ROOT, path))));
  expect(changed.map(([path]) => path)).toEqual([]);
});

test("generated folders hold nothing else", () => {
  const found = GENERATED.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(ROOT.length).replaceAll("\\", "/")),
  );
  expect(found.filter((path) => !files.has(path))).toEqual([]);
});

test("the formats' folders hold nothing but them and the documents that come of them", () => {
  const found = globSync("fixtures/formats/**", { cwd: ROOT, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith(".expected.ndjson"))
    .map((entry) => join(entry.parentPath, entry.name).slice(ROOT.length).replaceAll("\\", "/"));
  expect(found.filter((path) => !files.has(path))).toEqual([]);
});

test("fixtures and samples stay small", () => {
  const bytes = [...files.values()].reduce((total, content) => total + Buffer.byteLength(content), 0);
  expect(bytes).toBeLessThan(600_000);
});
