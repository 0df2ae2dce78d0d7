import { readFileSync } from "node:fs";
import { join } from "node:path";

export const LAMBDA: string = join(import.meta.dirname, "../dist/lambda");
/** The handler's own module: the one that Lambda imports. */
export const ENTRY = "src/handler.ts";

/** What esbuild tells of the files it wrote. */
interface Output {
  readonly bytes: number;
  readonly entryPoint?: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly imports: readonly { readonly path: string; readonly kind: string; readonly external?: boolean }[];
}
export type Outputs = Readonly<Record<string, Output>>;

export function readOutputs(): Outputs {
  return JSON.parse(readFileSync(join(LAMBDA, "metafile-esm.json"), "utf8")).outputs;
}

/** The files that importing these modules (named by the end of their path) loads, by static imports alone. */
export function loadedBy(outputs: Outputs, modules: readonly string[]): string[] {
  const pending = modules.map((module) => fileOf(outputs, module));
  const loaded = new Set<string>();
  for (let file = pending.pop(); file !== undefined; file = pending.pop()) {
    if (loaded.has(file)) continue;
    loaded.add(file);
    for (const { kind, path, external } of outputs[file]?.imports ?? [])
      if (kind !== "dynamic-import" && external !== true) pending.push(path);
  }
  return [...loaded];
}

/** The file that a module, named by the end of its path, has to itself. */
export function fileOf(outputs: Outputs, module: string): string {
  const found = Object.keys(outputs).find((file) => `/${outputs[file]?.entryPoint}`.endsWith(`/${module}`));
  if (found === undefined) throw new Error(`no file of its own for ${module}: it is part of another one`);
  return found;
}

/** Core, and of the codecs what tells compressions apart: that is asked of every object. */
const OWN = /^\.\.\/(?:core\/|codecs\/src\/(?:index|magic|[^/]+\/magic)\.ts$)/;

/** npm packages, and packages of this repository beside those, that have code in these files. */
export function packagesIn(files: readonly string[], outputs: Outputs): string[] {
  const inputs = files.flatMap((file) => Object.keys(outputs[file]?.inputs ?? {}));
  const names = inputs.flatMap((input) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(input)?.[1] ?? []);
  const others = inputs.filter((input) => !OWN.test(input));
  const siblings = others.flatMap((input) => /^\.\.\/([^/]+)\/src\//.exec(input)?.[1] ?? []);
  return [...new Set([...names, ...siblings])].sort();
}
