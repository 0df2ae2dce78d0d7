const MIN_MATCH = 4;
const MAX_MATCH = 258;
const WINDOW = 32 * 1024;
const HASH_BITS = 15;
const CHAIN = 12;

/** A literal is its byte; a match is `distance * 512 + length`, which is never as small. */
export type Token = number;

export function matchOf(length: number, distance: number): Token {
  return distance * 512 + length;
}

export function isMatch(token: Token): boolean {
  return token >= 512;
}

/** LZ77 of `text` from `from` on. What is `fixed` is always literals, and nothing refers to it. */
export function* tokens(text: Buffer, from: number, fixed: (at: number) => boolean): Generator<[at: number, Token]> {
  const head = new Int32Array(2 ** HASH_BITS).fill(-1);
  const previous = new Int32Array(text.length).fill(-1);
  const frozen = Uint8Array.from(text, (_, at) => (fixed(at) ? 1 : 0));
  const enter = (at: number): void => {
    const hash = hashAt(text, at);
    previous[at] = head[hash] as number;
    head[hash] = at;
  };
  for (let at = 0; at < from; at++) enter(at);
  for (let at = from; at < text.length; ) {
    const [length, distance] = longest(text, frozen, at, head[hashAt(text, at)] as number, previous);
    yield [at, length < MIN_MATCH ? (text[at] as number) : matchOf(length, distance)];
    for (const end = at + Math.max(1, length); at < end; at++) enter(at);
  }
}

function hashAt(text: Buffer, at: number): number {
  if (at + MIN_MATCH > text.length) return 0;
  return Math.imul(text.readUInt32LE(at), 0x9e3779b1) >>> (32 - HASH_BITS);
}

function longest(
  text: Buffer,
  frozen: Uint8Array,
  at: number,
  first: number,
  previous: Int32Array,
): [length: number, distance: number] {
  let best = 0;
  let distance = 0;
  let from = first;
  for (let tries = 0; tries < CHAIN && from >= 0 && at - from <= WINDOW; tries++) {
    let length = 0;
    while (
      length < MAX_MATCH &&
      at + length < text.length &&
      text[from + length] === text[at + length] &&
      frozen[from + length] === 0 &&
      frozen[at + length] === 0
    )
      length++;
    if (length > best) [best, distance] = [length, at - from];
    from = previous[from] as number;
  }
  return best < MIN_MATCH ? [0, 0] : [best, distance];
}
