import { type Pattern, type PatternEngine, type PatternOptions, quote, SluiceError } from "@sluice/core";
import { RE2JS } from "re2js";

/** RE2's syntax and promises, by RE2JS: automata in plain JavaScript. */
export const engine: PatternEngine = { compile };

function compile(pattern: string, { ignoreCase = false }: PatternOptions = {}): Pattern {
  const compiled = compiledOf(pattern, ignoreCase ? RE2JS.CASE_INSENSITIVE : 0);
  return {
    test: (text) => compiled.test(text),
    replace(text, replacement) {
      const of = typeof replacement === "string" ? () => replacement : replacement;
      return compiled.matcher(text).replaceAll((match: string) => of(match));
    },
  };
}

function compiledOf(pattern: string, flags: number): RE2JS {
  try {
    return RE2JS.compile(pattern, flags);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new SluiceError("PATTERN_INVALID", quote(reason), { cause: error });
  }
}
