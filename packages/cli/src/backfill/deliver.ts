import type { Invocation, ObjectRef, Outcome, Pipeline } from "@sluice/core";
import { MAX_MESSAGES, type QueueTarget } from "@sluice/lambda-entry";
import { grouped, notificationOf } from "./messages.ts";
import type { FailedObject } from "./state.ts";

/** What became of a chunk of objects. */
export interface Delivered {
  readonly failed: readonly FailedObject[];
  /** There where records were delivered here. */
  readonly outcome?: Outcome | undefined;
  /** It ended before its end: it is to be done again. */
  readonly isCutShort: boolean;
}

export type Deliver = (refs: readonly ObjectRef[]) => Promise<Delivered>;

/** Through the pipeline, on this machine. */
export function throughPipeline(pipeline: Pipeline, invocation: Invocation): Deliver {
  return async (refs) => {
    const outcome = await pipeline.objects(refs, { ...invocation, again: true });
    const failed = refs.flatMap((ref, i) => {
      const unit = outcome.units[i];
      return unit === undefined || unit.ok ? [] : [failedOf(ref, unit.error?.code ?? "UNKNOWN")];
    });
    return { failed, outcome, isCutShort: failed.some(({ code }) => code === "DEADLINE") };
  };
}

/** Whether it was taken isn't known: it is sent again. */
const STOPPED = "stopped";

/** Onto a queue whose function delivers them. */
export function ontoQueue(target: QueueTarget, atOnce: number, signal: AbortSignal, now: () => number): Deliver {
  return async (refs) => {
    const groups = [...grouped(refs)];
    const requests = Array.from({ length: Math.ceil(groups.length / MAX_MESSAGES) }, (_, i) =>
      groups.slice(i * MAX_MESSAGES, (i + 1) * MAX_MESSAGES),
    );
    const failed: FailedObject[] = [];
    const work = async (): Promise<void> => {
      for (let batch = requests.shift(); batch !== undefined; batch = requests.shift()) {
        const messages = batch.map((group) => ({ body: notificationOf(group, now()) }));
        const reasons = await target.send(messages, signal).catch((error: unknown) => {
          if (!signal.aborted) throw error;
          return messages.map(() => STOPPED);
        });
        for (const [i, reason] of reasons.entries())
          if (reason !== undefined) failed.push(...(batch[i] ?? []).map((ref) => failedOf(ref, reason)));
      }
    };
    await Promise.all(Array.from({ length: atOnce }, work));
    return { failed, isCutShort: signal.aborted && failed.length > 0 };
  };
}

function failedOf({ key, etag, size }: ObjectRef, code: string): FailedObject {
  return { key, etag, size, code };
}
