// Fails when a package imports what it may not: dependencies point inward, and core touches no network and no process.
import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import { build } from "esbuild";

const ROOT = path.resolve(import.meta.dirname, "..");

/** Node's own modules that reach neither network nor process nor disk. */
const CORE_NODE_MODULES = new Set(["node:assert", "node:buffer", "node:crypto", "node:events", "node:zlib"]);
const CORE_PACKAGES = new Set(["zod", "p-retry"]);
/** Which of our own packages each may build on; beside its own package.json. */
const INWARD: Readonly<Record<string, readonly string[]>> = {
  core: [],
  codecs: ["@sluice/core"],
  "sinks-elastic": ["@sluice/core"],
  "sinks-http": ["@sluice/core"],
  "sinks-s3-archive": ["@sluice/core"],
  "lambda-entry": [
    "@sluice/core",
    "@sluice/codecs",
    "@sluice/sinks-elastic",
    "@sluice/sinks-http",
    "@sluice/sinks-s3-archive",
  ],
  cli: ["@sluice/core", "@sluice/lambda-entry"],
};

interface Import {
  readonly file: string;
  readonly target: string;
}

async function importsOf(folder: string): Promise<Import[]> {
  const sources = globSync("src/**/*.ts", { cwd: folder }).filter((file) => !/\.test(ing)?\.ts$/.test(file));
  const { metafile } = await build({
    absWorkingDir: folder,
    entryPoints: sources,
    bundle: true,
    packages: "external",
    platform: "node",
    format: "esm",
    write: false,
    outdir: "out",
    metafile: true,
    logLevel: "error",
  });
  return Object.entries(metafile.inputs).flatMap(([file, { imports }]) =>
    imports.map((each) => ({ file, target: each.external === true ? each.path : path.resolve(folder, each.path) })),
  );
}

function packageName(target: string): string {
  return target
    .split("/")
    .slice(0, target.startsWith("@") ? 2 : 1)
    .join("/");
}

function fault(
  name: string,
  folder: string,
  dependencies: ReadonlySet<string>,
  { target }: Import,
): string | undefined {
  if (path.isAbsolute(target)) {
    return target.startsWith(`${folder}${path.sep}`) ? undefined : "is outside the package";
  }
  if (name === "core") {
    const known = target.startsWith("node:") ? CORE_NODE_MODULES.has(target) : CORE_PACKAGES.has(packageName(target));
    return known ? undefined : "is nothing that core may import";
  }
  if (target.startsWith("node:")) return undefined;
  const wanted = packageName(target);
  if (!dependencies.has(wanted)) return "is not in the package's dependencies";
  if (wanted.startsWith("@sluice/") && INWARD[name]?.includes(wanted) !== true) return "points outward";
  return undefined;
}

const faults: string[] = [];
let checked = 0;
for (const name of Object.keys(INWARD)) {
  const folder = path.join(ROOT, "packages", name);
  const manifest = JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8"));
  const dependencies = new Set(Object.keys(manifest.dependencies ?? {}));
  for (const each of await importsOf(folder)) {
    checked += 1;
    const reason = fault(name, folder, dependencies, each);
    if (reason !== undefined) faults.push(`packages/${name}/${each.file}: import of "${each.target}" ${reason}`);
  }
}
for (const each of faults) console.error(each);
console.log(`boundaries: ${checked} imports, ${faults.length} faults`);
process.exitCode = faults.length === 0 ? 0 : 1;
