const LF = 0x0a;
const OPEN = 0x7b;
const CLOSE = 0x7d;
const ACTIONS = [Buffer.from('{"create":'), Buffer.from('{"index":')];

/** Pairs of an action line and a document line, or what is wrong with them. */
export interface BulkBody {
  readonly documents: number;
  readonly action: "create" | "index";
  readonly fault: string | undefined;
}

/** Looks at each line's ends and leaves the rest of it: the stand-in may not be what a run waits for. */
export function readBulkBody(body: Buffer): BulkBody {
  const action = startsWith(body, ACTIONS[1] as Buffer, 0) ? "index" : "create";
  let documents = 0;
  for (let at = 0; at < body.length; documents += 1) {
    const middle = body.indexOf(LF, at);
    const end = middle < 0 ? -1 : body.indexOf(LF, middle + 1);
    if (end < 0) return { documents, action, fault: `no line end after byte ${at}` };
    if (!ACTIONS.some((prefix) => startsWith(body, prefix, at)) || body[middle - 1] !== CLOSE)
      return { documents, action, fault: `no action at byte ${at}` };
    if (body[middle + 1] !== OPEN || body[end - 1] !== CLOSE || body[end - 2] === LF)
      return { documents, action, fault: `no document at byte ${middle + 1}` };
    at = end + 1;
  }
  return { documents, action, fault: documents === 0 ? "no documents" : undefined };
}

function startsWith(body: Buffer, prefix: Buffer, at: number): boolean {
  for (let i = 0; i < prefix.length; i++) if (body[at + i] !== prefix[i]) return false;
  return true;
}
