import { Buffer } from "node:buffer";
import { ByteWriter } from "../bytes/byte-writer.ts";
import type { SluiceError } from "../errors.ts";
import type { EscapedFrames, FrameBlock, Framer } from "./frame.ts";

export interface Framed {
  /** `start-end text` of each, bytes as Latin-1 so that each stands for itself; ` (split)` or ` (truncated)` behind it. */
  readonly frames: readonly string[];
  readonly skipped: number;
  /** Its code. */
  readonly error: string | undefined;
}

/** What a framer makes of the chunks; each of them is the framer's only while it takes it. */
export function framed(framer: Framer, chunks: Iterable<Uint8Array>): Framed {
  const frames: string[] = [];
  let skipped = 0;
  const take = (block: FrameBlock): void => {
    skipped += block.skipped;
    for (let i = 0; i < block.count; i++) frames.push(textOf(block, i));
    checkBlock(block);
  };
  try {
    for (const chunk of chunks) {
      const lent = Uint8Array.from(chunk);
      framer.push(lent, take);
      lent.fill(0x22);
    }
    framer.end(take);
    return { frames, skipped, error: undefined };
  } catch (error) {
    return { frames, skipped, error: (error as SluiceError).code };
  }
}

function textOf({ bytes, base, from, to, start, end, cut }: FrameBlock, i: number): string {
  const text = Buffer.from(bytes.subarray(from[i], to[i])).toString("latin1");
  const place = `${start?.[i] ?? base + (from[i] as number)}-${end?.[i] ?? base + (to[i] as number)}`;
  return `${place} ${text}${cut === undefined ? "" : ` (${cut})`}`;
}

/** Plain comparisons: there may be many frames. */
function checkBlock({ bytes, base, count, from, to, start, escaped }: FrameBlock): void {
  const out = new ByteWriter();
  let behind = 0;
  for (let i = 0; i < count; i++) {
    const [at, end] = [from[i] as number, to[i] as number];
    if (at < behind || end < at || end > bytes.length || (start?.[i] ?? base) < base)
      throw new Error(`frame ${i} is at ${at}-${end}, behind ${behind}, base ${base}`);
    behind = end;
    if (escaped !== undefined) checkEscaped(bytes.subarray(at, end), escaped, i, out);
  }
}

/** What the kernel escaped is what the writer would write. */
function checkEscaped(frame: Uint8Array, { bytes, from, to, quotes }: EscapedFrames, i: number, out: ByteWriter): void {
  out.truncate(0);
  out.jsonText(frame, 0, frame.length);
  if (Buffer.compare(bytes.subarray(from[i], to[i]), out.view()) !== 0)
    throw new Error(`frame ${i} is escaped otherwise`);
  const other = frame.some((byte) => byte < 0x20 || byte === 0x5c);
  const marks = other ? -1 : frame.filter((byte) => byte === 0x22).length;
  if (quotes[i] !== marks) throw new Error(`frame ${i} has ${marks} quotes, not ${quotes[i]}`);
}

export function oneByOne(bytes: Uint8Array): Uint8Array[] {
  return Array.from(bytes, (byte) => Uint8Array.of(byte));
}

/** Cut at any places; some chunks are empty. */
export function chunked(bytes: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
  return places.slice(1).map((end, i) => bytes.subarray(places[i], end));
}

export interface Span {
  readonly from: number;
  readonly to: number;
}

/** Frames as `framed` tells them, of spans that may be larger than a frame: by the plain rules. */
export function limited(
  bytes: Uint8Array,
  spans: readonly Span[],
  { max, oversized }: { readonly max: number; readonly oversized: string },
): Pick<Framed, "frames" | "error"> {
  const frames: string[] = [];
  const add = (from: number, to: number, cut = ""): unknown =>
    frames.push(`${from}-${to} ${Buffer.from(bytes.subarray(from, to)).toString("latin1")}${cut}`);
  for (const { from, to } of spans) {
    if (to - from <= max) add(from, to);
    else if (oversized === "reject") return { frames, error: "FRAME_TOO_LARGE" };
    else if (oversized === "truncate") add(from, from + wholeCharacters(bytes, from, max), " (truncated)");
    else {
      let at = from;
      while (to - at > max) {
        const size = wholeCharacters(bytes, at, max);
        add(at, at + size, " (split)");
        at += size;
      }
      add(at, to, " (split)");
    }
  }
  return { frames, error: undefined };
}

function wholeCharacters(bytes: Uint8Array, from: number, max: number): number {
  const sizes = [max, max - 1, max - 2, max - 3].filter((size) => size > 0);
  return sizes.find((size) => ((bytes[from + size] as number) & 0xc0) !== 0x80) ?? max;
}
