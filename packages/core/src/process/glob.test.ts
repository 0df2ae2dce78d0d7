import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compileGlob } from "./glob.ts";

const matches = (pattern: string, text: string, segments: boolean): boolean => compileGlob(pattern, { segments })(text);

/** The same rules as a regular expression, which backtracks. */
function reference(pattern: string, text: string, segments: boolean): boolean {
  const [one, star] = segments ? ["[^/]", "[^/]*"] : ["[\\s\\S]", "[\\s\\S]*"];
  const source = pattern.replace(/\*\*\/?|[\s\S]/gu, (token, at: number) => {
    const folders = token === "**/" && (at === 0 || pattern[at - 1] === "/");
    if (folders) return "(?:[^/]*/)*";
    if (token.startsWith("**")) return `[\\s\\S]*${token.slice(2)}`;
    if (token === "*") return star as string;
    return token === "?" ? (one as string) : token.replace(/[\\^$.|+()[\]{}/]/, "\\$&");
  });
  return new RegExp(`^(?:${source})$`, "u").test(text);
}

describe("a plain reference says the same", () => {
  const few = (...chars: string[]) => fc.string({ unit: fc.constantFrom(...chars), maxLength: 9 });

  test("over small alphabets, in keys and elsewhere", () => {
    const property = fc.property(
      few("a", "b", "/", "*", "*", "?"),
      few("a", "b", "/"),
      fc.boolean(),
      (pattern, text, segments) => {
        expect(matches(pattern, text, segments)).toBe(reference(pattern, text, segments));
      },
    );
    fc.assert(property, { numRuns: 20_000 });
  });

  test("over characters that are special somewhere", () => {
    const chars = [".", "\\", "[", "$", "😀", "ü", "\n", "\0", "{"];
    const property = fc.property(few(...chars, "*", "?"), few(...chars), fc.boolean(), (pattern, text, segments) => {
      expect(matches(pattern, text, segments)).toBe(reference(pattern, text, segments));
    });
    fc.assert(property, { numRuns: 5000 });
  });

  test("every text matches itself with any of its characters replaced", () => {
    const property = fc.property(
      few("a", "/", "😀"),
      fc.array(fc.constantFrom("?", "*", "**", undefined)),
      (text, wild) => {
        const pattern = [...text].map((char, i) => wild[i] ?? char).join("");
        expect(matches(pattern, text, false)).toBe(true);
      },
    );
    fc.assert(property);
  });
});

describe("keys", () => {
  test.each([
    ["**/x/**", "a/x/b", true],
    ["**/x/**", "x/b", true],
    ["**/x/**", "a/b/x/c/d", true],
    ["**/x/**", "ax/b", false],
    ["**/x/**", "a/x", false],
    ["**/elasticloadbalancing/**", "AWSLogs/1/elasticloadbalancing/eu-west-1/2026/x.log.gz", true],
    ["*.gz", "a.gz", true],
    ["*.gz", "a/b.gz", false],
    ["**/*.gz", "a.gz", true],
    ["**/*.gz", "a/b/c.gz", true],
    ["a/*/c", "a/b/c", true],
    ["a/*/c", "a//c", true],
    ["a/*/c", "a/b/b/c", false],
    ["a/**/c", "a/c", true],
    ["a/**/c", "a/b/b/c", true],
    ["a/**/c", "abc", false],
    ["a**c", "a/b/c", true],
    ["a?c", "a/c", false],
    ["a?c", "a😀c", true],
    ["**", "", true],
    ["*", "", true],
    ["?", "", false],
    ["", "", true],
    ["", "a", false],
    ["a", "A", false],
    ["a", "a/", false],
  ])("%s on %s: %s", (pattern, key, expected) => {
    expect(matches(pattern, key, true)).toBe(expected);
  });
});

describe("log groups and field values", () => {
  test.each([
    ["/aws/lambda/*", "/aws/lambda/shop/checkout", true],
    ["/aws/*/checkout", "/aws/lambda/shop/checkout", true],
    ["ELB-HealthChecker*", "ELB-HealthChecker/2.0", true],
    ["ELB-HealthChecker?2.0", "ELB-HealthChecker/2.0", true],
    ["*error*", "an error, twice: error", true],
    ["a*a", "a", false],
    ["ab*ba", "aba", false],
    ["*a*b*", "ba", false],
    ["**", "any/thing\n", true],
  ])("%s on %s: %s", (pattern, text, expected) => {
    expect(matches(pattern, text, false)).toBe(expected);
  });
});

/** With backtracking each of these takes longer than the universe has. */
describe("patterns that would backtrack come to an end", () => {
  const text = "a".repeat(20_000);

  test.each([
    ["literals", `${"a*".repeat(30)}b`, text, `${text}b`],
    ["single characters", `${"?*".repeat(30)}b`, text, `${text}b`],
    ["folders", `${"**/a".repeat(12)}b`, "a/".repeat(10_000), `${"x/".repeat(5000)}a${"/a".repeat(11)}b`],
    ["nothing but stars", `${"*".repeat(1001)}b`, text, `${text}b`],
  ])("%s", (_, pattern, long, fitting) => {
    for (const segments of [true, false]) {
      expect(matches(pattern, long, segments)).toBe(false);
      expect(matches(pattern, fitting, segments)).toBe(true);
    }
  });
});
