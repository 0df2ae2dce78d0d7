import { type BitWriter, reversed } from "./bits.ts";
import { isMatch, type Token } from "./matches.ts";

const MAX_CODE_BITS = 15;
const END_OF_BLOCK = 256;
const LITERALS = 286;
const DISTANCES = 30;
const ZERO = 0x30;
const DIGITS = 10;
/** Order in which a block's head tells the lengths of the code for lengths (RFC 1951, 3.2.7). */
const LENGTH_CODES = 19;
const PLAIN_LENGTH_CODES = 16;
const LENGTH_ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

/** Base and extra bits of each code (RFC 1951, 3.2.5): `perStep` codes of as many extra bits, then of one more. */
function ranges(first: number, count: number, perStep: number, plain: number): { base: number; extra: number }[] {
  let base = first;
  return Array.from({ length: count }, (_, i) => {
    const range = { base, extra: i < plain ? 0 : Math.floor((i - plain) / perStep) + 1 };
    base += 2 ** range.extra;
    return range;
  });
}

const LENGTH_RANGES = [...ranges(3, 28, 4, 8), { base: 258, extra: 0 }];
const DISTANCE_RANGES = ranges(1, DISTANCES, 2, 4);

function rangeOf(all: readonly { base: number; extra: number }[], value: number): number {
  return all.findLastIndex(({ base }) => base <= value);
}

/** Which codes a token takes. */
function codesOf(token: Token): { literal: number; distance?: number } {
  if (!isMatch(token)) return { literal: token };
  const [length, distance] = [token % 512, Math.floor(token / 512)];
  return { literal: 257 + rangeOf(LENGTH_RANGES, length), distance: rangeOf(DISTANCE_RANGES, distance) };
}

/** How a digit is written in a block: all in as many bits. */
export interface DigitCodes {
  readonly width: number;
  /** The bits of each. */
  readonly codes: readonly number[];
}

/**
 * One block with codes of its own (RFC 1951, 3.2.7), not the last one. Digits are all given codes of the same length, so that
 * others can be put in their place. `onToken`: at which bit a token begins. `isBlank`: it is written as zeros.
 */
export function writeBlock(
  out: BitWriter,
  tokens: readonly Token[],
  isBlank: (i: number) => boolean,
  onToken: (i: number, bit: number) => void,
): DigitCodes {
  const counts = { literal: new Array<number>(LITERALS).fill(0), distance: new Array<number>(DISTANCES).fill(0) };
  const found = tokens.map(codesOf);
  for (const { literal, distance } of [...found, { literal: END_OF_BLOCK, distance: undefined }]) {
    counts.literal[literal] = (counts.literal[literal] ?? 0) + 1;
    if (distance !== undefined) counts.distance[distance] = (counts.distance[distance] ?? 0) + 1;
  }
  const literals = codeFor(evenDigits(counts.literal), (symbol) => symbol >= ZERO && symbol < ZERO + DIGITS);
  const distances = codeFor(counts.distance, () => false);
  writeHead(out, literals.widths, distances.widths);
  const put = ({ widths, codes }: Code, symbol: number): void =>
    out.write(codes[symbol] as number, widths[symbol] as number);
  for (const [i, { literal, distance }] of found.entries()) {
    onToken(i, out.bits);
    if (isBlank(i)) {
      out.write(0, literals.widths[literal] as number);
      continue;
    }
    put(literals, literal);
    if (distance === undefined) continue;
    writeRest(out, LENGTH_RANGES[literal - 257], (tokens[i] as number) % 512);
    put(distances, distance);
    writeRest(out, DISTANCE_RANGES[distance], Math.floor((tokens[i] as number) / 512));
  }
  put(literals, END_OF_BLOCK);
  return { width: literals.widths[ZERO] as number, codes: literals.codes.slice(ZERO, ZERO + DIGITS) };
}

/** An empty stored block: what follows begins with a byte. */
export function writeSync(out: BitWriter): void {
  out.write(0, 3);
  out.align();
  out.write(0, 16);
  out.write(0xffff, 16);
}

function writeRest(out: BitWriter, range: { base: number; extra: number } | undefined, value: number): void {
  if (range !== undefined) out.write(value - range.base, range.extra);
}

function evenDigits(counts: readonly number[]): number[] {
  const all = counts.slice(ZERO, ZERO + DIGITS).reduce((sum, count) => sum + count, 0);
  return counts.map((count, symbol) => (symbol >= ZERO && symbol < ZERO + DIGITS ? Math.max(1, all / DIGITS) : count));
}

interface Code {
  readonly widths: readonly number[];
  /** Ready to be written. */
  readonly codes: readonly number[];
}

/** Shannon's code lengths, then as much shorter, the most frequent first, as leaves no code unused. Those `held` stay as they are. */
function codeFor(counts: readonly number[], held: (symbol: number) => boolean): Code {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const widths = counts.map((count) =>
    count === 0 ? 0 : Math.min(MAX_CODE_BITS, Math.max(1, Math.ceil(Math.log2(total / count)))),
  );
  const share = (width: number): number => (width === 0 ? 0 : 2 ** (MAX_CODE_BITS - width));
  let free = 2 ** MAX_CODE_BITS - widths.reduce((sum, width) => sum + share(width), 0);
  const order = [...counts.keys()].filter((symbol) => (counts[symbol] ?? 0) > 0 && !held(symbol));
  order.sort((a, b) => (counts[b] as number) - (counts[a] as number));
  for (let isShorter = true; isShorter; ) {
    isShorter = false;
    for (const symbol of order) {
      const width = widths[symbol] as number;
      if (width < 2 || share(width) > free) continue;
      free -= share(width);
      widths[symbol] = width - 1;
      isShorter = true;
    }
  }
  if (free !== 0) throw new Error(`a code with ${free} unused`);
  return { widths, codes: canonical(widths) };
}

/** RFC 1951, 3.2.2. */
function canonical(widths: readonly number[]): number[] {
  const codes = new Array<number>(widths.length).fill(0);
  let code = 0;
  for (let width = 1; width <= MAX_CODE_BITS; width++) {
    code *= 2;
    for (const [symbol, own] of widths.entries()) {
      if (own !== width) continue;
      codes[symbol] = reversed(code, width);
      code += 1;
    }
  }
  return codes;
}

/** The lengths of the codes, each in four bits. */
function writeHead(out: BitWriter, literals: readonly number[], distances: readonly number[]): void {
  out.write(0b100, 3);
  out.write(LITERALS - 257, 5);
  out.write(DISTANCES - 1, 5);
  out.write(LENGTH_CODES - 4, 4);
  for (const symbol of LENGTH_ORDER) out.write(symbol < PLAIN_LENGTH_CODES ? 4 : 0, 3);
  for (const width of [...literals, ...distances]) out.write(reversed(width, 4), 4);
}
