import { editable } from "../record/edited.ts";
import type { RecordCursor } from "../record/record.ts";
import type { Test } from "./predicate.ts";

/** A change of the record's fields. */
export interface Edit {
  readonly kind: "edit";
  /** False where nothing would change, so that the record can stay as it is. */
  needed(record: RecordCursor): boolean;
  /** Changes `record.edited`, which is there. */
  apply(record: RecordCursor): void;
}

export type Step =
  | { readonly kind: "test"; readonly test: Test }
  | Edit
  /** One record → any number of others, each valid only until the next call. Throws TRANSFORM_FAILED. */
  | { readonly kind: "transform"; run(record: RecordCursor): readonly RecordCursor[] };

/** Told what became of a record on its way through the steps. */
export interface StepVisitor {
  pass(record: RecordCursor): void;
  filtered(): void;
  /** A transform made this many records more than it was given. */
  added(count: number): void;
  /** A transform failed at the record. */
  refused(record: RecordCursor, error: unknown): void;
}

type Transform = Extract<Step, { readonly kind: "transform" }>;

function attempt(step: Transform, record: RecordCursor, visitor: StepVisitor): readonly RecordCursor[] | undefined {
  try {
    return step.run(record);
  } catch (error) {
    visitor.refused(record, error);
    return undefined;
  }
}

/** Takes the record through the steps from number `from` on, in order. */
export function runSteps(steps: readonly Step[], record: RecordCursor, visitor: StepVisitor, from: number = 0): void {
  let current = record;
  for (let i = from; i < steps.length; i++) {
    const step = steps[i] as Step;
    if (step.kind === "test") {
      if (step.test(current)) continue;
      visitor.filtered();
      return;
    }
    if (step.kind === "edit") {
      if (!step.needed(current)) continue;
      current = editable(current);
      step.apply(current);
      continue;
    }
    const made = attempt(step, current, visitor);
    if (made === undefined) return;
    if (made.length === 0) visitor.filtered();
    else visitor.added(made.length - 1);
    for (const each of made) runSteps(steps, each, visitor, i + 1);
    return;
  }
  visitor.pass(current);
}
