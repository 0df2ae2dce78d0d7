import { ByteWriter, type DeadLetter } from "@sluice/core";

const NEWLINE = 0x0a;

/**
 * NDJSON, one letter a line: id, sink, at (ISO 8601), status, reason, origin, start, end, and the record as it was
 * after processing: `document` when its encoding is JSON, else `text`. What `sluice replay` reads.
 */
export function deadLetterLines(letters: readonly DeadLetter[]): Uint8Array {
  const out = new ByteWriter();
  for (const letter of letters) writeLetter(letter, out);
  return out.view();
}

function writeLetter(letter: DeadLetter, out: ByteWriter): void {
  const { document, json, at, ...rest } = letter;
  const head = JSON.stringify({ ...rest, at: new Date(at).toISOString() });
  out.utf8(`${head.slice(0, -1)},"${json ? "document" : "text"}":`);
  if (json) writeOnOneLine(document, out);
  else out.jsonString(Buffer.from(document).toString("utf8"));
  out.ascii("}\n");
}

/** A line end in JSON is only ever space between its tokens. */
function writeOnOneLine(json: Uint8Array, out: ByteWriter): void {
  const from = out.length;
  out.bytes(json);
  const written = out.view(from);
  for (let i = written.indexOf(NEWLINE); i >= 0; i = written.indexOf(NEWLINE, i + 1)) written[i] = 0x20;
}
