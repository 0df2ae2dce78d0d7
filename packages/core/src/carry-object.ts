import type { Resume } from "./continue/continuation.ts";
import { lowestOf } from "./continue/owed.ts";
import { afterLine, behindHead, type Passage, without } from "./continue/passage.ts";
import { type Primed, prime } from "./continue/prime.ts";
import { letCopy, NOT_TAKEN, type Taken } from "./copy.ts";
import type { OpenItem } from "./envelope/item.ts";
import type { Framer, TakeBlock } from "./framing/frame.ts";
import { isOfArchive, type Reading, readingOf } from "./from-archive.ts";
import { type Content, type ContentOptions, contents, type Stored } from "./object/contents.ts";
import { placedFrom, rowsIn } from "./object/positions.ts";
import { type OpenObject, openObject } from "./object/read-object.ts";
import type { ItemAccount } from "./outcome/ledger.ts";
import type { ObjectRef } from "./ports/object-reader.ts";
import type { RecordCursor } from "./record/record.ts";
import { RecordReader } from "./record/record-reader.ts";
import { distributor } from "./route/distribute.ts";
import type { Run } from "./run.ts";

/** An object from its first byte, or the place where an earlier invocation stopped, to the lanes. */
export async function carryObject(
  ref: ObjectRef,
  item: Extract<OpenItem, { kind: "object" }>,
  number: number,
  account: ItemAccount,
  run: Run,
): Promise<void> {
  if (item.resume !== undefined) return carryRest(ref, item, item.resume, number, account, run);
  const { object, taken } = await openUnlessTaken(ref, item, number, run);
  if (object === undefined) return;
  account.etag = object.etag;
  const reading = readingOf(ref, item, object, number, run);
  const have = new Set([...taken.by, ...reading.have]);
  const newReader = (): RecordReader => objectReader(reading, number, account, run, { have });
  const passage = run.passage(number, object);
  await carryContents(storedOf(object, run), optionsOf(item, reading, run), newReader, passage, run, reading.before);
}

/** Goes on with an object where an earlier invocation stopped, for the sinks that are owed something of it. */
async function carryRest(
  ref: ObjectRef,
  item: Extract<OpenItem, { kind: "object" }>,
  resume: Resume,
  number: number,
  account: ItemAccount,
  run: Run,
): Promise<void> {
  const { owed, etag, at, until } = resume;
  const lowest = lowestOf(resume, run);
  const open = (from: number): Promise<OpenObject> =>
    openObject(run.plan.reader, ref, { ...run.readOptions, ifMatch: etag, from });
  const [object] = await Promise.all([open(at?.stored ?? 0), run.sinks()]);
  run.checkSinks();
  const reading = readingOf(ref, item, object, number, run);
  const options = optionsOf(item, reading, run);
  const newReader = (): RecordReader =>
    objectReader(reading, number, account, run, { have: reading.have, owed, from: lowest });
  const primed = at === undefined ? undefined : prime(newReader(), at, account, run);
  if (primed !== undefined)
    return carryFrom(primed, storedOf(object, run), options, run.passage(number, object, { from: lowest, until }, at));
  const passage = run.passage(number, object, { from: lowest, until });
  if (at === undefined) return carryContents(storedOf(object, run), options, newReader, passage, run, reading.before);
  // Its head tells something else than it did: whoever reads it now reads it in another way, and from its beginning.
  await object.leave();
  return carryContents(storedOf(await open(0), run), options, newReader, passage, run, reading.before);
}

/** Bytes are decoded as the object's own place has it, their columns named by what they are. */
export function optionsOf(item: OpenItem, reading: Reading, { plan }: Pick<Run, "plan">): ContentOptions {
  return { ...plan.contentOptions(item), header: plan.contentOptions(reading.item).header };
}

export function storedOf(object: OpenObject, run: Run): Stored {
  return {
    size: object.size,
    body: object.body,
    range: object.range,
    maxHeldBytes: run.plan.config.read.partBytes,
  };
}

