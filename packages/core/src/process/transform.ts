import { asSluiceError, SluiceError } from "../errors.ts";
import type { TransformFunction } from "../ports/transform.ts";
import { editedText } from "../record/document-parts.ts";
import { copyWith, documentOf, setTimestamp } from "../record/edited.ts";
import { isMembers, type Members } from "../record/members.ts";
import type { RecordCursor } from "../record/record.ts";
import { isStrayPromise } from "../stray-promise.ts";
import type { Step } from "./steps.ts";

/** Most records that a transform may make of one; beyond it the record is refused with TRANSFORM_FAILED. */
export const MAX_TRANSFORM_OUTPUTS = 10_000;

/** Parts of ids: outputs of a later transform count within those of an earlier one. */
const PART_FACTOR = 65_536;

export function compileTransform(name: string, transform: TransformFunction): Step {
  return {
    kind: "transform",
    run: (record) => {
      const outputs = outputsOf(name, transform, record.edited ?? documentOf(record));
      return outputs.map((output, i) => made(name, record, output, i));
    },
  };
}

/** Each time a copy of its own: what a transform keeps, or changes, is no other record's. */
function outputsOf(name: string, transform: TransformFunction, document: Members): readonly unknown[] {
  let result: unknown;
  try {
    result = transform(document);
  } catch (error) {
    throw failed(name, `threw ${asSluiceError(error).message}`, error);
  }
  if (result === null || result === undefined) return [];
  const outputs = Array.isArray(result) ? result : [result];
  if (outputs.filter(isStrayPromise).length > 0)
    throw failed(name, "expected a record, a list of records or null, got a promise (transforms are synchronous)");
  if (outputs.length <= MAX_TRANSFORM_OUTPUTS) return outputs;
  throw failed(name, `made ${outputs.length} records of one, the limit is ${MAX_TRANSFORM_OUTPUTS}`);
}

function made(name: string, record: RecordCursor, output: unknown, i: number): RecordCursor {
  if (!isMembers(output)) throw failed(name, `expected a record, a list of records or null, got ${kindOf(output)}`);
  const copy = copyWith(record, { ...output, ...fixed(record) });
  copy.part = record.part === 0 ? i : record.part * PART_FACTOR + i;
  const time = output["@timestamp"];
  if (time !== undefined && !setTimestamp(copy, time)) throw failed(name, "@timestamp: expected a time in ISO form");
  try {
    editedText(copy, copy.edited as Members);
  } catch (error) {
    throw failed(name, `made what JSON can't hold: ${asSluiceError(error).message}`, error);
  }
  return copy;
}

/** Where a record goes is decided by its source: a transform can't say otherwise. */
function fixed({ context }: RecordCursor): Members {
  const { dataset, namespace } = context;
  return { data_stream: { type: "logs", dataset, namespace } };
}

function kindOf(value: unknown): string {
  return Array.isArray(value) ? "a list in a list" : typeof value;
}

function failed(name: string, message: string, cause?: unknown): SluiceError {
  return new SluiceError("TRANSFORM_FAILED", `transform ${name}: ${message}`, { cause });
}
