import { type Invocation, type ObjectRef, type Outcome, type Pipeline, SluiceError } from "@sluice/core";
import type { HeldEvent } from "./failed-event.ts";

/** A letter of `onUndecodable: deadLetter`, as docs/dead-letters.md says it under "Units". */
interface UnitLine {
  readonly at: string;
  readonly reason: { readonly code: string };
  readonly unit: {
    readonly kind: string;
    readonly id: string;
    readonly source?: string;
    readonly shard?: string;
    readonly region?: string;
  };
  readonly document?: unknown;
  readonly text?: string;
  readonly base64?: string;
}

const ARN = /^arn:[^:]*:[^:]*:([a-z0-9-]+):(\d*):/;

/** What a trigger handed over and nobody could read: goes through all of the pipeline again, as the trigger had it. */
export function unitLetterOf(value: Readonly<Record<string, unknown>>): HeldEvent | undefined {
  if (value.kind !== "unit" || !isObject(value.unit) || !isObject(value.reason)) return undefined;
  const line = value as unknown as UnitLine;
  const { at, reason, unit } = line;
  const [, ofSource, account] = ARN.exec(unit.source ?? "") ?? [];
  const region = unit.region ?? ofSource;
  const receiver = { ...(region && { region }), ...(account && { account }) };
  return {
    label: { sink: "", reason: reason.code, at: Date.parse(at) || 0 },
    again: (pipeline, invocation) => sendAgain(line, pipeline, { ...invocation, ...receiver }),
  };
}

async function sendAgain(line: UnitLine, pipeline: Pipeline, invocation: Invocation): Promise<Outcome> {
  const ref = refOf(line.document);
  if (ref !== undefined) return pipeline.objects([ref], invocation);
  return pipeline.handle(eventOf(line), invocation);
}

/** The object as it is now: it may have been put there anew. */
function refOf(document: unknown): ObjectRef | undefined {
  if (!isObject(document)) return undefined;
  const { store, bucket, key, versionId, region } = document;
  if ((store !== "s3" && store !== "file") || typeof bucket !== "string" || typeof key !== "string") return undefined;
  return {
    store,
    bucket,
    key,
    ...(typeof versionId === "string" && { versionId }),
    ...(typeof region === "string" && { region }),
  };
}

function eventOf({ at, unit, document, text, base64 }: UnitLine): unknown {
  const { kind, id, source, shard = "" } = unit;
  const region = ARN.exec(source ?? "")?.[1];
  const seconds = Date.parse(at) / 1000;
  const from = { eventSourceARN: source, awsRegion: region };
  if (kind === "invocation" && document !== undefined) return document;
  if (kind === "sqs" && text !== undefined)
    return { Records: [{ eventSource: "aws:sqs", messageId: id, body: text, attributes: {}, ...from }] };
  if (kind === "kinesis" && base64 !== undefined) {
    const eventID = `${shard}:${id}`;
    const kinesis = { sequenceNumber: id, data: base64, approximateArrivalTimestamp: seconds };
    return { Records: [{ eventSource: "aws:kinesis", eventID, kinesis, ...from }] };
  }
  const [, partition, offset] = /^(.+):(\d+)$/.exec(id) ?? [];
  if (kind === "kafka" && base64 !== undefined && partition !== undefined) {
    const record = { offset: Number(offset), timestamp: seconds * 1000, value: base64 };
    return { eventSource: "aws:kafka", eventSourceArn: source, records: { [partition]: [record] } };
  }
  throw new SluiceError("DEAD_LETTER_MALFORMED", `unit: a letter of ${kind} that says nothing to be sent again`);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}
