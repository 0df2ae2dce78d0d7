import { type ByteWriter, encodeDocument, type RecordView, writeId } from "@sluice/core";
import type { Target } from "./target.ts";

const NEWLINE = 0x0a;
/** Action lines kept ready; beyond it (one a dataset and hour at most) they are made anew. */
const MAX_PREFIXES = 1024;

/** How every action line begins; the index's name follows, which needs no escapes, and a quote. */
export const ACTION = '{"create":{"_index":"';

/**
 * Two lines a record: `{"create":{"_index":"…","_id":"…"}}` and the document. All of the first but the id is ready bytes per index.
 * `onName` is told of each index before the first record for it.
 */
export function createEncoder(
  target: Target,
  onName: (name: string) => void = () => {},
): (record: RecordView, out: ByteWriter) => undefined {
  const ready = new Map<string, Uint8Array>();
  let dataset: string | undefined;
  let namespace: string | undefined;
  let from = Number.NaN;
  let until = Number.NaN;
  let prefix: Uint8Array = new Uint8Array(0);

  const prefixOf = (index: string): Uint8Array => {
    const known = ready.get(index);
    if (known !== undefined) return known;
    if (ready.size >= MAX_PREFIXES) ready.clear();
    onName(index);
    const made = Buffer.from(`${ACTION}${index}","_id":"`);
    ready.set(index, made);
    return made;
  };

  return (record, out) => {
    const { context, timestamp } = record;
    const known = timestamp >= from && timestamp < until;
    if (!known || context.dataset !== dataset || context.namespace !== namespace) {
      prefix = prefixOf(target.name(record));
      ({ dataset, namespace } = context);
      [from, until] = target.span(timestamp);
    }
    out.bytes(prefix);
    writeId(record, out);
    out.ascii('"}}\n');
    encodeDocument(record, out);
    out.byte(NEWLINE);
    return undefined;
  };
}

/** The second line of a record's two, without its end. */
export function documentOf(encoded: Uint8Array): Uint8Array {
  const end = encoded.at(-1) === NEWLINE ? encoded.length - 1 : encoded.length;
  return encoded.subarray(encoded.indexOf(NEWLINE) + 1, end);
}
