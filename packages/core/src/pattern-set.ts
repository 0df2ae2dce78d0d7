import { ConfigError } from "./config/parse-config.ts";
import { asSluiceError, quote, SluiceError } from "./errors.ts";
import type { LoadPatterns, Pattern, PatternEngine, PatternOptions } from "./ports/patterns.ts";

/**
 * The patterns of a config: named while it is compiled, made when they are first waited for. Only a config that has some
 * loads the engine.
 */
export class PatternSet {
  readonly #load: LoadPatterns | undefined;
  readonly #file: string;
  readonly #wanted: NamedPattern[] = [];
  #making: Promise<void> | undefined;

  /** `file` names the config in errors. */
  constructor(load: LoadPatterns | undefined, file: string = "config") {
    this.#load = load;
    this.#file = file;
  }

  /** `path`: where in the config it stands. It may be used once `ready` has been waited for. */
  add(text: string, path: string, options?: PatternOptions): Pattern {
    const pattern = new NamedPattern(text, path, options);
    this.#wanted.push(pattern);
    return pattern;
  }

  /** Undefined when there is nothing to wait for. Rejects with CONFIG_INVALID, naming every pattern that is wrong. */
  ready(): Promise<void> | undefined {
    if (this.#wanted.every((pattern) => pattern.isMade)) return undefined;
    this.#making ??= this.#make().finally(() => {
      this.#making = undefined;
    });
    return this.#making;
  }

  async #make(): Promise<void> {
    if (this.#load === undefined) throw new SluiceError("PATTERN_INVALID", "there is no engine for patterns here");
    const engine = await this.#load();
    const issues = this.#wanted.flatMap((pattern) => {
      const problem = pattern.make(engine);
      if (problem === undefined) return [];
      return [{ path: pattern.path, expected: `a pattern (${problem})`, got: JSON.stringify(quote(pattern.text)) }];
    });
    if (issues.length > 0) throw new ConfigError(this.#file, issues);
  }
}

class NamedPattern implements Pattern {
  readonly text: string;
  readonly path: string;
  readonly #options: PatternOptions | undefined;
  #made: Pattern | undefined;

  constructor(text: string, path: string, options: PatternOptions | undefined) {
    this.text = text;
    this.path = path;
    this.#options = options;
  }

  get isMade(): boolean {
    return this.#made !== undefined;
  }

  /** What is wrong with it, if anything is. */
  make(engine: PatternEngine): string | undefined {
    try {
      this.#made = engine.compile(this.text, this.#options);
      return undefined;
    } catch (error) {
      return asSluiceError(error).message;
    }
  }

  test(text: string): boolean {
    return this.#pattern().test(text);
  }

  replace(text: string, replacement: string | ((match: string) => string)): string {
    return this.#pattern().replace(text, replacement);
  }

  #pattern(): Pattern {
    if (this.#made === undefined) throw new Error(`the pattern at ${this.path} was not waited for`);
    return this.#made;
  }
}
