import { Buffer } from "node:buffer";
import type { RecordCursor } from "../record.ts";
import type { JsonScanner } from "./json-scanner.ts";

const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;

/**
 * Scans a record whose JSON, or parts of it, documents are to take over as they are. Where they can't, it gets other bytes
 * that mean the same, and keeps its message: a line end would end the document, and of two members of one name
 * receivers take the first, the last or neither; here the last counts, as for JSON.parse. `scanner` must look for names.
 * False when the record is no JSON object.
 */
export function scanObject(record: RecordCursor, scanner: JsonScanner): boolean {
  if (!scanner.scan(record.bytes, record.from, record.to)) return false;
  if (!scanner.mayRepeat && !scanner.hasLineEnd) return true;
  const text = scanner.mayRepeat ? withoutRepeats(record, scanner.members) : undefined;
  if (text === undefined && !scanner.hasLineEnd) return true;
  const bytes = text === undefined ? onOneLine(record) : Buffer.from(text);
  record.messageText ??= record.message();
  record.bytes = bytes;
  record.from = 0;
  record.to = bytes.length;
  return scanner.scan(bytes, 0, bytes.length);
}

/** In valid JSON a raw line end can only be white space. */
function onOneLine({ bytes, from, to }: RecordCursor): Uint8Array {
  const line = Buffer.from(bytes.subarray(from, to));
  for (let i = 0; i < line.length; i++) if (line[i] === LF || line[i] === CR) line[i] = SPACE;
  return line;
}

type Reviver = (key: string, value: unknown, context: { readonly source?: string }) => unknown;
/** Parts of JSON that TypeScript doesn't know yet: tc39/proposal-json-parse-with-source, in Node.js 22 and later. */
const json = JSON as unknown as {
  parse(text: string, reviver: Reviver): unknown;
  rawJSON(text: string): unknown;
  isRawJSON(value: unknown): boolean;
};

const exact: Reviver = (_key, value, { source }) =>
  typeof value === "number" && source !== undefined ? json.rawJSON(source) : value;

/** Digits that a number of double precision may lose. */
const LONG_NUMBER = /\d{16}|\d[eE]/;

/** JSON.parse, but that numbers which it wouldn't keep are such that JSON.stringify writes them as they were. */
export function parseExactly(text: string): unknown {
  return LONG_NUMBER.test(text) ? json.parse(text, exact) : JSON.parse(text);
}

/** True for a number that `parseExactly` kept. */
export function isExact(value: unknown): boolean {
  return json.isRawJSON(value);
}

/** Numbers stay as they are written. Undefined when no name is there twice. */
function withoutRepeats({ bytes, from, to }: RecordCursor, members: number): string | undefined {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).toString("utf8");
  if (countMembers(JSON.parse(text)) === members) return undefined;
  return JSON.stringify(json.parse(text, exact));
}

function countMembers(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  const inner = Array.isArray(value) ? value : Object.values(value);
  return inner.reduce((sum: number, each) => sum + countMembers(each), Array.isArray(value) ? 0 : inner.length);
}
