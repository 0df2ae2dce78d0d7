import type { Invocation } from "@sluice/core";
import type { Label } from "./selection.ts";

/** Whole files of several lines are read as one event up to this many bytes; Lambda writes them on one line. */
export const MAX_EVENT_BYTES: number = 32 * 1024 * 1024;

/** What Lambda wrote to a failure destination: of an invocation, or of a stream's batch. */
export interface FailedEvent {
  readonly event: unknown;
  readonly label: Label;
  /** Of the function that had it: ids may depend on the region. */
  readonly receiver: Pick<Invocation, "region" | "account">;
}

const ARN = /^arn:[^:]*:lambda:([a-z0-9-]+):(\d+):/;

/**
 * Told by its shape: `requestContext` beside the event itself or what is known of the batch. Undefined for anything else.
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
 */
export function failedEventOf(text: string): FailedEvent | undefined {
  const value = parsed(text);
  const context = value?.requestContext;
  if (value === undefined || !isObject(context)) return undefined;
  const known = "requestPayload" in value || "payload" in value || Object.keys(value).some((key) => /Info$/.test(key));
  if (!known) return undefined;
  const { condition, functionArn } = context;
  const [, region, account] = ARN.exec(typeof functionArn === "string" ? functionArn : "") ?? [];
  const at = Date.parse(String(value.timestamp));
  return {
    event: value,
    label: { sink: "", reason: typeof condition === "string" ? condition : "", at: Number.isNaN(at) ? 0 : at },
    receiver: { ...(region === undefined ? {} : { region }), ...(account === undefined ? {} : { account }) },
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
