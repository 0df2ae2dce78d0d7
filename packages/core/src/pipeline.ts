import { Buffer } from "node:buffer";
import { randomUUID } from "node:crypto";
import type { DirectOptions, Invocation, Pipeline, Ports } from "./api.ts";
import { carryContents, carryObject } from "./carry-object.ts";
import type { Config } from "./config/config.ts";
import { redeemClaims } from "./continue/claims.ts";
import { handOver } from "./continue/hand-over.ts";
import { checkHops } from "./continue/owed.ts";
import { Passage } from "./continue/passage.ts";
import { copyingOf } from "./copy.ts";
import { decodeEvent, openInline } from "./envelope/decode.ts";
import type { Decoded, InlineItem, InnerItem, Item, OpenItem } from "./envelope/item.ts";
import { asSluiceError, type SluiceError } from "./errors.ts";
import { explainItems } from "./explain/explain.ts";
import { inMemory, isPacked } from "./object/contents.ts";
import { withPlace } from "./object/place.ts";
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
import { RecordReader } from "./record/record-reader.ts";
import { reprocessLetters } from "./resend/reprocess.ts";
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
    reprocess: (letters, invocation = {}) => reprocessLetters(plan, letters, invocation),
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
    run.time.stop();
  }
}

/** One item from bytes to lanes. What goes wrong fails the item's unit, and nothing else. */
async function carry(item: Item, unit: number, run: Run): Promise<void> {
  const { number, account } = run.ledger.openItem(unit);
  run.items[number] = item;
  try {
    checkHops(run.unit(unit), run);
    run.checkDeadline();
    if (item.kind === "object" && item.again === true) run.mayBeKnown(number);
    if (item.kind !== "object") await run.sinks();
    if (item.kind === "object") await carryObject(run.plan.refOf(item), item, number, account, run);
    else if (item.kind === "direct") await carryDirect(item, number, account, run);
    else await carryInline(item, unit, number, account, run);
    account.finished = true;
  } catch (error) {
    if (isSuperseded(item, error, run)) account.supersede(asSluiceError(error));
    else account.fail(named(item, run.time.explain(error)));
  } finally {
    run.closeItem(item, number, account.error);
  }
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
  const origin = streamOrigin(item.stream);
  // Said before anything is read: what turns out to be unreadable is this one, not the one that was read before it.
  run.origins[number] = origin;
  const newReader = (): RecordReader => recordReader(item, origin, undefined, number, account, run);
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
  return item.kind === "object" ? withPlace(item.ref, error) : asSluiceError(error);
}
