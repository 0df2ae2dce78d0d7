import { expect, test } from "vitest";
import { SluiceError } from "./errors.ts";
import { PatternSet } from "./pattern-set.ts";
import type { PatternEngine } from "./ports/patterns.ts";

const engine: PatternEngine = {
  compile: (pattern, options) => {
    if (pattern.includes("(?=")) throw new SluiceError("PATTERN_INVALID", "no look-around");
    const expression = new RegExp(pattern, options?.ignoreCase === true ? "gi" : "g");
    return {
      test: (text) => text.search(expression) >= 0,
      replace: (text, replacement) =>
        text.replace(expression, typeof replacement === "string" ? () => replacement : replacement),
    };
  },
};

test("patterns are made when they are waited for, by an engine that is loaded once", async () => {
  let loads = 0;
  const patterns = new PatternSet(async () => {
    loads += 1;
    return engine;
  });
  expect(patterns.ready()).toBeUndefined();
  const digits = patterns.add("^\\d", "sources[0].framing.start");
  const word = patterns.add("a", "process[0].redact.pattern", { ignoreCase: true });
  expect(() => digits.test("1")).toThrow("the pattern at sources[0].framing.start was not waited for");
  await Promise.all([patterns.ready(), patterns.ready()]);
  expect(patterns.ready()).toBeUndefined();
  expect([digits.test("1a"), digits.test("a1"), word.replace("Aa$", "$&")]).toEqual([true, false, "$&$&$"]);
  expect(loads).toBe(1);
});

test("what is wrong with them is told by their places in the config, every time", async () => {
  const patterns = new PatternSet(async () => engine, "sluice.yaml");
  patterns.add("(?=a)", "sources[0].framing.start");
  patterns.add("a", "sources[1].framing.end");
  for (let attempt = 0; attempt < 2; attempt++) {
    await expect(patterns.ready()).rejects.toMatchObject({
      code: "CONFIG_INVALID",
      message: 'sluice.yaml: sources[0].framing.start: expected a pattern (no look-around), got "(?=a)"',
    });
  }
});

test("an engine that couldn't be loaded is asked for again; without one patterns are an error", async () => {
  let attempts = 0;
  const flaky = new PatternSet(async () => {
    attempts += 1;
    if (attempts === 1) throw new Error("disk");
    return engine;
  });
  const pattern = flaky.add("a", "x");
  await expect(flaky.ready()).rejects.toThrow("disk");
  await flaky.ready();
  expect(pattern.test("a")).toBe(true);
  const none = new PatternSet(undefined);
  none.add("a", "x");
  await expect(none.ready()).rejects.toMatchObject({ code: "PATTERN_INVALID" });
});
