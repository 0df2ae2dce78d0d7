import { Buffer } from "node:buffer";
import { contentStart } from "../../framing/content.ts";
import { JsonSkipper } from "../../framing/json-skip.ts";

const OPEN_BRACE = 0x7b;

/** True when the first thing in it is a brace. */
export function beginsObject(head: Uint8Array): boolean {
  return head[contentStart(head)] === OPEN_BRACE;
}

/** Members of the JSON object that bytes begin with, as far as they go: name → what there is from its value on. */
export function headMembers(head: Uint8Array): ReadonlyMap<string, Uint8Array> {
  const members = new Map<string, Uint8Array>();
  let at = contentStart(head);
  if (head[at] !== OPEN_BRACE) return members;
  const skipper = new JsonSkipper();
  while (at < head.length) {
    const key = skipSpace(head, at + 1);
    const keyEnd = skipper.begin(head[key] ?? 0) ? skipper.skip(head, key) : -1;
    if (keyEnd < 0) break;
    const value = skipSpace(head, skipSpace(head, keyEnd) + 1);
    members.set(Buffer.from(head.subarray(key + 1, keyEnd - 1)).toString("utf8"), head.subarray(value));
    const end = skipper.begin(head[value] ?? 0) ? skipper.skip(head, value) : -1;
    if (end < 0) break;
    at = skipSpace(head, end);
  }
  return members;
}

function skipSpace(head: Uint8Array, from: number): number {
  let at = from;
  while (at < head.length && (head[at] as number) <= 0x20) at++;
  return at;
}
