import { asSluiceError } from "../errors.ts";
import type { ItemAccount } from "../outcome/ledger.ts";
import type { BeingRead, Run } from "../run.ts";
import { objectContinuation, type Restart, type Resume } from "./continuation.ts";

/** Ranges that one object is split into at most; beyond it they are larger. */
const MAX_RANGES = 1000;

const NO_STATE = new Uint8Array(0);

/**
 * Has other invocations read the rest of a large object at the same time, each a range of it: a record belongs to the range
 * that it begins in. Only lines as they are stored can be found from anywhere; other content is read by one after the other.
 * `readTo`: how far this one has read. Gives where its own range ends; undefined: there is nothing to share.
 */
export async function split(number: number, read: BeingRead, readTo: number, run: Run): Promise<number | undefined> {
  const { continuation: queue } = run.plan.ports;
  const item = run.items[number];
  const head = read.checkpoints?.headOfLines();
  const { splitBytes = Number.POSITIVE_INFINITY } = run.plan.config.continuation ?? {};
  if (queue === undefined || item?.kind !== "object" || head === undefined || read.size <= splitBytes) return undefined;
  const rangeBytes = onGrid(Math.max(splitBytes, Math.ceil(read.size / MAX_RANGES)), run);
  const until = rangeBytes * (Math.floor(readTo / rangeBytes) + 1);
  const { etag, size, versionId } = read;
  const ref = { ...item.ref, etag, size, versionId: item.ref.versionId ?? versionId };
  const hops = run.nextHop(number);
  const { unit } = run.ledger.items[number] as ItemAccount;
  try {
    for (let from = until; from < size; from += rangeBytes) {
      const owed = Object.fromEntries(run.plan.sinkNames.map((name) => [name, from]));
      const at: Restart = {
        ...head,
        position: from,
        stored: from - 1,
        decoded: from - 1,
        state: NO_STATE,
        inLine: true,
      };
      const resume: Resume = { etag, owed, at, until: from + rangeBytes < size ? from + rangeBytes : undefined };
      await queue.send(objectContinuation(ref, resume, hops), run.time.answering);
      run.handedOver(unit, 1);
    }
    return until;
  } catch (error) {
    // What was sent already is read twice, and delivered once.
    const { code, message } = asSluiceError(error);
    run.logger.log("warn", "not split: the object is read by one invocation after the other", { code, error: message });
    return undefined;
  }
}

/** A multiple of every sink's cells: a cell isn't to be filled by two. */
function onGrid(bytes: number, run: Run): number {
  const step = run.lanes.reduce((all, { cellBytes = 1 }) => (all * cellBytes) / commonOf(all, cellBytes), 1);
  return Math.ceil(bytes / step) * step;
}

/** Greatest common divisor. */
function commonOf(a: number, b: number): number {
  return b === 0 ? a : commonOf(b, a % b);
}
