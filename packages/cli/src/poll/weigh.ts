import { decodeEvent } from "@sluice/core";
import type { SqsRecord } from "@sluice/lambda-entry";
import { UNKNOWN_OBJECT_BYTES } from "./limits.ts";

/** What working on the messages takes, in bytes: their own, and those of the objects that they refer to, as stored. */
export function weigh(Records: readonly SqsRecord[]): number {
  const { units } = decodeEvent({ Records }, { arrival: 0, maxInlineBytes: 0 });
  const own = Records.reduce((sum, { body }) => sum + body.length, 0);
  const objects = units.flatMap(({ items }) => items).filter((item) => item.kind === "object");
  return objects.reduce((sum, { ref }) => sum + (ref.size ?? UNKNOWN_OBJECT_BYTES), own);
}
