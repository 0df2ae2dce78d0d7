import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { REGISTRY, registryText } from "./make-registry.ts";

test("the registry holds all formats: `node tooling/make-registry.ts` writes it anew", () => {
  expect(readFileSync(REGISTRY, "utf8")).toBe(registryText());
});
