export type Matcher = (text: string) => boolean;

type Token =
  | { readonly kind: "literal"; readonly char: string }
  | { readonly kind: "one" | "oneInSegment" | "inSegment" | "any" | "folders" };

/**
 * Compiles a glob. `?` is one character, `**` any number of segments. `*` and `?` stop at `/` when `segments` is set
 * (object keys, paths), else they don't (log groups, field values). Takes time linear in the text for a given glob.
 */
export function compileGlob(pattern: string, options: { readonly segments: boolean }): Matcher {
  const tokens = tokenize(pattern, options.segments);
  if (tokens.every(({ kind }) => kind === "literal")) return (text) => text === pattern;
  if (tokens.every(({ kind }) => kind === "literal" || kind === "any")) return pieces(tokens);
  return (text) => simulate(tokens, text);
}

function tokenize(pattern: string, segments: boolean): Token[] {
  const tokens: Token[] = [];
  const chars = [...pattern];
  for (let i = 0; i < chars.length; i++) {
    const char = chars[i] as string;
    if (char === "?") tokens.push({ kind: segments ? "oneInSegment" : "one" });
    else if (char !== "*") tokens.push({ kind: "literal", char });
    else if (chars[i + 1] !== "*") tokens.push({ kind: segments ? "inSegment" : "any" });
    else {
      i += 1;
      const whole = (i < 2 || chars[i - 2] === "/") && chars[i + 1] === "/";
      tokens.push({ kind: whole ? "folders" : "any" });
      if (whole) i += 1;
    }
  }
  return tokens;
}

/** Literals with wildcards between them: first and last are anchored, those between are sought from left to right. */
function pieces(tokens: readonly Token[]): Matcher {
  const parts = [""];
  for (const token of tokens) {
    if (token.kind === "literal") parts.push(parts.pop() + token.char);
    else parts.push("");
  }
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

/** A state that was reached; one that is amid a folder's name goes on only behind its `/`. */
const ENTERED = 2;
const HELD = 1;

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
  switch (token.kind) {
    case "literal":
      if (token.char === char) enter(tokens, next, i + 1);
      break;
    case "one":
      enter(tokens, next, i + 1);
      break;
    case "oneInSegment":
      if (char !== "/") enter(tokens, next, i + 1);
      break;
    case "any":
      enter(tokens, next, i);
      break;
    case "inSegment":
      if (char !== "/") enter(tokens, next, i);
      break;
    case "folders":
      if (char === "/") enter(tokens, next, i);
      else if (next[i] === 0) next[i] = HELD;
  }
}

/** Marks state `i` and those reached from it without a character. */
function enter(tokens: readonly Token[], states: Uint8Array, i: number): void {
  for (let at = i; states[at] !== ENTERED; at++) {
    states[at] = ENTERED;
    const kind = tokens[at]?.kind;
    if (kind !== "inSegment" && kind !== "any" && kind !== "folders") return;
  }
}
