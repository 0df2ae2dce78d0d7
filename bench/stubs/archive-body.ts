const LF = 0x0a;
const OPEN = 0x7b;
const CLOSE = 0x7d;

/** Lines of NDJSON, looked at by their ends alone, or what is wrong with them. */
export function readArchiveBody(body: Buffer): { readonly documents: number; readonly fault: string | undefined } {
  let documents = 0;
  for (let at = 0; at < body.length; documents += 1) {
    const end = body.indexOf(LF, at);
    if (end < 0) return { documents, fault: `no line end after byte ${at}` };
    if (body[at] !== OPEN || body[end - 1] !== CLOSE) return { documents, fault: `no document at byte ${at}` };
    at = end + 1;
  }
  return { documents, fault: documents === 0 ? "no documents" : undefined };
}
