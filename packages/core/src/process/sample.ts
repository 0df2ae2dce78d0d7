import { createHash } from "node:crypto";
import type { SampleConfig } from "../config/config.ts";
import { type RecordView, recordId } from "../record/record.ts";
import type { Test } from "./predicate.ts";

/** 2^32: what a hash's first four bytes are a part of. */
const WHOLE = 2 ** 32;

/** Keeps a share of the records: the same ones on every attempt, and all or none of those that share a value of `by`. */
export function compileSample({ rate, by }: SampleConfig): Test {
  const bound = rate * WHOLE;
  return (record) => hashOf(keyOf(record, by)) < bound;
}

function keyOf(record: RecordView, by: string | undefined): string {
  const value = by === undefined ? undefined : record.get(by);
  if (value !== undefined && value !== null) return typeof value === "object" ? JSON.stringify(value) : String(value);
  return recordId(record.idKey, record.start, record.end, record.part);
}

function hashOf(text: string): number {
  return createHash("sha256").update(text).digest().readUInt32BE(0);
}
