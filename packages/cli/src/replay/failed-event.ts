import type { Invocation, Outcome, Pipeline } from "@sluice/core";
import { firehoseFailedOf } from "./firehose-failed.ts";
import type { Label } from "./selection.ts";
import { unitLetterOf } from "./unit-letter.ts";

/** Whole files of several lines are read as one event up to this many bytes; Lambda writes them on one line. */
export const MAX_EVENT_BYTES: number = 32 * 1024 * 1024;

/** What is kept of something that went wrong as a whole, and goes through all of the pipeline again. */
export interface HeldEvent {
  readonly label: Label;
  again(pipeline: Pipeline, invocation: Invocation): Promise<Outcome>;
}

const ARN = /^arn:[^:]*:lambda:([a-z0-9-]+):(\d+):/;

/** What every held event has in it, and hardly any letter of a record. */
const MARKS = ['"requestContext"', '"kind":"unit"'];

/**
 * Told by its shape: a failure destination's, a unit's dead letter, or what Firehose kept. Undefined for anything else. `place` is that
 * of the text: a file, or a line in one.
 */
export function heldEventOf(text: string, place: string): HeldEvent | undefined {
  const kept = firehoseFailedOf(text, place);
  if (kept !== undefined) return kept;
  if (!MARKS.some((mark) => text.includes(mark))) return undefined;
  const value = parsed(text);
  return value && (unitLetterOf(value) ?? destinationOf(value));
}

/**
 * What Lambda wrote to a failure destination, of an invocation or of a stream's batch: `requestContext` beside the event itself
 * or what is known of the batch. Ids may depend on the function's region.
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
 */
function destinationOf(value: Record<string, unknown>): HeldEvent | undefined {
  const { requestContext: context, timestamp } = value;
  if (!isObject(context)) return undefined;
  const known = "requestPayload" in value || "payload" in value || Object.keys(value).some((key) => /Info$/.test(key));
  if (!known) return undefined;
  const { condition, functionArn } = context;
  const [, region, account] = ARN.exec(typeof functionArn === "string" ? functionArn : "") ?? [];
  const receiver = { ...(region && { region }), ...(account && { account }) };
  return {
    label: { sink: "", reason: typeof condition === "string" ? condition : "", at: Date.parse(String(timestamp)) || 0 },
    again: (pipeline, invocation) => pipeline.handle(value, { ...invocation, ...receiver }),
  };
}

function parsed(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}
