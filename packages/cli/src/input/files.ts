import { rm } from "node:fs/promises";
import { resolve } from "node:path";
import type { ObjectRef } from "@sluice/core";
import type { Buckets } from "@sluice/lambda-entry";
import { pages } from "../aws/pages.ts";
import { type Context, UsageError } from "../command.ts";
import { objectRefs } from "./paths.ts";

/** A file or object that a command was given. */
export interface InputFile {
  readonly name: string;
  readonly ref: ObjectRef;
  /** Bytes. */
  readonly size: number;
}

/**
 * Files, all below directories, and all objects under s3://bucket/prefix, as they are now: what a replay adds isn't among them.
 * Drafts of files being written are left out, and so is `except`.
 */
export async function inputFiles(
  paths: readonly string[],
  { cwd, adapters, stop }: Context,
  except: string | undefined,
): Promise<InputFile[]> {
  const files: InputFile[] = [];
  for (const path of paths) {
    const [, bucket, prefix = ""] = /^s3:\/\/([^/]+)(?:\/(.*))?$/is.exec(path) ?? [];
    if (bucket !== undefined) files.push(...(await listed(bucket, prefix, adapters.buckets(), stop)));
    else if (/^s3:/i.test(path)) throw new UsageError(`${path}: expected s3://bucket/prefix`);
    else files.push(...(await local(path, cwd, except)));
  }
  const seen = new Set<string>();
  return files.filter(({ name }) => !seen.has(name) && seen.add(name));
}

/** Folders' placeholders are left out. */
async function listed(bucket: string, prefix: string, { list }: Buckets, signal: AbortSignal): Promise<InputFile[]> {
  const found: InputFile[] = [];
  for await (const { objects } of pages(list, { bucket, prefix }, signal))
    for (const { key, size } of objects)
      if (!key.endsWith("/")) found.push({ name: `s3://${bucket}/${key}`, ref: { store: "s3", bucket, key }, size });
  return found;
}

async function local(path: string, cwd: string, except: string | undefined): Promise<InputFile[]> {
  const refs = await objectRefs([path], cwd);
  return refs
    .filter(({ key }) => !/\.[0-9a-f-]{36}\.tmp$/.test(key) && resolve(cwd, key) !== except)
    .map((ref) => ({ name: ref.key, ref, size: ref.size ?? 0 }));
}

export async function removeFile({ ref }: InputFile, buckets: Buckets, signal: AbortSignal): Promise<void> {
  if (ref.store === "s3") await buckets.remove(ref.bucket, ref.key, signal);
  else await rm(resolve(ref.bucket, ref.key), { force: true });
}
