import type { ExplainedItem, ExplainedRecord, ExplainedRoute } from "../api.ts";
import { ByteWriter } from "../bytes/byte-writer.ts";
import { optionsOf } from "../carry-object.ts";
import { copyingOf, isCopyable, knownFields, mayBeCopied } from "../copy.ts";
import type { OpenItem } from "../envelope/item.ts";
import { type Content, type ContentOptions, contents, inMemory, type Stored } from "../object/contents.ts";
import { placedFrom } from "../object/positions.ts";
import { openObject } from "../object/read-object.ts";
import type { Plan } from "../plan.ts";
import { runSteps, type StepVisitor } from "../process/steps.ts";
import { encodeDocument } from "../record/document.ts";
import { logBatchOrigin, type Origin, streamOrigin } from "../record/origin.ts";
import { readLogs } from "../record/read-logs.ts";
import { type RecordContext, type RecordCursor, recordId } from "../record/record.ts";
import { RecordReader } from "../record/record-reader.ts";
import type { SourceSettings } from "../record/source.ts";
import type { Processing } from "../route/processing.ts";
import { archiveOf, hasRecordId, readingFor } from "./archive.ts";

/** Records that are shown. */
const RECORDS = 3;
/** Stored bytes that are asked for at once. */
const PART_BYTES = 64 * 1024;
/** Decoded bytes after which an object without that many records is let be. */
const PEEK_BYTES = 1024 * 1024;

type ObjectItem = Extract<OpenItem, { readonly kind: "object" }>;

type First = Pick<
  ExplainedItem,
  | "compression"
  | "framing"
  | "format"
  | "formatFrom"
  | "dataset"
  | "namespace"
  | "sinks"
  | "routes"
  | "archive"
  | "copiedBy"
  | "records"
  | "reason"
>;

/** What the item's first bytes show: how it is read, and where its first records would go. */
export async function readFirst(plan: Plan, processing: Processing, item: OpenItem): Promise<First> {
  if (item.kind === "object") return readObject(plan, processing, item);
  const look = new Look(plan, processing, plan.sourceOf(item));
  if (item.kind === "logs") {
    const { batch, events } = item;
    readLogs(
      look.reader(logBatchOrigin(batch, events.firstId, events.lastId, events.count, plan.clock.now())),
      batch,
      events,
    );
  } else if (item.kind === "bytes")
    await readContents(
      inMemory(item.bytes),
      plan.contentOptions(item),
      () => look.reader(streamOrigin(item.stream)),
      look,
    );
  return look.found();
}

async function readObject(plan: Plan, processing: Processing, item: ObjectItem): Promise<First> {
  const { signal } = new AbortController();
  const options = { partBytes: PART_BYTES, attempts: 1, minDelayMs: 1, maxDelayMs: 1, signal };
  const object = await openObject(plan.reader, plan.refOf(item), options);
  const reading = await readingFor(plan, processing, item, object);
  const look = new Look(plan, reading.processing, reading.settings, item.ref.key);
  const stored = { ...object, maxHeldBytes: PART_BYTES };
  await readContents(
    stored,
    optionsOf(item, reading, { plan }),
    () => look.reader(reading.origin),
    look,
    reading.before,
  );
  const archive = archiveOf(reading, object, item, plan, look.hasId);
  const isArchives = reading.marks !== undefined;
  return { ...look.found(), archive, copiedBy: isArchives ? undefined : await copiersOf(plan, item, look) };
}

/** Judged by the event alone: with its objects in folders there is nothing to copy. */
async function copiersOf(plan: Plan, item: ObjectItem, { known }: Look): Promise<readonly string[] | undefined> {
  if (!mayBeCopied({ ...plan.refOf(item), store: item.ref.store }) || known === undefined) return undefined;
  const { whole } = plan.reach(known);
  const copying = await copyingOf(plan);
  const names = copying.map(({ sink }) => sink).filter((sink) => whole.has(plan.sinkNames.indexOf(sink)));
  return names.length === 0 ? undefined : names;
}

