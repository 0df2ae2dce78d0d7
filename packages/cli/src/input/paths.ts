import type { Stats } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import type { ObjectRef } from "@sluice/core";
import { UsageError } from "../command.ts";

/**
 * Objects for PATH… and s3://…: a file, every file below a directory (sorted, links to directories not followed), or an
 * S3 object. A file's key is its path relative to `cwd`, so that the same command gives the same ids in each checkout.
 */
export async function objectRefs(paths: readonly string[], cwd: string): Promise<ObjectRef[]> {
  const refs: ObjectRef[] = [];
  for (const path of paths) {
    if (/^s3:\/\//i.test(path)) refs.push(s3Ref(path));
    else refs.push(...(await filesAt(path, cwd)));
  }
  return refs;
}

/** `s3://bucket/key`, the key as it is. */
function s3Ref(url: string): ObjectRef {
  const [, bucket, key] = /^s3:\/\/([^/]+)\/(.+)$/is.exec(url) ?? [];
  if (bucket === undefined || key === undefined || key.endsWith("/"))
    throw new UsageError(`${url}: expected one object, s3://bucket/key`);
  return { store: "s3", bucket, key };
}

async function filesAt(path: string, cwd: string): Promise<ObjectRef[]> {
  const at = resolve(cwd, path);
  const found = await statOf(at, path);
  if (!found.isDirectory()) return [fileRef(at, cwd, found)];
  const entries = await readdir(at, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile() || entry.isSymbolicLink())
    .map((entry) => join(entry.parentPath, entry.name));
  const refs: ObjectRef[] = [];
  // By code unit, so that the order is the same in every locale.
  for (const file of paths.sort((a, b) => (a < b ? -1 : 1))) {
    const stats = await stat(file).catch(() => undefined);
    // What was deleted meanwhile is left to the reader to say; a link to a directory is not followed.
    if (stats === undefined || stats.isFile()) refs.push(fileRef(file, cwd, stats));
  }
  return refs;
}

function fileRef(path: string, cwd: string, stats: Stats | undefined): ObjectRef {
  return { store: "file", bucket: cwd, key: relative(cwd, path).replaceAll("\\", "/"), size: stats?.size };
}

/** The directory that a flag names; anything else there is a mistake on the command line. */
export async function directoryAt(path: string, cwd: string, flag: string): Promise<string> {
  const at = resolve(cwd, path);
  const found = await statOf(at, `${flag} ${path}`);
  if (!found.isDirectory()) throw new UsageError(`${flag} ${path}: not a directory`);
  return at;
}

async function statOf(at: string, named: string): Promise<Stats> {
  try {
    return await stat(at);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const missing = named === "-" ? "standard input can't be read as a log: name files" : "no such file or directory";
    throw new UsageError(`${named}: ${code === "ENOENT" ? missing : code}`, { cause: error });
  }
}