/** An object that nobody wants records of, as sinks have it whole, isn't opened. */
async function openUnlessTaken(
  ref: ObjectRef,
  item: Extract<OpenItem, { kind: "object" }>,
  number: number,
  run: Run,
): Promise<{ readonly object?: OpenObject; readonly taken: Taken }> {
  const { reader } = run.plan;
  if (run.mayCopy() !== true) {
    const [object] = await Promise.all([openObject(reader, ref, run.readOptions), run.sinks()]);
    if (run.mayCopy() !== true) return { object, taken: NOT_TAKEN };
    // The first of this process: until its sinks were made nobody knew.
    await object.leave();
  } else await run.sinks();
  const taken = isOfArchive(item, run) ? NOT_TAKEN : await letCopy(ref, item, number, run);
  if (taken.isAll) return { taken };
  run.checkDeadline();
  return { object: await openObject(reader, ref, { ...run.readOptions, ifMatch: taken.etag }), taken };
}

/** Contents one after the other; the positions of each go on where those of the one before ended. */
export async function carryContents(
  stored: Stored,
  options: ContentOptions,
  newReader: () => RecordReader,
  passage: Passage,
  run: Run,
  start = 0,
): Promise<void> {
  let before = start;
  const { checkpoints } = passage;
  const restart = checkpoints === undefined ? {} : { restart: { offer: checkpoints.offer } };
  for await (const content of contents(stored, { ...options, ...restart })) {
    const reader = newReader();
    passage.begin(content);
    if (before === 0) checkpoints?.begin(content, reader);
    else checkpoints?.leave();
    const take = placedFrom(before, (block) => passage.read(block, reader));
    before += await readContent(content, reader.framer(run.plan.config.read), take, passage);
    if (passage.isOver) return;
  }
}

/** What lies behind the place where reading goes on. */
async function carryFrom(
  { reader, framer, at }: Primed,
  stored: Stored,
  options: ContentOptions,
  passage: Passage,
): Promise<void> {
  const { compression = "none" } = at;
  const from = at.compression === undefined ? undefined : { ...at, compression };
  const restart = { from, offer: passage.checkpoints?.offer };
  for await (const content of contents(stored, { ...options, compression, restart })) {
    passage.checkpoints?.begin(content, reader);
    if (content.kind !== "bytes") return;
    let { position } = at;
    const behind = without(position - at.decoded, content.chunks);
    const line = afterLine(content.chunks, (bytes) => {
      position = at.decoded + bytes;
    });
    const take = behindHead(
      at.head.length,
      () => position,
      (block) => passage.read(block, reader),
    );
    const rest = { ...content, chunks: at.inLine === true ? line : behind };
    await readContent(rest, framer, take, passage);
    if (passage.isOver) return;
  }
}

/** Hands over blocks of frames as they come, and waits for the sinks in between; gives how far the content went on. */
async function readContent(content: Content, framer: Framer, take: TakeBlock, passage: Passage): Promise<number> {
  let size = 0;
  if (content.kind === "rows") {
    for await (const block of content.blocks) {
      take(block);
      size += rowsIn(block);
      await passage.pause();
      if (passage.isOver) return size;
    }
    return size;
  }
  for await (const chunk of content.chunks) {
    passage.checkpoints?.chunk(chunk);
    framer.push(chunk, take);
    size += chunk.length;
    await passage.pause();
    if (passage.isOver) return size;
  }
  framer.end(take);
  return size;
}

function objectReader(
  { origin, item, settings, processing }: Reading,
  number: number,
  account: ItemAccount,
  run: Run,
  { have, owed, from = 0 }: Wanted,
): RecordReader {
  run.origins[number] = origin;
  const distribute = distributor(processing, account, run.takers(number, have, owed));
  const fromThere = (record: RecordCursor): void => {
    if (record.position >= from) distribute(record);
    else account.in -= 1;
  };
  return new RecordReader(origin, settings, item.ref.key, account, from === 0 ? distribute : fromThere);
}

/** What of an object's records is wanted. */
interface Wanted {
  /** Sinks, by number, that have them already. */
  readonly have: ReadonlySet<number>;
  /** Missing: all are, by all sinks. */
  readonly owed?: Resume["owed"];
  /** Position below which nobody wants them. */
  readonly from?: number;
}
