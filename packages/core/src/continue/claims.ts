import { isObject, list, optionalText } from "../envelope/expect.ts";
import type { Claims } from "../envelope/item.ts";
import { asSluiceError, type SluiceError } from "../errors.ts";
import type { ContinuationQueue } from "../ports/continuation.ts";

/** How such a body begins: others aren't parsed for it. */
const CLAIM = /^\s*\{\s*"sluice"\s*:\s*"claim"/;

/** What messages of the event put aside, fetched before they are decoded. What can't be had fails its own message. */
export async function redeemClaims(
  event: unknown,
  queue: ContinuationQueue | undefined,
  signal: AbortSignal,
): Promise<Claims | undefined> {
  if (queue === undefined || !isObject(event)) return undefined;
  const bodies = (list(event.Records) ?? []).flatMap((record) => (isObject(record) ? [record.body] : []));
  const claimed = bodies.filter((body): body is string => typeof body === "string" && CLAIM.test(body));
  if (claimed.length === 0) return undefined;
  const found = new Map<string, string | SluiceError>();
  await Promise.all(claimed.map((body) => redeem(body, queue, signal, found)));
  return found;
}

async function redeem(
  body: string,
  queue: ContinuationQueue,
  signal: AbortSignal,
  found: Map<string, string | SluiceError>,
): Promise<void> {
  const claim = parsed(body);
  const bucket = optionalText(claim.bucket);
  const key = optionalText(claim.key);
  if (bucket === undefined || key === undefined) return;
  try {
    found.set(key, await queue.redeem({ bucket, key }, signal));
  } catch (error) {
    found.set(key, asSluiceError(error));
  }
}

function parsed(body: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(body);
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}
