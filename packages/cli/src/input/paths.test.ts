import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { objectRefs } from "./paths.ts";

async function folder(...files: readonly string[]): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), "sluice-paths-"));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  for (const file of files) {
    await mkdir(join(dir, file, ".."), { recursive: true });
    await writeFile(join(dir, file), "x");
  }
  return dir;
}

test("a directory gives all files below it, sorted by code unit", async () => {
  const dir = await folder("logs/b", "logs/a/z", "logs/Z", "logs/ä", "logs/a b", "other");
  const refs = await objectRefs(["logs"], dir);
  expect(refs.map(({ key }) => key)).toEqual(["logs/Z", "logs/a b", "logs/a/z", "logs/b", "logs/ä"]);
  expect(refs[0]).toEqual({ store: "file", bucket: dir, key: "logs/Z", size: 1 });
});

test("links to files are followed, links to directories are not", async () => {
  const dir = await folder("logs/a", "far/b");
  await symlink(join(dir, "far/b"), join(dir, "logs/link"));
  await symlink(dir, join(dir, "logs/loop"));
  const refs = await objectRefs(["logs"], dir);
  expect(refs.map(({ key }) => key)).toEqual(["logs/a", "logs/link"]);
});

test("files outside of the working directory, and in the order given", async () => {
  const dir = await folder("in/x", "y");
  const refs = await objectRefs(["../y", "x"], join(dir, "in"));
  expect(refs.map(({ key }) => key)).toEqual(["../y", "x"]);
});

test("an S3 object's key stands as it is", async () => {
  expect(await objectRefs(["s3://bucket/a b/+%20?x"], ".")).toEqual([
    { store: "s3", bucket: "bucket", key: "a b/+%20?x" },
  ]);
});
