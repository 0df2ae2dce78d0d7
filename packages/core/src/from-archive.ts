import type { OpenItem } from "./envelope/item.ts";
import { type ArchiveMarks, marksOf } from "./object/archive-marks.ts";
import type { OpenObject } from "./object/read-object.ts";
import type { Plan } from "./plan.ts";
import { silentLogger } from "./ports/logger.ts";
import type { ObjectRef } from "./ports/object-reader.ts";
import type { Format } from "./record/formats/format.ts";
import { formatNamed } from "./record/formats/index.ts";
import { sluice } from "./record/formats/sluice.ts";
import { type Origin, objectOrigin } from "./record/origin.ts";
import type { SourceSettings } from "./record/source.ts";
import type { Processing } from "./route/processing.ts";
import type { Run } from "./run.ts";

type ObjectItem = Extract<OpenItem, { readonly kind: "object" }>;

/** How an object is to be read, whosever it is. */
export interface Reading {
  readonly origin: Origin;
  /** What sources are matched with. */
  readonly item: ObjectItem;
  readonly settings: SourceSettings;
  readonly processing: Processing;
  /** Decoded bytes of the source that lie before it. */
  readonly before: number;
  /** Numbers of the sinks that have its records. */
  readonly have: ReadonlySet<number>;
  /** There for an object of an archive. */
  readonly marks?: ArchiveMarks | undefined;
}

/** What an object's reading depends on beside the object. */
export interface Around {
  readonly plan: Plan;
  readonly processing: Processing;
  /** Milliseconds since the epoch. */
  readonly arrival: number;
  /** Numbers of the sinks whose own objects lie in the bucket. */
  readonly holders: ReadonlySet<number>;
}

/**
 * Whether an object is an archive's: it lies in the bucket of one of the config's archives, or the config says so. What its
 * metadata says is believed then only: whoever may write to a bucket of logs can't pass them off as somebody else's.
 */
export function isOfArchive(item: ObjectItem, run: Run): boolean {
  return run.plan.sourceOf(item).format === sluice || run.holders(item.ref.bucket).size > 0;
}

/**
 * Documents go on after `process`, which they have behind them, as they are. Lines are read in place of the object that
 * they were in. Either way records have the ids of their first delivery, and may have been delivered before; an archive doesn't get
 * again what lies in it.
 */
export function readingOf(ref: ObjectRef, item: ObjectItem, object: OpenObject, number: number, run: Run): Reading {
  const { plan, processing, arrival } = run;
  const reading = readingAs(ref, item, object, { plan, processing, arrival, holders: run.holders(ref.bucket) });
  if (reading.marks === undefined) return reading;
  run.mayBeKnown(number);
  if (idsAreLost(reading.marks)) warn(ref, run);
  return reading;
}

/** Lines that are no piece of one object. */
export function idsAreLost(marks: ArchiveMarks): boolean {
  return marks.kind === "lines" && marks.source === undefined;
}

/** The same, told by what is around the object alone. */
export function readingAs(ref: ObjectRef, item: ObjectItem, object: OpenObject, around: Around): Reading {
  const { plan, processing, arrival, holders } = around;
  const settings = plan.sourceOf(item);
  const plain: Reading = {
    origin: { ...objectOrigin(ref, object.etag, object.lastModified, arrival), versionId: object.versionId },
    item,
    settings,
    processing,
    before: 0,
    have: new Set(),
  };
  if (settings.format !== sluice && holders.size === 0) return plain;
  const marks: ArchiveMarks | undefined =
    marksOf(object.metadata) ?? (settings.format === sluice ? { kind: "documents" } : undefined);
  if (marks === undefined) return plain;
  const own = { ...plain, have: holders, marks };
  if (marks.kind === "documents")
    return {
      ...own,
      settings: { ...settings, format: sluice, formatFrom: "archive" },
      processing: unprocessed(processing),
    };
  if (marks.source === undefined)
    return settings.format === sluice ? { ...own, settings: { ...settings, format: undefined } } : own;
  return { ...own, ...inPlaceOf(marks.source, marks, item, around) };
}

/** Records that come out are those that the source's own would be. */
function inPlaceOf(
  { bucket, key, etag, region, account, lastModified }: NonNullable<Extract<ArchiveMarks, { kind: "lines" }>["source"]>,
  { start, format: name }: Pick<ArchiveMarks & { readonly kind: "lines" }, "start" | "format">,
  item: ObjectItem,
  { plan, arrival }: Around,
): Pick<Reading, "origin" | "item" | "settings" | "before"> {
  const ref: ObjectRef = { store: "s3", bucket, key, region, account };
  const stand: ObjectItem = { ...item, ref };
  const origin = objectOrigin(ref, etag, lastModified, arrival);
  const settings = plan.sourceOf(stand);
  const format = settings.format === undefined && name !== undefined ? lineFormat(name) : undefined;
  return { origin, item: stand, settings: format === undefined ? settings : { ...settings, format }, before: start };
}

/** The first line of a piece may show another format than that of its source does. Formats of documents are told by content. */
function lineFormat(name: string): Format | undefined {
  const format = formatNamed(name);
  return format?.framing === undefined && format?.detectDocument === undefined ? format : undefined;
}

function unprocessed(processing: Processing): Processing {
  return { ...processing, steps: [] };
}

function warn({ bucket, key }: ObjectRef, run: Run): void {
  const logger = run.plan.ports.logger ?? silentLogger;
  logger.log("warn", "ARCHIVE_IDS_LOST: lines of an archive whose places in their source aren't known get other ids", {
    bucket,
    key,
  });
}
