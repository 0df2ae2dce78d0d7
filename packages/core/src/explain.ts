import { Buffer } from "node:buffer";
import type { ExplainedItem, Explanation } from "./api.ts";
import { openInline } from "./envelope/decode.ts";
import type { Decoded, Ignored, InlineItem, InnerItem, OpenItem, Unit } from "./envelope/item.ts";
import { asSluiceError, quote } from "./errors.ts";
import { contents, inMemory, type Stored } from "./object/contents.ts";
import { linesOf } from "./object/positions.ts";
import { openObject } from "./object/read-object.ts";
import type { Plan } from "./plan.ts";
import { directOrigin } from "./record/origin.ts";
import { readLogs } from "./record/read-logs.ts";
import type { RecordCursor } from "./record/record.ts";
import { RecordReader } from "./record/record-reader.ts";
import { distributor } from "./route/distribute.ts";
import type { Processing } from "./route/processing.ts";

/** Stored bytes of an object that are looked at. */
const PEEK_BYTES = 64 * 1024;

const NO_BYTES = new Uint8Array(0);

interface Prepared extends Omit<Plan, "processing"> {
  readonly processing: Processing;
}

/** Where each item of an event would go, judged by its first record. Sends nothing. */
export async function explainItems(compiled: Plan, decoded: Decoded): Promise<Explanation> {
  const plan: Prepared = { ...compiled, processing: await compiled.processing() };
  await plan.patterns.ready();
  const items: ExplainedItem[] = [];
  for (const unit of decoded.units) {
    if (unit.error !== undefined) items.push(undecodable(unit, unit.error));
    for (const each of unit.ignored) items.push(ignored(unit, each));
    for (const item of unit.items) {
      if (item.kind === "inline") items.push(...(await explainInline(plan, unit, item)));
      else items.push(await explainItem(plan, unit, item));
    }
  }
  return { trigger: decoded.trigger, ok: items.every(({ status }) => status !== "undecodable"), items };
}

function undecodable({ id, kind }: Unit, error: unknown): ExplainedItem {
  return { unit: id, path: [kind], what: "undecodable", status: "undecodable", reason: reasonOf(error) };
}

function ignored({ id }: Unit, { path, reason }: Ignored): ExplainedItem {
  return { unit: id, path, what: reason, status: "ignored", reason };
}

/** What was opened is valid until something else is: events are looked at at once, bytes are copied. */
async function explainInline(plan: Prepared, unit: Unit, item: InlineItem): Promise<ExplainedItem[]> {
  try {
    const opened = openInline(item, unit);
    const explain = (each: InnerItem): Promise<ExplainedItem> | ExplainedItem =>
      each.kind === "logs"
        ? explained(plan, each, baseOf(plan, unit, each), { compression: "gzip", bytes: NO_BYTES })
        : explainItem(plan, unit, { ...each, bytes: Buffer.from(each.bytes) });
    return [...opened.ignored.map((each) => ignored(unit, each)), ...(await Promise.all(opened.items.map(explain)))];
  } catch (error) {
    return [undecodable(unit, error)];
  }
}

async function explainItem(plan: Prepared, unit: Unit, item: OpenItem): Promise<ExplainedItem> {
  const base = baseOf(plan, unit, item);
  try {
    return explained(plan, item, base, await firstBytes(plan, item));
  } catch (error) {
    return { ...base, status: "undecodable", reason: reasonOf(error) };
  }
}

type Base = Pick<ExplainedItem, "unit" | "path" | "what" | "source">;

function baseOf(plan: Prepared, unit: Unit, item: OpenItem): Base {
  return { unit: unit.id, path: item.path, what: nameOf(item), source: plan.sourceOf(item).index };
}

/** By its first record. */
function explained(plan: Prepared, item: OpenItem, base: Base, { compression, bytes }: Peek): ExplainedItem {
  const first = firstRecord(plan, item, bytes);
  if (first === undefined) return { ...base, status: "record source", compression, reason: "no records" };
  return { ...base, ...first, status: "record source", compression };
}

function reasonOf(error: unknown): string {
  const { code, message } = asSluiceError(error);
  return `${code}: ${message}`;
}

interface Peek {
  readonly compression: string | undefined;
  /** Decoded. */
  readonly bytes: Uint8Array;
}

async function firstBytes(plan: Prepared, item: OpenItem): Promise<Peek> {
  if (item.kind === "logs") return { compression: "gzip", bytes: NO_BYTES };
  if (item.kind === "direct") return { compression: undefined, bytes: NO_BYTES };
  if (item.kind === "bytes") return firstContent(inMemory(item.bytes), plan, item);
  const { signal } = new AbortController();
  const options = { partBytes: PEEK_BYTES, attempts: 1, minDelayMs: 1, maxDelayMs: 1, signal };
  const { size, body, range } = await openObject(plan.reader, item.ref, options);
  return firstContent({ size, body, range, maxHeldBytes: PEEK_BYTES }, plan, item);
}

async function firstContent(stored: Stored, plan: Prepared, item: OpenItem): Promise<Peek> {
  for await (const content of contents(stored, plan.contentOptions(item))) {
    const compression = content.layers.length === 0 ? "none" : content.layers.join(", ");
    for await (const bytes of content.kind === "bytes" ? content.chunks : linesOf(content.blocks))
      return { compression, bytes };
    return { compression, bytes: NO_BYTES };
  }
  return { compression: "none", bytes: NO_BYTES };
}

function sinksOf(record: RecordCursor, plan: Prepared): string[] {
  const names = new Set<string>();
  const takers = plan.sinkNames.map((name) => ({ add: () => names.add(name), refuse: () => names.add(name) }));
  distributor(plan.processing, { added: 0, filtered: 0, routed: 0 }, takers)(record);
  return [...names];
}

type FirstRecord = Pick<ExplainedItem, "format" | "dataset" | "namespace" | "sinks" | "reason">;

function firstRecord(plan: Prepared, item: OpenItem, bytes: Uint8Array): FirstRecord | undefined {
  let found: FirstRecord | undefined;
  const emit = (record: RecordCursor): void => {
    if (found !== undefined) return;
    const { dataset, namespace } = record.context;
    const sinks = sinksOf(record, plan);
    const reason = sinks.length > 0 ? undefined : "the first record is filtered out";
    found = { format: reader.format, dataset, namespace, sinks, reason };
  };
  const key = item.kind === "object" ? item.ref.key : undefined;
  const counts = { in: 0, skipped: 0, unparsed: 0 };
  const reader = new RecordReader(directOrigin("explain", 0), plan.sourceOf(item), key, counts, emit);
  if (item.kind === "logs") {
    readLogs(reader, item.batch, item.events);
    return found;
  }
  const framer = reader.framer(plan.config.read);
  framer.push(bytes, (block) => reader.read(block));
  if (found === undefined) framer.end((block) => reader.read(block));
  return found ?? (reader.format === undefined ? undefined : { format: reader.format, reason: "no records" });
}

function nameOf(item: OpenItem): string {
  if (item.kind === "object") return `s3://${item.ref.bucket}/${quote(item.ref.key)}`;
  if (item.kind === "logs") return `log group ${quote(item.batch.group)}, ${item.events.count} events`;
  return item.kind === "bytes" ? `${quote(item.stream.arn)}, ${item.bytes.length} bytes` : item.stream;
}
