import { Buffer } from "node:buffer";
import type { ByteWriter } from "../bytes/byte-writer.ts";
import { type OutlineStep, outlineOf } from "./document-outline.ts";
import { type Group, type Slot, writeGroup, writeSlot } from "./document-slots.ts";
import type { Layout } from "./layout.ts";
import type { RecordCursor } from "./record.ts";

export type ConstantValue = string | readonly string[];

export interface TemplateParts {
  readonly constants: ReadonlyMap<string, ConstantValue>;
  readonly layout: Layout | undefined;
  /** Constants that a record's own value, where it has one, stands instead of. */
  readonly overrides?: ReadonlySet<string> | undefined;
  /** Records carry their place in a file. */
  readonly offset: boolean;
  /** Records carry an id given by the service. */
  readonly eventId: boolean;
  /** Names are those of OpenTelemetry, and these where the format has others. */
  readonly otel?: Readonly<Record<string, string>> | undefined;
}

/** A member that is always there: the record's value, or else ready JSON. */
interface Either {
  readonly kind: "either";
  readonly own: Slot;
  readonly otherwise: Uint8Array;
}

type Step =
  | { readonly kind: "bytes"; readonly bytes: Uint8Array }
  | { readonly kind: "offset" | "eventId" }
  | Slot
  | Group
  | Either;

/**
 * The members of a document after its message, compiled once per object from the outline of its kind. What is certain comes first in each object, as
 * ready bytes; values of a layout, which a record may lack, follow with their commas.
 */
export class DocumentTemplate {
  readonly #steps: readonly Step[];

  constructor({ constants, layout, overrides, offset, eventId, otel }: TemplateParts) {
    const names = [...constants.keys()];
    const outline = outlineOf({ names, layout, overrides: [...(overrides ?? [])], offset, eventId, otel });
    const values: string[] = [];
    for (const value of constants.values()) values.push(JSON.stringify(value));
    this.#steps = outline.map((step) => filled(step, values));
  }

  write(cursor: RecordCursor, out: ByteWriter): void {
    const { values } = cursor;
    for (const step of this.#steps) {
      if (step.kind === "bytes") out.bytes(step.bytes);
      else if (step.kind === "slot") {
        if (values?.has(step.slot) === true) writeSlot(step, 0, values, cursor.bytes, out);
      } else if (step.kind === "group") {
        if (values !== undefined) writeGroup(step, 0, values, cursor.bytes, out);
      } else if (step.kind === "either") {
        if (values?.has(step.own.slot) === true) writeSlot(step.own, 0, values, cursor.bytes, out);
        else out.bytes(step.otherwise);
      } else if (step.kind === "offset") out.integer(cursor.start);
      else if (cursor.eventId !== undefined) out.bytes(cursor.eventId, cursor.eventIdFrom, cursor.eventIdTo);
    }
  }
}

/** `values`: those of the constants, as JSON. */
function filled(step: OutlineStep, values: readonly string[]): Step {
  if (step.kind === "either") return { ...step, otherwise: Buffer.from(values[step.otherwise] as string) };
  if (step.kind !== "pieces") return step;
  let text = "";
  for (const piece of step.pieces) text += typeof piece === "string" ? piece : values[piece];
  return { kind: "bytes", bytes: Buffer.from(text) };
}
