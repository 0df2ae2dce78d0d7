import { Buffer } from "node:buffer";
import { byteOrderMark } from "../framing/byte-order-mark.ts";
import type { FrameBlock } from "../framing/frame.ts";
import type { Content } from "../object/contents.ts";
import { startOf } from "../object/positions.ts";
import type { RestartPoint } from "../ports/codec.ts";
import type { RecordReader } from "../record/record-reader.ts";
import { MAX_HEAD_BYTES, type Restart } from "./continuation.ts";

/** Least decoded bytes from one place that is remembered to the next. */
const EVERY_BYTES = 64 * 1024;
/** Places that are remembered; beyond it every second one is forgotten. */
const MAX_PLACES = 64;
/** The head is at least this long: what tells framing and format is in it. */
const MIN_HEAD_BYTES = 4096;

const LF = Buffer.from("\n");

/**
 * Remembers, while an object is read, at which records reading could begin anew, and what it needs for that. Only for
 * content that comes as it is stored or out of one compression: what lies deeper is read from its beginning.
 */
export class Checkpoints {
  /** The lowest position that somebody is still owed. */
  readonly #lowest: () => number;
  /** Where this invocation itself began. */
  #came: Restart | undefined;
  #starts: number[] = [];
  #points: RestartPoint[] = [];
  #content: Content | undefined;
  #reader: RecordReader | undefined;
  /** First decoded bytes, until the head is cut out of them. */
  #first: Buffer[] | undefined = [];
  #firstBytes = 0;
  #head: Buffer | undefined;
  /** Lines before the head was cut that say how to read what follows them. */
  #directives: { readonly position: number; readonly line: Buffer }[] = [];
  #sawDirective = false;
  /** Position of the last of them behind the head. */
  #lastDirective = -1;

  /** `from`: where this object is itself gone on with. */
  constructor(lowest: () => number, from: Restart | undefined) {
    this.#lowest = lowest;
    if (from === undefined) return;
    this.#came = from;
    this.#first = undefined;
    this.#head = Buffer.from(from.head);
    if (from.inLine !== true) this.#starts = [from.position];
    if (from.compression !== undefined) this.#points = [from];
  }

  /** What the object begins with is known, or is not to be. */
  get isSettled(): boolean {
    return this.#first === undefined;
  }

  /** A content of the object begins. With a second one positions are no places in the stored bytes any more. */
  begin(content: Content, reader: RecordReader): void {
    this.#reader = reader;
    reader.onDirective = (position, line) => this.#directive(position, Buffer.from(line));
    const isSimple = content.kind === "bytes" && content.layers.length <= 1 && content.name === undefined;
    if (this.#content === undefined && isSimple) this.#content = content;
    else this.leave();
  }

  /** Nothing can be remembered of this object: it is read from its beginning. */
  leave(): void {
    this.#first = undefined;
    this.#head = undefined;
    this.#starts = [];
    this.#points = [];
    this.#directives = [];
  }

  /** One behind the head is told with it from then on; what lies before it can't be gone on with any more. */
  #directive(position: number, line: Buffer): void {
    this.#sawDirective = true;
    if (this.#first !== undefined) {
      this.#directives.push({ position, line });
      return;
    }
    if (this.#head === undefined) return;
    const head = Buffer.concat([this.#head, line, LF]);
    const isLines = this.#reader?.framing === "lines" && byteOrderMark(head).encoding === "utf8";
    if (!isLines || head.length > MAX_HEAD_BYTES) {
      this.leave();
      return;
    }
    this.#head = head;
    this.#starts = [];
    this.#lastDirective = position;
  }

  /** Decoded bytes, before they are cut into frames. */
  chunk(bytes: Uint8Array): void {
    if (this.#first === undefined) return;
    if (this.#firstBytes > MAX_HEAD_BYTES) {
      this.leave();
      return;
    }
    this.#first.push(Buffer.from(bytes.subarray(0, MAX_HEAD_BYTES)));
    this.#firstBytes += bytes.length;
  }

  /** Frames that were read. */
  block(block: FrameBlock): void {
    if (block.count === 0 || block.cut !== undefined) return;
    if (this.#first !== undefined) this.#cutHead(block);
    if (this.#head === undefined) return;
    const start = startOf(block, 0);
    const last = this.#starts.at(-1) ?? 0;
    if (start < last + EVERY_BYTES || start < this.#lastDirective) return;
    this.#starts.push(start);
    if (this.#starts.length > MAX_PLACES) this.#forget();
  }

  readonly offer = (point: RestartPoint): void => {
    this.#points.push(point);
    if (this.#points.length > MAX_PLACES) this.#forget();
  };

  /** The head of content whose records are lines, as they are stored, each of which says all of itself. */
  headOfLines(): Pick<Restart, "head" | "framing" | "format"> | undefined {
    const { framing, format } = this.#reader ?? {};
    if (this.#head === undefined || framing !== "lines" || format === undefined || this.#sawDirective) return undefined;
    if (this.#content?.layers.length !== 0 || byteOrderMark(this.#head).encoding !== "utf8") return undefined;
    return { head: this.#head, framing, format };
  }

  /** Where to go on so that everything from `position` on is read; undefined: from the beginning. */
  restart(position: number): Restart | undefined {
    const { framing, format } = this.#reader ?? {};
    if (this.#head === undefined || framing === undefined || format === undefined) return this.#came;
    const compression = this.#content?.layers[0];
    for (const start of this.#starts.toReversed()) {
      if (start > position) continue;
      const point = compression === undefined ? plainAt(start) : this.#points.findLast((each) => each.decoded <= start);
      if (point === undefined) continue;
      const { stored, decoded, state } = point;
      return { position: start, stored, decoded, state, compression, head: this.#head, framing, format };
    }
    return this.#came !== undefined && this.#came.position <= position ? this.#came : undefined;
  }

  /** The first frame that begins behind the least head ends it. */
  #cutHead(block: FrameBlock): void {
    for (let i = 0; i < block.count; i++) {
      const start = startOf(block, i);
      if (start < MIN_HEAD_BYTES) continue;
      const bytes = Buffer.concat(this.#first as Buffer[]);
      const directives = this.#directives;
      this.leave();
      if (start <= Math.min(bytes.length, MAX_HEAD_BYTES)) this.#head = Buffer.from(bytes.subarray(0, start));
      for (const { position, line } of directives) if (position >= start) this.#directive(position, line);
      return;
    }
  }

  /** What lies below the lowest position that is owed, but for the last of it; then every second. */
  #forget(): void {
    const lowest = this.#lowest();
    this.#starts = thinned(this.#starts, (start) => start <= lowest);
    const start = this.#starts[0] ?? 0;
    this.#points = thinned(this.#points, (point) => point.decoded <= start);
  }
}

function thinned<T>(all: T[], isBelow: (each: T) => boolean): T[] {
  const kept = all.slice(Math.max(0, all.findLastIndex(isBelow)));
  return kept.length <= MAX_PLACES ? kept : kept.filter((_, i) => i % 2 === 0 || i === kept.length - 1);
}

const NO_STATE = new Uint8Array(0);

function plainAt(position: number): RestartPoint {
  return { stored: position, decoded: position, state: NO_STATE };
}
