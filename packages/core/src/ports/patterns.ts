/** A compiled pattern. */
export interface Pattern {
  /** Whether it matches anywhere in the text. In time linear in its length, whatever the pattern is. */
  test(text: string): boolean;
  /**
   * The text with every match, from the left and not overlapping, replaced by `replacement` as it stands (no `$1` in it), or
   * by what it makes of the match. Each match is found in time linear in the length of the text.
   */
  replace(text: string, replacement: string | ((match: string) => string)): string;
}

export interface PatternOptions {
  readonly ignoreCase?: boolean;
}

/**
 * Regular expressions in RE2's syntax: no backreferences, no look-around, hence no pattern that takes forever.
 * `compile` throws PATTERN_INVALID, saying what is wrong with the pattern.
 */
export interface PatternEngine {
  compile(pattern: string, options?: PatternOptions): Pattern;
}

/** Loads the engine: only where a config has a pattern in it. */
export type LoadPatterns = () => Promise<PatternEngine>;