/** `before`: decoded bytes of the source that lie before what is stored. */
async function readContents(
  stored: Stored,
  options: ContentOptions,
  newReader: () => RecordReader,
  look: Look,
  before = 0,
): Promise<void> {
  for await (const content of contents(stored, options)) {
    look.content = content;
    look.compression = content.layers.length === 0 ? "none" : content.layers.join(", ");
    await readContent(content, newReader(), look, before);
    if (look.enough) return;
  }
}

async function readContent(content: Content, reader: RecordReader, look: Look, before: number): Promise<void> {
  const take = placedFrom(before, (block) => reader.read(block));
  if (content.kind === "rows") {
    for await (const block of content.blocks) {
      take(block);
      if (look.enough) return;
    }
    return;
  }
  const framer = reader.framer(look.plan.config.read);
  for await (const chunk of content.chunks) {
    framer.push(chunk, take);
    look.bytes += chunk.length;
    if (look.enough) return;
  }
  framer.end(take);
}

/** What was seen so far. */
class Look {
  readonly plan: Plan;
  compression: string | undefined;
  bytes = 0;
  content: Content | undefined;
  /** The first record says an id of its own. */
  hasId = false;
  readonly #settings: SourceSettings;
  readonly #key: string | undefined;
  readonly #processing: Processing;
  readonly #records: ExplainedRecord[] = [];
  #reader: RecordReader | undefined;
  #context: RecordCursor["context"] | undefined;

  constructor(plan: Plan, processing: Processing, settings: SourceSettings, key?: string) {
    this.plan = plan;
    this.#processing = processing;
    this.#settings = settings;
    this.#key = key;
  }

  get enough(): boolean {
    return this.#records.length === RECORDS || this.bytes >= PEEK_BYTES;
  }

  reader(origin: Origin): RecordReader {
    const counts = { in: 0, skipped: 0, unparsed: 0 };
    this.#reader = new RecordReader(origin, this.#settings, this.#key, counts, (record) => this.#take(record));
    return this.#reader;
  }

  /** What all records of it have in common, if it is an object that could be copied. */
  get known(): RecordContext["constants"] | undefined {
    const isWhole = this.content !== undefined && this.#reader !== undefined && isCopyable(this.content, this.#reader);
    return isWhole && this.#context !== undefined ? knownFields(this.#context) : undefined;
  }

  found(): First {
    const { format, formatFrom, framing } = this.#reader ?? {};
    const [first] = this.#records;
    return {
      compression: this.compression,
      framing,
      format,
      formatFrom,
      dataset: this.#context?.dataset,
      namespace: this.#context?.namespace,
      sinks: first?.routes.flatMap((route) => (route.filtered ? [] : route.sinks)),
      routes: first?.routes,
      records: this.#records,
      reason:
        first === undefined
          ? "no records"
          : first.routes.every(({ filtered }) => filtered)
            ? "the first record is filtered out"
            : undefined,
    };
  }

  #take(record: RecordCursor): void {
    if (this.#records.length === RECORDS) return;
    if (this.#records.length === 0) this.hasId = hasRecordId(record);
    this.#context = record.context;
    const out = new ByteWriter(1024);
    encodeDocument(record, out);
    this.#records.push({
      id: recordId(record.idKey, record.start, record.end, record.part),
      routes: this.#routesOf(record),
      document: JSON.parse(out.view().toString("utf8")),
    });
  }

  #routesOf(record: RecordCursor): ExplainedRoute[] {
    const routes: ExplainedRoute[] = [];
    runSteps(
      this.#processing.steps,
      record,
      this.#visitor((passed) => {
        for (const { routes: numbers, sinks, steps } of this.#processing.route(passed)) {
          let filtered = true;
          runSteps(
            steps,
            passed,
            this.#visitor(() => {
              filtered = false;
            }),
          );
          routes.push({ routes: numbers, sinks: sinks.map((sink) => this.plan.sinkNames[sink] as string), filtered });
        }
      }),
    );
    return routes;
  }

  #visitor(pass: (record: RecordCursor) => void): StepVisitor {
    // What a transform refuses goes to the dead letters of the same sinks.
    return { pass, refused: pass, filtered: () => {}, added: () => {} };
  }
}
