import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rename, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { cacheDir } from "./process.ts";

/**
 * The folder `.cache/<name>`, made by `build` when it isn't there yet. It is built beside its place and moved
 * there when complete, so that neither an interrupted nor a simultaneous build leaves half a folder.
 */
export async function cached(name: string, build: (dir: string) => Promise<void>): Promise<string> {
  const place = join(cacheDir, name);
  if (existsSync(place)) return place;
  await mkdir(cacheDir, { recursive: true });
  const draft = await mkdtemp(`${place}.tmp-`);
  try {
    await build(draft);
    await rename(draft, place);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    if (!existsSync(place)) throw error; // else another process was first
  }
  return place;
}

/** A short hash of files' contents: part of a cache name, so that a changed source is built anew. */
export async function fingerprint(files: string[]): Promise<string> {
  const hash = createHash("sha256");
  for (const file of files)
    hash
      .update(basename(file))
      .update("\0")
      .update(await readFile(file))
      .update("\0");
  return hash.digest("hex").slice(0, 12);
}

export async function filesIn(dir: string, suffix: string): Promise<string[]> {
  const names = await readdir(dir);
  return names
    .filter((name) => name.endsWith(suffix))
    .sort()
    .map((name) => join(dir, name));
}
