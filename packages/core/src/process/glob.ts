export type Matcher = (text: string) => boolean;

type Token =
  | { readonly kind: "literal"; readonly char: string }
  | { readonly kind: "one" | "star" | "any" | "folders" };

/**
 * Compiles a glob. `?` is one character, `**` any number of segments. `*` stops at `/` when `segments` is set
 * (object keys, paths), else it doesn't (log groups, field values). Takes time linear in the text for a given glob.
 */
export function compileGlob(pattern: string, options: { readonly segments: boolean }): Matcher {
  const tokens = tokenize(pattern, options.segments);
  if (tokens.every(({ kind }) => kind === "literal")) return (text) => text === pattern;
  if (tokens.every(({ kind }) => kind === "literal" || kind === "any")) return pieces(tokens);
  return (text) => simulate(tokens, text);
}

function tokenize(pattern: string, segments: boolean): Token[] {
  const tokens: Token[] = [];
  for (let i = 0; i < pattern.length; i++) {
    const char = pattern[i] as string;
    if (char === "?") tokens.push({ kind: "one" });
    else if (char !== "*") tokens.push({ kind: "literal", char });
    else if (pattern[i + 1] !== "*") tokens.push({ kind: segments ? "star" : "any" });
    else {
      i += 1;
      const whole = (i < 2 || pattern[i - 2] === "/") && pattern[i + 1] === "/";
      tokens.push({ kind: whole ? "folders" : "any" });
      if (whole) i += 1;
    }
  }
  return tokens;
}

/** Literals with wildcards between them: first and last are anchored, those between are sought from left to right. */
function pieces(tokens: readonly Token[]): Matcher {
  const parts = tokens
    .map((token) => (token.kind === "literal" ? token.char : "\0"))
    .join("")
    .split(/\0+/);
  const first = parts[0] as string;
  const last = parts.at(-1) as string;
  const middle = parts.slice(1, -1);
  return (text) => {
    if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last)) return false;
    const end = text.length - last.length;
    let at = first.length;
    for (const part of middle) {
      const found = text.indexOf(part, at);
      if (found < 0 || found + part.length > end) return false;
      at = found + part.length;
    }
    return true;
  };
}

/** Steps all states of the pattern through the text at once, so that no pattern backtracks. */
function simulate(tokens: readonly Token[], text: string): boolean {
  let states = new Uint8Array(tokens.length + 1);
  let next = new Uint8Array(tokens.length + 1);
  enter(tokens, states, 0);
  for (const char of text) {
    next.fill(0);
    for (let i = 0; i < tokens.length; i++) if (states[i] !== 0) advance(tokens, i, char, next);
    [states, next] = [next, states];
  }
  return states[tokens.length] !== 0;
}

function advance(tokens: readonly Token[], i: number, char: string, next: Uint8Array): void {
  const token = tokens[i] as Token;
  if (token.kind === "literal") {
    if (token.char === char) enter(tokens, next, i + 1);
  } else if (token.kind === "one") {
    if (char !== "/") enter(tokens, next, i + 1);
  } else if (token.kind === "folders") {
    if (char === "/") enter(tokens, next, i);
    else next[i] = 1;
  } else if (token.kind === "any" || char !== "/") enter(tokens, next, i);
}

/** Marks state `i` and those reached from it without a character. */
function enter(tokens: readonly Token[], states: Uint8Array, i: number): void {
  states[i] = 1;
  const kind = tokens[i]?.kind;
  if (kind === "star" || kind === "any" || kind === "folders") enter(tokens, states, i + 1);
}
