import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { lineKernel } from "./line-kernel.ts";
import { SOURCE_SHA256 } from "./line-kernel-wasm.ts";
import { LineFramer } from "./lines.ts";

test("the committed module was compiled from the committed source", () => {
  const source = readFileSync(path.join(import.meta.dirname, "line-kernel.c"));
  expect(createHash("sha256").update(source).digest("hex")).toBe(SOURCE_SHA256);
});

test("the kernel is there, and lines beyond its arrays come in several blocks", () => {
  expect(lineKernel()).toBeDefined();
  const lines = 100_000;
  const seen: number[] = [];
  let blocks = 0;
  new LineFramer().push(Buffer.from("a\n".repeat(lines)), ({ base, count, from }) => {
    blocks += 1;
    for (let i = 0; i < count; i++) seen.push(base + (from[i] as number));
  });
  expect(blocks).toBeGreaterThan(1);
  expect(seen).toEqual(Array.from({ length: lines }, (_, i) => 2 * i));
});
