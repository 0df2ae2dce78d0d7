import type { ExplainedItem, Explanation } from "./api.ts";
import type { Decoded, Item, Unit } from "./envelope/item.ts";
import { asSluiceError, quote } from "./errors.ts";
import { ContentFramer } from "./framing/content.ts";
import { contents, inMemory, type Stored } from "./object/contents.ts";
import { linesOf } from "./object/positions.ts";
import { openObject } from "./object/read-object.ts";
import type { Plan } from "./plan.ts";
import { directOrigin } from "./record/origin.ts";
import { readLogs } from "./record/read-logs.ts";
import type { RecordCursor } from "./record/record.ts";
import { RecordReader } from "./record/record-reader.ts";

/** Stored bytes of an object that are looked at. */
const PEEK_BYTES = 64 * 1024;

const NO_BYTES = new Uint8Array(0);

/** Where each item of an event would go, judged by its first record. Sends nothing. */
export async function explainItems(plan: Plan, decoded: Decoded): Promise<Explanation> {
  const items: ExplainedItem[] = [];
  for (const unit of decoded.units) {
    if (unit.error !== undefined) items.push(undecodable(unit));
    for (const { path, reason } of unit.ignored)
      items.push({ unit: unit.id, path, what: reason, status: "ignored", reason });
    for (const item of unit.items) items.push(await explainItem(plan, unit, item));
  }
  return { trigger: decoded.trigger, ok: items.every(({ status }) => status !== "undecodable"), items };
}

function undecodable(unit: Unit): ExplainedItem {
  const reason = `${unit.error?.code}: ${unit.error?.message}`;
  return { unit: unit.id, path: [unit.kind], what: "undecodable", status: "undecodable", reason };
}

async function explainItem(plan: Plan, unit: Unit, item: Item): Promise<ExplainedItem> {
  const settings = plan.sourceOf(item);
  const base = { unit: unit.id, path: item.path, what: nameOf(item), source: settings.index };
  try {
    const { compression, bytes } = await firstBytes(plan, item);
    const first = firstRecord(plan, item, bytes);
    if (first === undefined) return { ...base, status: "record source", compression, reason: "no records" };
    return { ...base, ...first, status: "record source", compression };
  } catch (error) {
    const known = asSluiceError(error);
    return { ...base, status: "undecodable", reason: `${known.code}: ${known.message}` };
  }
}

interface Peek {
  readonly compression: string | undefined;
  /** Decoded. */
  readonly bytes: Uint8Array;
}

async function firstBytes(plan: Plan, item: Item): Promise<Peek> {
  if (item.kind === "logs") return { compression: "gzip", bytes: NO_BYTES };
  if (item.kind === "direct") return { compression: undefined, bytes: NO_BYTES };
  if (item.kind === "bytes") return firstContent(inMemory(item.bytes), plan, item);
  const { signal } = new AbortController();
  const options = { partBytes: PEEK_BYTES, attempts: 1, minDelayMs: 1, maxDelayMs: 1, signal };
  const { size, body, range } = await openObject(plan.reader, item.ref, options);
  return firstContent({ size, body, range, maxHeldBytes: PEEK_BYTES }, plan, item);
}

async function firstContent(stored: Stored, plan: Plan, item: Item): Promise<Peek> {
  for await (const content of contents(stored, plan.contentOptions(item))) {
    const compression = content.layers.length === 0 ? "none" : content.layers.join(", ");
    for await (const bytes of content.kind === "bytes" ? content.chunks : linesOf(content.blocks))
      return { compression, bytes };
    return { compression, bytes: NO_BYTES };
  }
  return { compression: "none", bytes: NO_BYTES };
}

type FirstRecord = Pick<ExplainedItem, "format" | "dataset" | "namespace" | "sinks" | "reason">;

function firstRecord(plan: Plan, item: Item, bytes: Uint8Array): FirstRecord | undefined {
  let found: FirstRecord | undefined;
  const emit = (record: RecordCursor): void => {
    if (found !== undefined) return;
    const { dataset, namespace } = record.context;
    const kept = plan.passes(record);
    const sinks = kept ? plan.route(record).map((i) => plan.sinkNames[i] as string) : [];
    found = {
      format: reader.format,
      dataset,
      namespace,
      sinks,
      reason: kept ? undefined : "the first record is filtered out",
    };
  };
  const key = item.kind === "object" ? item.ref.key : undefined;
  const counts = { in: 0, skipped: 0, unparsed: 0 };
  const reader = new RecordReader(directOrigin("explain", 0), plan.sourceOf(item), key, counts, emit);
  if (item.kind === "logs") {
    readLogs(reader, item.batch, item.events);
    return found;
  }
  const framer = new ContentFramer((head) => reader.framing(head), plan.config.read);
  framer.push(bytes, (block) => reader.read(block));
  if (found === undefined) framer.end((block) => reader.read(block));
  return found ?? (reader.format === undefined ? undefined : { format: reader.format, reason: "no records" });
}

function nameOf(item: Item): string {
  if (item.kind === "object") return `s3://${item.ref.bucket}/${quote(item.ref.key)}`;
  if (item.kind === "logs") return `log group ${quote(item.batch.group)}, ${item.events.count} events`;
  return item.kind === "bytes" ? `${quote(item.stream.arn)}, ${item.bytes.length} bytes` : item.stream;
}
