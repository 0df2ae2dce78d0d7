import { SluiceError } from "../errors.ts";
import { cloudwatch } from "./cloudwatch.ts";
import { eventbridge } from "./eventbridge.ts";
import { type Json, shown } from "./expect.ts";
import type { Ignored, Item, ReceiverContext } from "./item.ts";
import { kinesis } from "./kinesis.ts";
import { lambdaDestination } from "./lambda-destination.ts";
import { s3 } from "./s3.ts";
import { sns } from "./sns.ts";
import { sqs } from "./sqs.ts";

/** Deepest nesting of envelopes; beyond it the unit fails with EVENT_TOO_DEEP. */
export const MAX_ENVELOPE_DEPTH = 8;

export interface Unwrapped {
  readonly items: readonly Item[];
  readonly ignored: readonly Ignored[];
}

/** How an envelope goes on with what it holds: `inner` may be JSON text or a value; `name` joins the path. */
export type Descend = (inner: unknown, name: string) => Unwrapped;

/** One kind of envelope: takes the value when it is of its shape, else gives undefined. Throws a coded error for a broken one. */
export interface Envelope {
  readonly name: string;
  unwrap(value: Json, descend: Descend, context: ReceiverContext, path: readonly string[]): Unwrapped | undefined;
}

const ENVELOPES: readonly Envelope[] = [sqs, sns, kinesis, s3, eventbridge, cloudwatch, lambdaDestination];

/** Unwraps recursively until objects, log batches and plain bytes are left. */
export function unwrap(value: unknown, path: readonly string[], context: ReceiverContext): Unwrapped {
  if (path.length >= MAX_ENVELOPE_DEPTH) {
    throw new SluiceError("EVENT_TOO_DEEP", `more than ${MAX_ENVELOPE_DEPTH} envelopes: ${path.join(" > ")}`);
  }
  const parsed = typeof value === "string" ? parseBody(value, path) : value;
  if (parsed !== null && typeof parsed === "object") {
    for (const envelope of ENVELOPES) {
      const descend: Descend = (inner, name) => unwrap(inner, [...path, name], context);
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

export function merge(parts: readonly Unwrapped[]): Unwrapped {
  return { items: parts.flatMap((part) => part.items), ignored: parts.flatMap((part) => part.ignored) };
}
