import { SluiceError } from "../errors.ts";
import type { FrameBlock, TakeBlock } from "../framing/frame.ts";
import { placedFrom } from "../object/positions.ts";
import type { ItemAccount } from "../outcome/ledger.ts";
import type { Run } from "../run.ts";
import type { Checkpoints } from "./checkpoints.ts";

/** One item on its way through: how far it was read, and where it could be gone on with. */
export class Passage {
  readonly #run: Run;
  readonly #number: number;
  readonly #account: ItemAccount;
  readonly #checkpoints: Checkpoints | undefined;
  /** Below this position every sink has all. */
  readonly #from: number;

  constructor(run: Run, number: number, account: ItemAccount, from = 0) {
    this.#run = run;
    this.#number = number;
    this.#account = account;
    this.#checkpoints = run.reads[number]?.checkpoints;
    this.#from = from;
  }

  get checkpoints(): Checkpoints | undefined {
    return this.#checkpoints;
  }

  /** The frames were read. */
  block(block: FrameBlock): void {
    this.#run.passed(this.#number, block.base);
    this.#checkpoints?.block(block);
    const { base, count, start, from } = block;
    if (count > 0) this.#account.readTo = (start?.[count - 1] ?? base + (from[count - 1] as number)) + 1;
  }

  /** Between two chunks: waits for the sinks, and ends reading when it is time. */
  async pause(): Promise<void> {
    const run = this.#run;
    run.progress();
    await run.ready();
    run.checkDeadline();
    run.checkSinks();
    if (this.#account.readTo < this.#from && run.remainingMs() < run.givenMs / 2) throw this.#tooLarge();
  }

  #tooLarge(): SluiceError {
    const { readTo } = this.#account;
    return new SluiceError(
      "OBJECT_TOO_LARGE_TO_RESUME",
      `half of the invocation's time was spent to come to decoded byte ${readTo} of ${this.#from}, where this object is to be gone on with: it has no places in it where reading can begin`,
    );
  }
}

/** `take` for frames behind a head of `headBytes`, which was told again to a framer before it went on at `position`. */
export function behindHead(headBytes: number, position: number, take: TakeBlock): TakeBlock {
  const moved = placedFrom(position - headBytes, take);
  return (block) => {
    let first = 0;
    while (first < block.count && startOf(block, first) < headBytes) first++;
    if (first < block.count || block.skipped > 0) moved(first === 0 ? block : behind(block, first));
  };
}

function startOf({ start, base, from }: FrameBlock, i: number): number {
  return start?.[i] ?? base + (from[i] as number);
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

/** The bytes of `chunks` but for the first `bytes` of them. */
export async function* without(bytes: number, chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let left = bytes;
  for await (const chunk of chunks) {
    if (left < chunk.length) yield left === 0 ? chunk : chunk.subarray(left);
    left = Math.max(0, left - chunk.length);
  }
}
