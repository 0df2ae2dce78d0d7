import { Buffer } from "node:buffer";
import { randomUUID } from "node:crypto";
import type { DirectOptions, Invocation, Pipeline, Ports } from "./api.ts";
import type { Config } from "./config/config.ts";
import { redeemClaims } from "./continue/claims.ts";
import type { Resume } from "./continue/continuation.ts";
import { handOver } from "./continue/hand-over.ts";
import { afterLine, behindHead, Passage, without } from "./continue/passage.ts";
import { type Primed, prime } from "./continue/prime.ts";
import { copyingOf, letCopy, NOT_TAKEN, type Taken } from "./copy.ts";
import { decodeEvent, openInline } from "./envelope/decode.ts";
import type { Decoded, InlineItem, InnerItem, Item, OpenItem } from "./envelope/item.ts";
import { asSluiceError, quote, SluiceError } from "./errors.ts";
import { explainItems } from "./explain/explain.ts";
import type { Framer, TakeBlock } from "./framing/frame.ts";
import { isOfArchive, type Reading, readingOf } from "./from-archive.ts";
import { type Content, type ContentOptions, contents, inMemory, isPacked, type Stored } from "./object/contents.ts";
import { placedFrom, rowsIn } from "./object/positions.ts";
import { type OpenObject, openObject } from "./object/read-object.ts";
import type { ItemAccount } from "./outcome/ledger.ts";
import { rounds } from "./outcome/order.ts";
import type { Outcome } from "./outcome/outcome.ts";
import { postponeFailed } from "./outcome/postpone.ts";
import { isReturned } from "./outcome/returned.ts";
import { summarize } from "./outcome/summarize.ts";
import { compilePlan, type Plan } from "./plan.ts";
import type { ObjectRef } from "./ports/object-reader.ts";
import { directOrigin, logBatchOrigin, type Origin, sourceKey, streamOrigin } from "./record/origin.ts";
import { readLogs } from "./record/read-logs.ts";
import type { RecordCursor } from "./record/record.ts";
import { RecordReader } from "./record/record-reader.ts";
import { resendLetters } from "./resend/resend.ts";
import { distributor } from "./route/distribute.ts";
import { checkProcessing } from "./route/processing.ts";
import { Run } from "./run.ts";
import { checkSinks } from "./sink/check-sinks.ts";

/** How long messages that were put aside may take to be fetched, in milliseconds. */
const REDEEM_MS = 30_000;

/** The core: events, objects or records in; batches to sinks out; and for each unit whether it may be acknowledged. */
export function createPipeline(config: Config, ports: Ports): Pipeline {
  const plan = compilePlan(config, ports);
  return {
    handle: async (event, invocation = {}) => {
      const claims = await redeemClaims(event, ports.continuation, AbortSignal.timeout(REDEEM_MS));
      return carryAll(plan, decodeEvent(event, { ...plan.receiver(invocation), claims }), invocation);
    },
    objects: (refs, invocation = {}) => carryAll(plan, objectUnits(refs), invocation),
    write: (records, options = {}) => carryAll(plan, directUnit(records, options), options),
    resend: (letters, invocation = {}) => resendLetters(plan, letters, invocation),
    explain: (event, invocation = {}) => explainItems(plan, decodeEvent(event, plan.receiver(invocation))),
    check: async (options) => {
      await plan.patterns.ready();
      await checkProcessing(config, ports, options.connect);
      return checkSinks(plan.handles, options, plan.configName);
    },
    copying: () => copyingOf(plan),
    close: async () => {
      await Promise.all(plan.handles.map((handle) => handle.close()));
    },
  };
}

async function carryAll(configured: Plan, decoded: Decoded, invocation: Invocation): Promise<Outcome> {
  const plan = isReturned(configured.config, decoded) ? configured.returning() : configured;
  await plan.patterns.ready();
  const run = new Run(plan, await plan.processing(), decoded, invocation);
  try {
    for (const round of rounds(decoded.units)) await run.round(round, (item, unit) => carry(item, unit, run));
    await handOver(decoded, run);
    const outcome = summarize(decoded, run);
    await postponeFailed(decoded, outcome.units, run);
    return outcome;
  } finally {
    run.stop();
  }
}

/** One item from bytes to lanes. What goes wrong fails the item's unit, and nothing else. */
async function carry(item: Item, unit: number, run: Run): Promise<void> {
  const { number, account } = run.ledger.openItem(unit);
  run.items[number] = item;
  try {
    run.checkHops(unit);
    run.checkDeadline();
    if (item.kind === "object" && item.again === true) run.mayBeKnown(number);
    if (item.kind !== "object") await run.sinks();
    if (item.kind === "object") await carryObject(run.plan.refOf(item), item, number, account, run);
    else if (item.kind === "direct") await carryDirect(item, number, account, run);
    else await carryInline(item, unit, number, account, run);
    account.finished = true;
  } catch (error) {
    if (isSuperseded(item, error, run)) account.supersede(asSluiceError(error));
    else account.fail(named(item, run.explainAbort(error)));
  } finally {
    run.closeItem(item, number, account.error);
  }
}

