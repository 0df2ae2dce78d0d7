import { quote } from "../errors.ts";
import type { Reason, RecordOutcome, SendResult } from "../ports/sink.ts";

const RESULTS: ReadonlySet<unknown> = new Set(["delivered", "retry", "split", "unauthorized", "unavailable", "each"]);
const OUTCOMES: ReadonlySet<unknown> = new Set(["delivered", "retry", "reject", "fail"]);

/** What a sink said, when it is of its port and about `count` records; anything else is the sink's own fault: SINK_PROTOCOL. */
export function asSendResult(said: SendResult, count: number): SendResult {
  const wrong = wrongIn(said, RESULTS) ?? (said.kind === "each" ? wrongInEach(said.outcomes, count) : undefined);
  if (wrong === undefined) return said;
  return { kind: "unavailable", reason: { code: "SINK_PROTOCOL", message: `send: ${wrong}` } };
}

function wrongInEach(outcomes: readonly RecordOutcome[], count: number): string | undefined {
  if (!Array.isArray(outcomes)) return "expected a list of outcomes";
  if (outcomes.length !== count) return `${outcomes.length} outcomes for ${count} records`;
  for (const [i, outcome] of outcomes.entries()) {
    const wrong = wrongIn(outcome, OUTCOMES);
    if (wrong !== undefined) return `outcomes[${i}]: ${wrong}`;
  }
  return undefined;
}

interface Said {
  readonly kind?: unknown;
  readonly reason?: Partial<Reason> | null;
}

function wrongIn(said: unknown, kinds: ReadonlySet<unknown>): string | undefined {
  const { kind, reason } = (said ?? {}) as Said;
  if (!kinds.has(kind)) return `kind: expected one of ${[...kinds].join(", ")}; got ${quote(String(kind))}`;
  if (kind === "delivered" || kind === "each" || isReason(reason)) return undefined;
  return `${String(kind)}: expected a reason with code and message`;
}

/** Of a plug-in, too. */
export function isReason(value: unknown): value is Reason {
  const { code, message } = (value ?? {}) as Partial<Reason>;
  return typeof code === "string" && typeof message === "string";
}
