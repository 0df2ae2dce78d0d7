import { asSluiceError, quote, SluiceError } from "../errors.ts";
import type { Unwrapped } from "./envelope.ts";
import { expectObject, expectText, isObject, type Json, list, optionalText } from "./expect.ts";
import { firehoseRecord, isFirehoseEvent } from "./firehose.ts";
import type { Decoded, InlineItem, Opened, Payload, ReceiverContext, Unit } from "./item.ts";
import { isKafkaEvent, type KafkaEntry, kafkaRecord, kafkaRecords } from "./kafka.ts";
import { isBatchEvent, s3Task } from "./s3-batch.ts";
import { unwrap } from "./unwrap.ts";

/**
 * Any Lambda event → units, each with the items it holds. Total: a value that is none of ours is a unit that failed
 * with a coded reason. Only an event whose units can't be told apart fails as a whole (a unit of the invocation).
 */
export function decodeEvent(event: unknown, context: ReceiverContext): Decoded {
  const records = list((event as Json | undefined)?.Records);
  const source = (records?.[0] as Json | undefined)?.eventSource;
  if (records !== undefined && source === "aws:sqs" && records.every(hasMessageId)) {
    return { trigger: "sqs", units: records.map((record) => sqsUnit(record as Json, context)) };
  }
  if (records !== undefined && source === "aws:kinesis" && records.every(hasSequence)) {
    return { trigger: "kinesis", units: records.map((record) => kinesisUnit(record as Json, context)) };
  }
  const streamed = streamedEvent(event, context);
  if (streamed !== undefined) return streamed;
  if (records?.length === 0) return { trigger: "async", units: [] };
  return { trigger: "async", units: [invocationUnit(event, context)] };
}

function invocationUnit(event: unknown, context: ReceiverContext): Unit {
  const payload: Payload = { form: "json", value: event };
  return unitOf({ id: "", kind: "invocation", receiveCount: 1, payload }, event, [], context);
}

/** Events whose units are told apart by other names. Where they can't be, the event fails as a whole. */
function streamedEvent(event: unknown, context: ReceiverContext): Decoded | undefined {
  if (isFirehoseEvent(event)) {
    const records = list(event.records) as readonly unknown[];
    if (records.some((record) => !hasText(record, "recordId"))) return undefined;
    return { trigger: "firehose", event, units: records.map((record) => firehoseUnit(event, record as Json, context)) };
  }
  if (isBatchEvent(event)) {
    const tasks = list(event.tasks) as readonly unknown[];
    if (tasks.some((task) => !hasText(task, "taskId"))) return undefined;
    return { trigger: "s3-batch", event, units: tasks.map((task) => taskUnit(task as Json, context)) };
  }
  if (!isKafkaEvent(event) || !attempt(() => kafkaRecords(event))) return undefined;
  return { trigger: "kafka", units: kafkaRecords(event).map((each) => kafkaUnit(event, each, context)) };
}

function firehoseUnit(event: Json, record: Json, context: ReceiverContext): Unit {
  const head = { id: record.recordId as string, kind: "firehose", receiveCount: 1 } as const;
  return unitFrom(head, () => firehoseRecord(event, record, context, ["firehose"]));
}

function taskUnit(task: Json, context: ReceiverContext): Unit {
  const head = { id: task.taskId as string, kind: "s3-batch", receiveCount: 1 } as const;
  return unitFrom(head, () => s3Task(task, context, ["s3-batch"]));
}

function kafkaUnit(event: Json, { record, place }: KafkaEntry, context: ReceiverContext): Unit {
  const id = `${place.partition}:${place.offset}`;
  const source = optionalText(event.eventSourceArn);
  const payload: Payload = { form: "base64", value: record.value };
  const head = { id, kind: "kafka", receiveCount: 1, source, payload } as const;
  return unitFrom(head, () => kafkaRecord(event, record, place, context, ["kafka"]));
}

/** SQS → Lambda: https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html */
function sqsUnit(record: Json, context: ReceiverContext): Unit {
  const attributes = isObject(record.attributes) ? record.attributes : {};
  const queueArn = optionalText(record.eventSourceARN);
  const receiptHandle = optionalText(record.receiptHandle);
  const receipt = queueArn === undefined || receiptHandle === undefined ? undefined : { queueArn, receiptHandle };
  const fifo = queueArn?.endsWith(".fifo") === true;
  const group = fifo ? (optionalText(attributes.MessageGroupId) ?? "") : undefined;
  const receiveCount = Math.max(1, Math.floor(Number(optionalText(attributes.ApproximateReceiveCount)) || 1));
  const head = { id: record.messageId as string, kind: "sqs", receiveCount, source: queueArn, group, receipt } as const;
  return unitOf({ ...head, payload: { form: "text", value: record.body } }, record, [], context);
}

/** Kinesis → Lambda: https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html */
function kinesisUnit(record: Json, context: ReceiverContext): Unit {
  const { sequenceNumber, data } = record.kinesis as Json;
  const head = { id: sequenceNumber as string, kind: "kinesis", receiveCount: 1 } as const;
  const source = optionalText(record.eventSourceARN);
  const shard = optionalText(record.eventID)?.split(":")[0];
  return unitOf({ ...head, source, shard, payload: { form: "base64", value: data } }, record, [], context);
}

type UnitHead = Omit<Unit, "items" | "ignored" | "error">;

function unitOf(head: UnitHead, value: unknown, path: readonly string[], context: ReceiverContext): Unit {
  return unitFrom(head, () => unwrap(value, path, context));
}

function unitFrom(head: UnitHead, decode: () => Unwrapped): Unit {
  try {
    const { items, ignored, hops } = decode();
    return { ...head, items, ignored, hops };
  } catch (error) {
    return { ...head, items: [], ignored: [], error: named(head, error) };
  }
}

/** What is in a payload of the unit; read it before the next is opened. Throws why the unit fails. */
export function openInline({ open }: InlineItem, unit: UnitHead): Opened {
  try {
    return open();
  } catch (error) {
    throw named(unit, error);
  }
}

function named({ id, kind }: UnitHead, error: unknown): SluiceError {
  const known = asSluiceError(error);
  const where = id === "" ? "event" : `${kind} ${quote(id)}`;
  return new SluiceError(known.code, `${where}: ${known.message}`, { cause: known });
}

function hasMessageId(record: unknown): boolean {
  return attempt(() => expectText(expectObject(record, "").messageId, "messageId"));
}

function hasText(value: unknown, name: string): boolean {
  return isObject(value) && optionalText(value[name]) !== undefined;
}

function hasSequence(record: unknown): boolean {
  return attempt(() =>
    expectText(expectObject(expectObject(record, "").kinesis, "kinesis").sequenceNumber, "sequenceNumber"),
  );
}

function attempt(check: () => unknown): boolean {
  try {
    check();
    return true;
  } catch {
    return false;
  }
}
