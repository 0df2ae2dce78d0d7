import { globSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * Writes the list of all formats from the files that hold one: `export const name: Format = …` in packages/core/src/record/formats/.
 * `node tooling/make-registry.ts`, after a format was added.
 */

const FOLDER = fileURLToPath(new URL("../packages/core/src/record/formats/", import.meta.url));

export const REGISTRY: string = join(FOLDER, "registry.generated.ts");

const DEFINITION = /^export const (\w+): Format = /gm;

interface Found {
  readonly name: string;
  readonly from: string;
}

function formatsIn(file: string): Found[] {
  const text = readFileSync(join(FOLDER, file), "utf8");
  return [...text.matchAll(DEFINITION)].map(([, name]) => ({ name: name as string, from: `./${file}` }));
}

const isSource = (file: string): boolean => !/\.(?:test|testing|generated)\.ts$/.test(basename(file));

export function registryText(): string {
  const files = globSync("**/*.ts", { cwd: FOLDER }).map((file) => file.replaceAll("\\", "/"));
  // A name comes before longer ones that begin with it.
  const names = files.filter(isSource).map((file) => file.slice(0, -3));
  const found = names.sort().flatMap((name) => formatsIn(`${name}.ts`));
  return `// Written by tooling/make-registry.ts from the files in this folder.
// biome-ignore-all assist/source/organizeImports: in the order of their names
// biome-ignore-all format: one a line

import type { Format } from "./format.ts";
${found.map(({ name, from }) => `import { ${name} } from "${from}";\n`).join("")}
export const ALL: readonly Format[] = [
${found.map(({ name }) => `  ${name},\n`).join("")}];
`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(REGISTRY, registryText());
