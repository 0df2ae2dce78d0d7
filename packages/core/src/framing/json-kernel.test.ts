import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { jsonKernel } from "./json-kernel.ts";
import { SOURCE_SHA256 } from "./json-kernel-wasm.ts";
import { MAX_DEPTH } from "./json-skip.ts";

const source = readFileSync(path.join(import.meta.dirname, "json-kernel.c"), "utf8");

test("the committed module was compiled from the committed source", () => {
  expect(createHash("sha256").update(source).digest("hex")).toBe(SOURCE_SHA256);
});

test("the kernel is there, and has the depth of the code that it stands in for", () => {
  expect(jsonKernel()).toBeDefined();
  expect(source).toContain(`MAX_DEPTH = ${MAX_DEPTH},`);
});
