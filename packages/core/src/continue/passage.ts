import { SluiceError } from "../errors.ts";
import type { FrameBlock, TakeBlock } from "../framing/frame.ts";
import type { Content } from "../object/contents.ts";
import { placedFrom, startOf } from "../object/positions.ts";
import type { ItemAccount } from "../outcome/ledger.ts";
import type { RecordReader } from "../record/record-reader.ts";
import type { Run } from "../run.ts";
import type { Checkpoints } from "./checkpoints.ts";
import { lowestOwed, mayShare } from "./owed.ts";
import { split } from "./split.ts";

const LF = 0x0a;

/** One item on its way through: how far it was read, and where it could be gone on with. */
export class Passage {
  readonly #run: Run;
  readonly #number: number;
  readonly #account: ItemAccount;
  readonly #checkpoints: Checkpoints | undefined;
  /** Below this position every sink has all. */
  readonly #from: number;
  /** Records that begin here, or behind it, are another's. */
  #until: number;
  /** One of those was seen. */
  isOver = false;
  /** What positions count. */
  #unit = "decoded byte";
  #maySplit: boolean;

  /** `until`: there where the object is one of several ranges. */
  constructor(run: Run, number: number, account: ItemAccount, { from = 0, until }: Span = {}) {
    this.#run = run;
    this.#number = number;
    this.#account = account;
    this.#checkpoints = run.reads[number]?.checkpoints;
    this.#from = from;
    this.#until = until ?? Number.POSITIVE_INFINITY;
    this.#maySplit = from === 0 && until === undefined && run.reads[number] !== undefined;
  }

  get checkpoints(): Checkpoints | undefined {
    return this.#checkpoints;
  }

  /** Another content begins. */
  begin({ kind }: Content): void {
    this.#unit = kind === "rows" ? "row" : "decoded byte";
  }

  /** Reads frames, as far as they are this invocation's. Pieces of a line too large belong to where it began, wherever that was. */
  read(block: FrameBlock, reader: RecordReader): void {
    const own = block.cut === undefined ? before(block, this.#until) : block.count;
    if (own < block.count) this.isOver = true;
    if (own < block.count && own === 0) return;
    const mine = own === block.count ? block : { ...block, count: own };
    reader.read(mine);
    this.#passed(mine);
  }

  #passed(block: FrameBlock): void {
    this.#run.passed(this.#number, block.base);
    this.#checkpoints?.block(block);
    if (block.count > 0) this.#account.readTo = startOf(block, block.count - 1) + 1;
  }

  /** Between two chunks: waits for the sinks, and ends reading when it is time. */
  async pause(): Promise<void> {
    const run = this.#run;
    run.progress();
    await run.ready();
    run.checkDeadline();
    run.checkSinks();
    if (this.#maySplit) await this.#split();
    if (this.#account.readTo < this.#from && run.time.isPassingLate) throw this.#tooLarge();
  }

  /** Once every sink has something of it: a message that comes again and again isn't to be split again and again. */
  async #split(): Promise<void> {
    const run = this.#run;
    const read = run.reads[this.#number];
    if (read?.checkpoints?.isSettled !== true || lowestOwed(this.#number, run) === 0) return;
    this.#maySplit = false;
    if (!run.continues || !mayShare(run.unitOf(this.#number))) return;
    const until = await split(this.#number, read, this.#account.readTo, run);
    if (until === undefined) return;
    this.#until = until;
    read.until = until;
  }

  /** Says how far an invocation like this one gets: that is how large such an object may be. */
  #tooLarge(): SluiceError {
    const { spentMs, givenMs } = this.#run.time;
    const { readTo } = this.#account;
    const unit = this.#unit;
    return new SluiceError(
      "OBJECT_TOO_LARGE_TO_RESUME",
      `it has no places where reading can begin, so it was read from its beginning: to ${unit} ${readTo} in ${seconds(spentMs)}, half of the ${seconds(givenMs)} that this invocation was given, and it is to be gone on with at ${unit} ${this.#from}. Invocations as long and as fast as this one finish such an object of about ${readTo} ${unit}s: give the function a greater timeout or more memory, or have it written smaller or in gzip`,
    );
  }
}

function seconds(ms: number): string {
  return `${Math.round(ms / 100) / 10} s`;
}

/** What of an object is wanted. */
export interface Span {
  readonly from?: number;
  readonly until?: number | undefined;
}

/** How many frames of the block begin before the position. */
function before(block: FrameBlock, position: number): number {
  let count = block.count;
  while (count > 0 && startOf(block, count - 1) >= position) count--;
  return count;
}

/** `take` for frames behind a head of `headBytes`, which was told again to a framer before it went on at `position`. */
export function behindHead(headBytes: number, position: () => number, take: TakeBlock): TakeBlock {
  let moved: TakeBlock | undefined;
  return (block) => {
    moved ??= placedFrom(position() - headBytes, take);
    let first = 0;
    while (first < block.count && startOf(block, first) < headBytes) first++;
    if (first < block.count || block.skipped > 0) moved(first === 0 ? block : behind(block, first));
  };
}

/** Frames from number `first` on. */
function behind(block: FrameBlock, first: number): FrameBlock {
  const { from, to, start, end, escaped } = block;
  return {
    ...block,
    count: block.count - first,
    from: from.subarray(first),
    to: to.subarray(first),
    start: start?.subarray(first),
    end: end?.subarray(first),
    escaped: escaped && {
      bytes: escaped.bytes,
      from: escaped.from.subarray(first),
      to: escaped.to.subarray(first),
      quotes: escaped.quotes.subarray(first),
    },
  };
}

/** The bytes of `chunks` behind the first line end; `skipped` says how many there were before. */
export async function* afterLine(
  chunks: AsyncIterable<Uint8Array>,
  skipped: (bytes: number) => void,
): AsyncGenerator<Uint8Array> {
  let found = false;
  let before = 0;
  for await (const chunk of chunks) {
    if (found) {
      yield chunk;
      continue;
    }
    const end = chunk.indexOf(LF);
    before += end < 0 ? chunk.length : end + 1;
    if (end < 0) continue;
    found = true;
    skipped(before);
    if (end + 1 < chunk.length) yield chunk.subarray(end + 1);
  }
}

/** The bytes of `chunks` but for the first `bytes` of them. */
export async function* without(bytes: number, chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let left = bytes;
  for await (const chunk of chunks) {
    if (left < chunk.length) yield left === 0 ? chunk : chunk.subarray(left);
    left = Math.max(0, left - chunk.length);
  }
}
