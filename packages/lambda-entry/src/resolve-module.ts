import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";

/** Conditions of a package's `exports`, as `import` takes them. */
const CONDITIONS: ReadonlySet<string> = new Set(["node", "import", "module-sync", "default"]);

/**
 * The file of `./x.js`, `/opt/x.js` or an npm name, seen from `baseDir`; undefined when there is none.
 * NODE_PATH counts, so packages in a Lambda layer are found.
 */
export async function resolveModule(name: string, baseDir: string): Promise<string | undefined> {
  const require = createRequire(join(baseDir, "config.js"));
  try {
    return require.resolve(name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ERR_PACKAGE_PATH_NOT_EXPORTED") return undefined;
    return importEntry(require.resolve.paths(name) ?? [], name);
  }
}

/** Packages that can only be imported: `require.resolve` refuses them, `import.meta.resolve` takes no folder to start from. */
async function importEntry(folders: readonly string[], name: string): Promise<string | undefined> {
  for (const folder of folders) {
    const text = await readFile(join(folder, name, "package.json"), "utf8").catch(() => undefined);
    if (text === undefined) continue;
    const { exports } = JSON.parse(text);
    const entry = pick(exports?.["."] ?? exports);
    return entry === undefined ? undefined : join(folder, name, entry);
  }
  return undefined;
}

function pick(exports: unknown): string | undefined {
  if (typeof exports === "string") return exports;
  if (exports === null || typeof exports !== "object") return undefined;
  for (const [condition, target] of Object.entries(exports)) {
    const entry = CONDITIONS.has(condition) ? pick(target) : undefined;
    if (entry !== undefined) return entry;
  }
  return undefined;
}
