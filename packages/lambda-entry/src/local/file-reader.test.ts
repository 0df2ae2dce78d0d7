import { appendFile, mkdir, symlink, truncate, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { ObjectRef } from "@sluice/core";
import { describe, expect, onTestFinished, test } from "vitest";
import { textOf } from "../testing/local-server.testing.ts";
import { tempFolder } from "../testing/temp-folder.testing.ts";
import { bucketFolders, localFiles } from "./file-reader.ts";

const ALL = { start: 0, end: 1_000_000 };
const never = new AbortController().signal;
const file = (bucket: string, key: string): ObjectRef => ({ store: "file", bucket, key });
const object = (key: string, etag?: string): ObjectRef => ({ store: "s3", bucket: "logs", key, etag });

describe("localFiles", () => {
  test("reads ranges of a path, cut at the end", async () => {
    const cwd = await tempFolder(onTestFinished, { "in/a.log": "0123456789" });
    const ref = file(cwd, "in/a.log");
    const first = await localFiles().read(ref, { start: 0, end: 4 }, never);
    expect(first).toMatchObject({ size: 10, etag: expect.stringMatching(/^a-[0-9a-f]+$/) });
    expect(await textOf(first.body)).toBe("0123");
    const rest = await localFiles().read(ref, { start: 4, end: 99, ifMatch: first.etag }, never);
    expect(await textOf(rest.body)).toBe("456789");
    const beyond = await localFiles().read(ref, { start: 10, end: 99, ifMatch: first.etag }, never);
    expect(await textOf(beyond.body)).toBe("");
  });

  test("gives an empty file as an empty object", async () => {
    const cwd = await tempFolder(onTestFinished, { "a.log": "" });
    const slice = await localFiles().read(file("/", join(cwd, "a.log")), ALL, never);
    expect(slice.size).toBe(0);
    expect(await textOf(slice.body)).toBe("");
  });

  test("tells of a change between two ranges, and between the ask and the read", async () => {
    const cwd = await tempFolder(onTestFinished, { "a.log": "0123456789" });
    const path = join(cwd, "a.log");
    const reader = localFiles();
    const first = await reader.read(file(cwd, "a.log"), { start: 0, end: 4 }, never);
    await appendFile(path, "more");
    await expect(textOf(first.body)).rejects.toMatchObject({ code: "OBJECT_CHANGED" });
    const next = reader.read(file(cwd, "a.log"), { start: 4, end: 9, ifMatch: first.etag }, never);
    await expect(next).rejects.toMatchObject({ code: "OBJECT_CHANGED" });
  });

  test("names what isn't there, and what is no file", async () => {
    const cwd = await tempFolder(onTestFinished, { "a.log": "x" });
    const read = (key: string) => localFiles().read(file(cwd, key), ALL, never);
    await expect(read("b.log")).rejects.toMatchObject({
      code: "OBJECT_MISSING",
      message: expect.stringContaining("no such file"),
    });
    await expect(read("a.log/b")).rejects.toMatchObject({ code: "OBJECT_MISSING" });
    await expect(read(".")).rejects.toMatchObject({
      code: "OBJECT_MISSING",
      message: expect.stringContaining("a folder"),
    });
    await expect(read("a\0b")).rejects.toMatchObject({ code: "OBJECT_MISSING" });
    await expect(read("x".repeat(5000))).rejects.toMatchObject({ code: "OBJECT_MISSING" });
  });

  test("stops at its signal with the signal's reason", async () => {
    const cwd = await tempFolder(onTestFinished, { "a.log": "0123456789" });
    const abort = new AbortController();
    const slice = await localFiles().read(file(cwd, "a.log"), ALL, abort.signal);
    const reason = new Error("enough");
    abort.abort(reason);
    await expect(textOf(slice.body)).rejects.toBe(reason);
  });
});

describe("bucketFolders", () => {
  test("reads root/bucket/key and trusts the event's etag", async () => {
    const root = await tempFolder(onTestFinished, { "logs/a b/ü.log": "hello" });
    const slice = await bucketFolders(root).read(object("a b/ü.log", "from-event"), ALL, never);
    expect(slice).toMatchObject({ etag: "from-event", size: 5 });
    expect(await textOf(slice.body)).toBe("hello");
  });

  test("tells of a change though the etag is the event's", async () => {
    const root = await tempFolder(onTestFinished, { "logs/a.log": "0123456789" });
    const reader = bucketFolders(root);
    const ref = object("a.log", "from-event");
    await reader.read(ref, { start: 0, end: 4 }, never);
    const again = { start: 4, end: 9, ifMatch: "from-event" };
    expect(await textOf((await reader.read(ref, again, never)).body)).toBe("45678");
    await truncate(join(root, "logs/a.log"), 6);
    await expect(reader.read(ref, again, never)).rejects.toMatchObject({ code: "OBJECT_CHANGED" });
  });

  test("has another etag for the same bytes saved again", async () => {
    const root = await tempFolder(onTestFinished, { "logs/a.log": "x" });
    const first = await bucketFolders(root).read(object("a.log"), ALL, never);
    await utimes(join(root, "logs/a.log"), 1, 1);
    const second = await bucketFolders(root).read(object("a.log"), ALL, never);
    expect(second.etag).not.toBe(first.etag);
  });

  test.each([
    ["logs", "../../secret"],
    ["logs", "../other/a.log"],
    ["logs", "a/../../other/a.log"],
    ["..", "secret"],
    ["", "other/a.log"],
    [".", "other/a.log"],
    ["logs", "link-out/secret"],
    ["logs", "link-file"],
  ])("refuses %j %j", async (bucket, key) => {
    const outside = await tempFolder(onTestFinished, {
      secret: "s",
      "root/other/a.log": "x",
      "root/logs/a/b.log": "x",
    });
    const root = join(outside, "root");
    await symlink(outside, join(root, "logs/link-out"));
    await symlink(join(outside, "secret"), join(root, "logs/link-file"));
    const read = bucketFolders(root).read({ store: "s3", bucket, key }, ALL, never);
    await expect(read).rejects.toMatchObject({ code: "ACCESS_DENIED" });
  });

  test("works from a relative root, through a link to it, with a key that begins with a slash", async () => {
    const folder = await tempFolder(onTestFinished, { "real/logs/a.log": "x", "real/logs/..a/b": "y" });
    await symlink(join(folder, "real"), join(folder, "link"));
    const reader = bucketFolders(join(folder, "link"));
    expect(await textOf((await reader.read(object("/a.log"), ALL, never)).body)).toBe("x");
    expect(await textOf((await reader.read(object("..a/b"), ALL, never)).body)).toBe("y");
  });

  test("says that an object is missing", async () => {
    const root = await tempFolder(onTestFinished);
    await mkdir(join(root, "logs"));
    await writeFile(join(root, "logs/b"), "");
    const read = bucketFolders(root).read(object("a.log"), ALL, never);
    await expect(read).rejects.toMatchObject({ code: "OBJECT_MISSING" });
  });
});
