import { SluiceError } from "../errors.ts";
import { cloudwatch } from "./cloudwatch.ts";
import { claim, continuation } from "./continuation.ts";
import { distributedMap } from "./distributed-map.ts";
import type { Descend, Envelope, Unwrapped } from "./envelope.ts";
import { eventbridge } from "./eventbridge.ts";
import { type Json, shown } from "./expect.ts";
import { firehose } from "./firehose.ts";
import type { ReceiverContext } from "./item.ts";
import { kafka } from "./kafka.ts";
import { kinesis } from "./kinesis.ts";
import { lambdaDestination } from "./lambda-destination.ts";
import { s3 } from "./s3.ts";
import { s3Batch } from "./s3-batch.ts";
import { sns } from "./sns.ts";
import { sqs } from "./sqs.ts";

/** Deepest nesting of envelopes; beyond it the unit fails with EVENT_TOO_DEEP. */
export const MAX_ENVELOPE_DEPTH = 8;

const ENVELOPES: readonly Envelope[] = [
  continuation,
  claim,
  sqs,
  sns,
  kinesis,
  kafka,
  firehose,
  s3,
  s3Batch,
  eventbridge,
  cloudwatch,
  lambdaDestination,
  distributedMap,
];

/** Unwraps recursively until objects, log batches and plain bytes are left. */
export function unwrap(value: unknown, path: readonly string[], context: ReceiverContext): Unwrapped {
  if (path.length >= MAX_ENVELOPE_DEPTH) {
    throw new SluiceError("EVENT_TOO_DEEP", `more than ${MAX_ENVELOPE_DEPTH} envelopes: ${path.join(" > ")}`);
  }
  const parsed = typeof value === "string" ? parseBody(value, path) : value;
  if (parsed !== null && typeof parsed === "object") {
    const descend: Descend = (inner, name, other = context) => unwrap(inner, [...path, name], other);
    for (const envelope of ENVELOPES) {
      const found = envelope.unwrap(parsed as Json, descend, context, [...path, envelope.name]);
      if (found !== undefined) return found;
    }
  }
  throw new SluiceError("EVENT_UNRECOGNIZED", `${within(path)}expected a known event, got ${shown(parsed)}`);
}

function parseBody(text: string, path: readonly string[]): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new SluiceError("EVENT_MALFORMED", `${within(path)}expected JSON, got ${shown(text)}`);
  }
}

function within(path: readonly string[]): string {
  return path.length === 0 ? "" : `${path.join(" > ")}: `;
}
