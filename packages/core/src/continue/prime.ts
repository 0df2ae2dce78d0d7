import type { FrameBlock, Framer } from "../framing/frame.ts";
import type { ItemAccount } from "../outcome/ledger.ts";
import type { RecordReader } from "../record/record-reader.ts";
import type { Run } from "../run.ts";
import type { Restart } from "./continuation.ts";

/** A reader, and its framer, to which the head of an object was told again, at the beginning of a record. */
export interface Primed {
  readonly reader: RecordReader;
  readonly framer: Framer;
  readonly at: Restart;
}

/** Tells the head again; undefined when it says something else than it did. None of its records count. */
export function prime(reader: RecordReader, at: Restart, account: ItemAccount, run: Run): Primed | undefined {
  const { in: before, skipped, unparsed, truncated } = account;
  const framer = reader.framer(run.plan.config.read);
  framer.push(at.head, (block: FrameBlock) => reader.read(block));
  Object.assign(account, { in: before, skipped, unparsed, truncated });
  return reader.framing === at.framing && reader.format === at.format ? { reader, framer, at } : undefined;
}
