import type { ByteWriter } from "../bytes/byte-writer.ts";
import type { LayoutValues, LeafType } from "./layout.ts";

const COMMA = 0x2c;
const SPACE = 0x20;
const QUOTE = 0x22;
const CLOSE_BRACE = 0x7d;

/** A value that a record may lack. `key` begins with the comma before it and, for text, ends with the opening quote. */
export interface Slot {
  readonly kind: "slot";
  readonly key: Uint8Array;
  readonly slot: number;
  readonly type: LeafType;
}

/** An object of which nothing is certain: written only when something in it is. */
export interface Group {
  readonly kind: "group";
  readonly open: Uint8Array;
  readonly members: readonly (Slot | Group)[];
  /** All that is within it, at any depth. */
  readonly slots: readonly number[];
}

/** What comes before the value itself. */
export function opening(type: LeafType): string {
  if (type === "keyword" || type === "jsonText") return '"';
  return type === "keywords" || type === "words" ? '["' : "";
}

/** `skip`: bytes of the key to leave out: its comma, at the beginning of an object. False when the record has none of it. */
export function writeGroup(
  group: Group,
  skip: number,
  values: LayoutValues,
  bytes: Uint8Array,
  out: ByteWriter,
): boolean {
  if (!holdsAny(group.slots, values)) return false;
  out.bytes(group.open, skip);
  let first = 1;
  for (const member of group.members) {
    if (member.kind === "group") {
      if (writeGroup(member, first, values, bytes, out)) first = 0;
    } else if (values.has(member.slot)) {
      writeSlot(member, first, values, bytes, out);
      first = 0;
    }
  }
  out.byte(CLOSE_BRACE);
  return true;
}

function holdsAny(slots: readonly number[], values: LayoutValues): boolean {
  for (let i = 0; i < slots.length; i++) if (values.has(slots[i] as number)) return true;
  return false;
}

export function writeSlot(step: Slot, skip: number, values: LayoutValues, bytes: Uint8Array, out: ByteWriter): void {
  const { slot, type } = step;
  out.bytes(step.key, skip);
  const text = values.text[slot];
  const from = values.from[slot] as number;
  const to = values.to[slot] as number;
  if (text !== undefined) out.ascii(text);
  else if (type === "keywords") writeList(COMMA, bytes, from, to, out);
  else if (type === "words") writeList(SPACE, bytes, from, to, out);
  else if (type === "jsonText" || (type === "keyword" && !values.plain && !values.escaped))
    out.jsonText(bytes, from, to);
  else out.bytes(bytes, from, to);
  if (type === "keyword" || type === "jsonText") out.byte(QUOTE);
}

/** `a,b` → `a","b"]`, its opening written already. */
function writeList(separator: number, bytes: Uint8Array, from: number, to: number, out: ByteWriter): void {
  let start = from;
  for (let i = from; i <= to; i++) {
    if (i < to && bytes[i] !== separator) continue;
    out.jsonText(bytes, start, i);
    out.ascii(i < to ? '","' : '"]');
    start = i + 1;
  }
}
