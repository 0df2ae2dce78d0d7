import { pathToFileURL } from "node:url";
import { resolveModule } from "./resolve-module.ts";

/** What a module by file or npm name may have meant as its default export; undefined when there is no such module. */
export async function importModule(name: string, baseDir: string): Promise<readonly unknown[] | undefined> {
  const path = await resolveModule(name, baseDir);
  if (path === undefined) return undefined;
  const module = await import(pathToFileURL(path).href);
  // A CommonJS build of an ES module has its default export one level further down.
  return [module.default, module.default?.default];
}
