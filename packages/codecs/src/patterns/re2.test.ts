import { describe, expect, test } from "vitest";
import { engine } from "./re2.ts";

const { compile } = engine;

describe("patterns", () => {
  test.each([
    ["\\b\\d{13,16}\\b", "card 4111111111111111 ok", true, "card # ok"],
    ["\\b\\d{13,16}\\b", "card 41111 ok", false, "card 41111 ok"],
    ["(?i)error|warn", "An Error, a WARNING", true, "An #, a #ING"],
    ["^GET ", "GET GET /", true, "#GET /"],
    ["x*", "abc", true, "#a#b#c#"],
    ["(\\w+)@(\\w+)", "me@example you@example", true, "# #"],
    ["ü+", "grüün", true, "gr#n"],
    ["[😀-😂]", "so 😁 it is", true, "so # it is"],
  ])("%s in %j", (pattern, text, found, replaced) => {
    const compiled = compile(pattern);
    expect(compiled.test(text)).toBe(found);
    expect(compiled.replace(text, "#")).toBe(replaced);
  });

  test("the replacement stands as it is", () => {
    expect(compile("(b)").replace("abc", "$1\\0$&$$")).toBe("a$1\\0$&$$c");
  });

  test("or is made of the match", () => {
    expect(compile("(\\d)(\\d)").replace("a12b34", (match) => `<${match}>`)).toBe("a<12>b<34>");
  });

  test("case counts unless it is told not to", () => {
    expect(compile("error").test("ERROR")).toBe(false);
    expect(compile("error", { ignoreCase: true }).test("ERROR")).toBe(true);
  });

  test.each(["(a", "a**", "(?=a)", "(?<!a)b", "(a)\\1", "a{2000}", "[z-a]"])("%s is refused, saying why", (pattern) => {
    expect(() => compile(pattern)).toThrow(expect.objectContaining({ code: "PATTERN_INVALID" }));
  });
});

describe("patterns that take others forever", () => {
  // What backtracks needs 2^100 steps and more for each of these: a test that ends has passed.
  const long = "a".repeat(100_000);
  test.each([
    ["(a+)+$", `${long}b`],
    ["(a|a)*b", long],
    ["(.*a){20}b", "a".repeat(2000)],
    ["^(([a-z])+.)+[A-Z]([a-z])+$", long],
    ["(a?){50}a{50}b", "a".repeat(2000)],
    ["(x+x+)+y", "x".repeat(100_000)],
  ])("%s", (pattern, text) => {
    const compiled = compile(pattern);
    expect(compiled.test(text)).toBe(false);
    expect(compiled.replace(text, "")).toBe(text);
  });
});
