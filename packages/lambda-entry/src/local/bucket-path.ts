import { realpath } from "node:fs/promises";
import { relative, resolve, sep } from "node:path";
import { quote, SluiceError } from "@sluice/core";

/** The real path of `root/bucket/key`; refuses keys and symbolic links that lead out. */
export async function bucketPath(root: string, bucket: string, key: string): Promise<string> {
  const top = resolve(root);
  const folder = resolve(top, bucket);
  const file = resolve(folder, `./${key}`);
  if (folder !== `${top === sep ? "" : top}${sep}${bucket}` || !isInside(folder, file)) throw escapes(top);
  const [realTop, realFile] = await Promise.all([realpath(top), realpath(file)]);
  if (!isInside(realTop, realFile)) throw escapes(top);
  return realFile;
}

function isInside(folder: string, file: string): boolean {
  const way = relative(folder, file);
  return way !== ".." && !way.startsWith(`..${sep}`) && resolve(folder, way) === file;
}

function escapes(top: string): SluiceError {
  return new SluiceError("ACCESS_DENIED", `the key leads out of ${quote(top)}`);
}
