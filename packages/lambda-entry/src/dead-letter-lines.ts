import { ByteWriter, type DeadLetter, type Letter, type UnitLetter } from "@sluice/core";

const NEWLINE = 0x0a;

/** Of the lines' format: raised when what is written can't be read by who knows this one. */
export const VERSION = 1;

/**
 * NDJSON, one letter a line: what is known of it, times in ISO 8601, and last the record as it was after processing:
 * `document` when its encoding is JSON, else `text`. What `sluice replay` reads; docs/dead-letters.md says it in full.
 */
export function deadLetterLines(letters: readonly Letter[]): Uint8Array {
  const out = new ByteWriter();
  for (const letter of letters) {
    if ("form" in letter) writeUnit(letter, out);
    else writeLetter(letter, out);
  }
  return out.view();
}

function writeLetter(letter: DeadLetter, out: ByteWriter): void {
  const { document, json, at, timestamp, ...rest } = letter;
  const times = { at: iso(at), ...(timestamp === undefined ? {} : { timestamp: iso(timestamp) }) };
  const head = JSON.stringify({ v: VERSION, ...rest, ...times });
  out.utf8(`${head.slice(0, -1)},"${json ? "document" : "text"}":`);
  if (json) writeOnOneLine(document, out);
  else out.jsonString(Buffer.from(document).toString("utf8"));
  out.ascii("}\n");
}

function writeUnit({ document, form, at, ...rest }: UnitLetter, out: ByteWriter): void {
  const head = JSON.stringify({ v: VERSION, ...rest, at: iso(at) });
  out.utf8(`${head.slice(0, -1)},"${form === "json" ? "document" : form}":`);
  if (form === "json") writeOnOneLine(document, out);
  else out.jsonString(Buffer.from(document).toString(form === "base64" ? "base64" : "utf8"));
  out.ascii("}\n");
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}

/** A line end in JSON is only ever space between its tokens. */
function writeOnOneLine(json: Uint8Array, out: ByteWriter): void {
  const from = out.length;
  out.bytes(json);
  const written = out.view(from);
  for (let i = written.indexOf(NEWLINE); i >= 0; i = written.indexOf(NEWLINE, i + 1)) written[i] = 0x20;
}