async function carryObject(
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
  const lowest = run.lowestOf(resume);
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
function optionsOf(item: OpenItem, reading: Reading, { plan }: Run): ContentOptions {
  return { ...plan.contentOptions(item), header: plan.contentOptions(reading.item).header };
}

function storedOf(object: OpenObject, run: Run): Stored {
  return {
    size: object.size,
    body: run.counted(object.body),
    range: (start, end) => run.counted(object.range(start, end)),
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
async function carryContents(
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
    if (before === 0) checkpoints?.begin(content, reader);
    else checkpoints?.leave();
    const take = placedFrom(before, (block) => passage.read(block, reader));
    for await (const size of framed(content, reader.framer(run.plan.config.read), take, passage)) {
      before += size;
      await passage.pause();
      if (passage.isOver) return;
    }
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
    for await (const _ of framed(rest, framer, take, passage)) {
      await passage.pause();
      if (passage.isOver) return;
    }
  }
}

/** Hands over blocks of frames as they come; gives how far each step went on, so that sinks can be waited for in between. */
async function* framed(
  content: Content,
  framer: Framer,
  take: TakeBlock,
  { checkpoints }: Passage,
): AsyncGenerator<number> {
  if (content.kind === "rows") {
    for await (const block of content.blocks) {
      take(block);
      yield rowsIn(block);
    }
    return;
  }
  for await (const chunk of content.chunks) {
    checkpoints?.chunk(chunk);
    framer.push(chunk, take);
    yield chunk.length;
  }
  framer.end(take);
}

async function carryLogs(
  item: Extract<InnerItem, { kind: "logs" }>,
  number: number,
  account: ItemAccount,
  run: Run,
): Promise<void> {
  const { batch, events } = item;
  const origin = logBatchOrigin(batch, events.firstId, events.lastId, events.count, run.arrival);
  readLogs(recordReader(item, origin, undefined, number, account, run), batch, events);
  await run.ready();
}

async function carryBytes(
  item: Extract<InnerItem, { kind: "bytes" }>,
  number: number,
  account: ItemAccount,
  run: Run,
): Promise<void> {
  const newReader = (): RecordReader => recordReader(item, streamOrigin(item.stream), undefined, number, account, run);
  const options = run.plan.contentOptions(item);
  if (isPacked(item.bytes, options)) {
    // Decoded as it is waited for, which other payloads needn't.
    await carryContents(inMemory(Buffer.from(item.bytes)), options, newReader, new Passage(run, number, account), run);
    return;
  }
  const reader = newReader();
  const framer = reader.framer(run.plan.config.read);
  framer.push(item.bytes, (block) => reader.read(block));
  framer.end((block) => reader.read(block));
  await run.ready();
}

/** What came in the event itself: opened, and read at one go, as the next payload is opened into the same memory. */
async function carryInline(
  item: InnerItem | InlineItem,
  unit: number,
  number: number,
  account: ItemAccount,
  run: Run,
): Promise<void> {
  const found = item.kind === "inline" ? openInline(item, run.unit(unit)).items : [item];
  for (const each of found) {
    if (each.kind === "logs") await carryLogs(each, number, account, run);
    else await carryBytes(each, number, account, run);
  }
}

/** How many records of a program are taken before sinks are waited for. */
const DIRECT_CHUNK = 1000;

async function carryDirect(
  item: Extract<Item, { kind: "direct" }>,
  number: number,
  account: ItemAccount,
  run: Run,
): Promise<void> {
  const reader = recordReader(item, directOrigin(item.stream, run.arrival), undefined, number, account, run);
  let position = 0;
  for (const { message, timestamp, id, fields } of item.records) {
    const idKey = sourceKey("direct", item.stream, id ?? randomUUID());
    reader.readDirect(Buffer.from(message), { idKey, position, timestamp }, fields);
    position += 1;
    if (position % DIRECT_CHUNK === 0) await run.ready();
  }
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

/** Each record goes through the filters and routes, and to the lanes it is meant for. */
function recordReader(
  item: OpenItem,
  origin: Origin,
  key: string | undefined,
  number: number,
  account: ItemAccount,
  run: Run,
): RecordReader {
  const { plan, processing } = run;
  run.origins[number] = origin;
  const emit = distributor(processing, account, run.takers(number));
  return new RecordReader(origin, plan.sourceOf(item), key, account, emit);
}

function objectUnits(refs: readonly ObjectRef[]): Decoded {
  const units = refs.map((ref) => ({
    id: `${ref.bucket}/${ref.key}`,
    kind: "object" as const,
    receiveCount: 1,
    items: [{ kind: "object" as const, path: [], ref }],
    ignored: [],
  }));
  return { trigger: "objects", units };
}

function directUnit(records: Parameters<Pipeline["write"]>[0], options: DirectOptions): Decoded {
  const stream = options.stream ?? "direct";
  const items = [{ kind: "direct" as const, path: [], stream, records }];
  return { trigger: "direct", units: [{ id: stream, kind: "direct", receiveCount: 1, items, ignored: [] }] };
}

/** Nothing of the object is left to be read: it was replaced while it was gone on with, or is gone, and that may be. */
function isSuperseded(item: Item, error: unknown, { plan }: Run): boolean {
  if (item.kind !== "object") return false;
  const { code } = asSluiceError(error);
  if (code === "OBJECT_MISSING") return plan.config.onMissing === "ignore";
  return code === "OBJECT_CHANGED" && item.resume !== undefined;
}

function named(item: Item, error: unknown): SluiceError {
  const known = asSluiceError(error);
  if (item.kind !== "object") return known;
  const { store, bucket, key } = item.ref;
  const where = store === "s3" ? `s3://${quote(bucket)}/${quote(key)}` : quote(key);
  return new SluiceError(known.code, `${where}: ${known.message}`, { cause: known });
}
