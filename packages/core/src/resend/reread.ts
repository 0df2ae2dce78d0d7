import { carryContents, optionsOf, storedOf } from "../carry-object.ts";
import { Passage } from "../continue/passage.ts";
import type { OpenItem } from "../envelope/item.ts";
import { asSluiceError, type ErrorCode, SluiceError } from "../errors.ts";
import { type Reading, readingOf } from "../from-archive.ts";
import { withPlace } from "../object/place.ts";
import { type OpenObject, openObject } from "../object/read-object.ts";
import { ItemAccount } from "../outcome/ledger.ts";
import type { ObjectRef } from "../ports/object-reader.ts";
import type { RecordCursor } from "../record/record.ts";
import { RecordReader } from "../record/record-reader.ts";
import { distributor, type Taker } from "../route/distribute.ts";
import type { Run } from "../run.ts";
import type { Lane } from "../sink/lane.ts";
import type { LetterObject } from "./letter-object.ts";
import { Spans } from "./spans.ts";
import type { Wanted } from "./wanted.ts";

/** Each record that is wanted is an item of the ledger; the object, most of which nobody wants, is none. */
const NO_ITEM = -1;

type ObjectItem = Extract<OpenItem, { readonly kind: "object" }>;

/** Reads an object once, up to the last record that is wanted of it, and sends those. What goes wrong fails what isn't read yet. */
export async function reread(object: LetterObject, wanted: readonly Wanted[], run: Run): Promise<void> {
  const item: ObjectItem = { kind: "object", path: [], ref: object.ref };
  const ref = run.plan.refOf(item);
  const account = new ItemAccount(NO_ITEM);
  try {
    run.checkDeadline();
    await run.sinks();
    checkSinks(wanted, run);
    const { open, reading } = await openAs(object, ref, item, run);
    const spans = new Spans(wanted);
    const newReader = (): RecordReader => wantedReader(reading, spans, object.ref.key, run);
    const passage = new Passage(run, NO_ITEM, account, { until: spans.end });
    await carryContents(storedOf(open, run), optionsOf(item, reading, run), newReader, passage, run, reading.before);
  } catch (error) {
    const known = withPlace(ref, run.time.explain(error));
    for (const each of wanted) each.cutOff(known, account.readTo);
  }
}

/** Nothing is read that no sink would take. */
function checkSinks(wanted: readonly Wanted[], { lanes }: Run): void {
  const takes = ({ sink }: Wanted): boolean => lanes[sink]?.isBroken === false;
  if (wanted.some(takes)) return;
  const { name, trouble } = lanes[wanted[0]?.sink ?? 0] as Lane;
  throw new SluiceError("SINK_UNAVAILABLE", `sink ${name}: ${trouble?.code}: ${trouble?.message}`);
}

/** S3 says of what is gone that it is denied, to those who may not list the bucket. */
const MAY_BE_ANOTHER: ReadonlySet<ErrorCode> = new Set(["OBJECT_CHANGED", "OBJECT_MISSING", "ACCESS_DENIED"]);

interface Opened {
  readonly open: OpenObject;
  readonly reading: Reading;
}

/** The version that the letters are of: the object as it is now, or else the version of that name. */
async function openAs(object: LetterObject, ref: ObjectRef, item: ObjectItem, run: Run): Promise<Opened> {
  try {
    return await openSame(object, ref, item, run);
  } catch (error) {
    if (object.versionId === undefined || !MAY_BE_ANOTHER.has(asSluiceError(error).code)) throw error;
    return openSame(object, { ...ref, versionId: object.versionId }, item, run);
  }
}

/** Letters' ids tell the etag of the object that they are of. */
async function openSame({ id }: LetterObject, ref: ObjectRef, item: ObjectItem, run: Run): Promise<Opened> {
  const open = await openObject(run.plan.reader, ref, run.readOptions);
  const reading = readingOf(ref, item, open, NO_ITEM, run);
  if (reading.origin.id === id.key) return { open, reading };
  await open.leave();
  throw new SluiceError("OBJECT_CHANGED", "it was replaced since the record was read from it");
}

/** Records that lie where a wanted one did go through the config's steps and routes, and to the sinks that want them. */
function wantedReader(
  { origin, settings, processing }: Reading,
  spans: Spans<Wanted>,
  key: string,
  run: Run,
): RecordReader {
  let current: readonly Wanted[] = [];
  const open = (sink: number): number | undefined => {
    const mine = current.filter((each) => each.sink === sink).toSorted((a, b) => b.resent - a.resent);
    const [first] = mine;
    if (first === undefined) return undefined;
    const { number, account } = run.ledger.openItem(first.unit);
    run.origins[number] = origin;
    account.in = 1;
    account.routed = 1;
    account.finished = true;
    for (const each of mine) each.sent(number);
    return number;
  };
  const takers = run.lanes.map((lane): Taker => {
    const to = (take: (item: number) => void): void => {
      const item = open(lane.number);
      if (item !== undefined) take(item);
    };
    return {
      add: (record) => to((item) => lane.add(record, item)),
      refuse: (record, reason) => to((item) => lane.refuse(record, item, reason)),
    };
  });
  const route: typeof processing.route = (record) => {
    const branches = processing.route(record);
    for (const each of current) each.routed(branches);
    return branches;
  };
  const distribute = distributor({ ...processing, route }, { added: 0, filtered: 0, routed: 0 }, takers);
  return new RecordReader(origin, settings, key, { in: 0, skipped: 0, unparsed: 0 }, (record: RecordCursor) => {
    current = spans.at(record.start, record.end);
    if (current.length === 0) return;
    for (const each of current) each.found();
    distribute(record);
  });
}
