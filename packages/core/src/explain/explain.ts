import { Buffer } from "node:buffer";
import type { ExplainedItem, Explanation } from "../api.ts";
import { openInline } from "../envelope/decode.ts";
import type { Decoded, Ignored, InlineItem, InnerItem, OpenItem, Unit } from "../envelope/item.ts";
import { asSluiceError, quote } from "../errors.ts";
import type { Plan } from "../plan.ts";
import { readFirst } from "./first-records.ts";

/** Where each item of an event would go, judged by its first records. Sends nothing. */
export async function explainItems(plan: Plan, decoded: Decoded): Promise<Explanation> {
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

/** What was opened is valid until something else is: bytes are copied, events are looked at before anything is waited for. */
async function explainInline(plan: Plan, unit: Unit, item: InlineItem): Promise<ExplainedItem[]> {
  try {
    const processing = await plan.processing();
    const opened = openInline(item, unit);
    const explain = (each: InnerItem): Promise<ExplainedItem> =>
      explainItem(plan, unit, each.kind === "logs" ? each : { ...each, bytes: Buffer.from(each.bytes) }, processing);
    return [...opened.ignored.map((each) => ignored(unit, each)), ...(await Promise.all(opened.items.map(explain)))];
  } catch (error) {
    return [undecodable(unit, error)];
  }
}

async function explainItem(
  plan: Plan,
  unit: Unit,
  item: OpenItem,
  processing?: Awaited<ReturnType<Plan["processing"]>>,
): Promise<ExplainedItem> {
  const base = { unit: unit.id, path: item.path, what: nameOf(item), source: plan.sourceOf(item).index };
  try {
    const first = await readFirst(plan, processing ?? (await plan.processing()), item);
    return { ...base, status: "record source", ...first };
  } catch (error) {
    return { ...base, status: "undecodable", reason: reasonOf(error) };
  }
}

function reasonOf(error: unknown): string {
  const { code, message } = asSluiceError(error);
  return `${code}: ${message}`;
}

function nameOf(item: OpenItem): string {
  if (item.kind === "object") return `s3://${quote(item.ref.bucket)}/${quote(item.ref.key)}`;
  if (item.kind === "logs") return `log group ${quote(item.batch.group)}, ${item.events.count} events`;
  return item.kind === "bytes" ? `${quote(item.stream.arn)}, ${item.bytes.length} bytes` : item.stream;
}
