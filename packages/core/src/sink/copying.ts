import type { CopyResult, Reason } from "../ports/sink.ts";
import { reasonOf } from "./reason-of.ts";
import { type Patience, TryAgain, tryPatiently } from "./try-again.ts";

type Refused = Extract<CopyResult, { readonly kind: "refused" }>;

/** What came of a copy in the end. `failed`: the sink itself is at fault, and was waited for long enough. */
export type Copied = { readonly kind: "delivered" } | Refused | { readonly kind: "failed"; readonly reason: Reason };

/** Asks for one copy. Never throws. */
type Attempt = (number: number) => Promise<CopyResult>;

/** Has an object copied: again where that may help, and with fresh credentials once. Never throws. */
export async function copyPatiently(
  patience: Patience,
  attempt: Attempt,
  renew: () => Promise<unknown>,
): Promise<Copied> {
  let copied: Copied | undefined;
  let last: Reason | undefined;
  let renewed = false;
  try {
    await tryPatiently(patience, async (number) => {
      const result = await safely(patience.signal, () => attempt(number));
      if (result.kind === "delivered" || result.kind === "refused") {
        copied = result;
        return;
      }
      last = result.reason;
      if (result.kind === "retry") throw new TryAgain(undefined, result.reason, result.afterMs ?? 0);
      if (renewed || !(await succeeds(renew))) {
        copied = { kind: "refused", reason: result.reason, of: "bucket" };
        return;
      }
      renewed = true;
      throw new TryAgain(undefined, result.reason, 0);
    });
  } catch (error) {
    last ??= reasonOf(error);
  }
  return copied ?? { kind: "failed", reason: { ...(last as Reason), message: `gave up: ${last?.message}` } };
}

/** A bug in the sink costs the copy, not the object. */
async function safely(signal: AbortSignal, attempt: () => Promise<CopyResult>): Promise<CopyResult> {
  try {
    return await attempt();
  } catch (error) {
    const reason = reasonOf(error);
    return signal.aborted ? { kind: "retry", reason } : { kind: "refused", reason, of: "object" };
  }
}

async function succeeds(renew: () => Promise<unknown>): Promise<boolean> {
  try {
    await renew();
    return true;
  } catch {
    return false;
  }
}
