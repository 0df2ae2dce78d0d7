import { isContinuation, parseContinuation } from "../continue/continuation.ts";
import { SluiceError } from "../errors.ts";
import type { Envelope } from "./envelope.ts";
import { expectText } from "./expect.ts";

/** What an earlier invocation of ours handed over: an object to be gone on with, or an event as it came. */
export const continuation: Envelope = {
  name: "continuation",
  unwrap(value, descend, context, path) {
    if (!isContinuation(value)) return undefined;
    const parsed = parseContinuation(value);
    const { hop, firstSeen } = parsed;
    if (parsed.kind === "event") {
      const { region = context.region, account = context.account } = parsed.receiver;
      const { items, ignored } = descend(parsed.event, "continuation", { ...context, region, account });
      return { items, ignored, hops: { hop, firstSeen } };
    }
    const { ref, resume } = parsed;
    return { items: [{ kind: "object", path, ref, resume }], ignored: [], hops: { hop, firstSeen } };
  },
};

/** Stands for a message that was too large for its queue. */
export const claim: Envelope = {
  name: "claim",
  unwrap(value, descend, { claims }) {
    if (value.sluice !== "claim") return undefined;
    const key = expectText(value.key, "key");
    const body = claims?.get(key) ?? new SluiceError("OBJECT_MISSING", "nobody here redeems claims");
    if (typeof body !== "string") throw body;
    return descend(body, "claim");
  },
};
