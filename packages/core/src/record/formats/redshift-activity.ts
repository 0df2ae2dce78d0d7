import { parseIsoZ } from "../../bytes/iso-time.ts";
import type { Pattern } from "../../ports/patterns.ts";
import { startsWith } from "../fields/text.ts";
import type { Format } from "./format.ts";
import { lineFormat, type Split } from "./line-format.ts";

// User activity logs of Redshift, statements before they are run: "User activity log" under "Database audit logging" in the
// Redshift guide. A statement may go over several lines.

const QUOTE = 0x27;
const OPENING = "Z UTC [ ";
const CLOSING = " ]' LOG: ";

/** `'2026-11-03T09:05:00Z UTC [ db=dev user=rdsdb pid=9471 userid=1 xid=4567 ]' LOG: …` */
const BEGINNING = /^'\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z UTC \[ /;
const start: Pattern = { test: (text) => BEGINNING.test(text), replace: (text) => text };

const NAMES = ["db", "user", "pid", "userid", "xid"];

export const redshiftActivity: Format = lineFormat({
  name: "redshift-activity",
  dataset: "aws.redshift_logs",
  keys: /_useractivitylog_/,
  logs: /^\/aws\/redshift\/[^:]*\/useractivitylog:/,
  inLogs: true,
  constants: {
    "cloud.provider": "aws",
    "event.category": ["database"],
    "event.kind": "event",
    "event.type": ["access"],
  },
  columns: [
    ["recordtime", "keyword"],
    ["db", "keyword", "aws.redshift.database"],
    ["user", "keyword", "user.name"],
    ["pid", "long", "process.pid"],
    ["userid", "keyword", "user.id"],
    ["xid", "keyword", "aws.redshift.transaction_id"],
    ["statement", "keyword", "aws.redshift.statement"],
  ],
  fewest: 7,
  split: splitEntry(),
  begins: (bytes, from, to) => bytes[from] === QUOTE && startsWith(bytes, from + 20, to, OPENING),
  detectDocument: ({ head }) => head[0] === QUOTE && startsWith(head, 20, head.length, OPENING),
  framing: () => ({ multiline: { start } }),
  time: (line) => parseIsoZ(line.bytes, line.from("recordtime"), line.to("recordtime")),
  derived: { "related.user": "json" },
  derive: () => (line) => line.setList("related.user", [line.text("user")]),
});

function splitEntry(): Split {
  return (tokens, bytes, from, to) => {
    tokens.quoted = 0;
    tokens.count = NAMES.length + 2;
    tokens.from[0] = from + 1;
    tokens.to[0] = from + 21;
    let at = from + 20 + OPENING.length;
    for (const [i, name] of NAMES.entries()) {
      if (!startsWith(bytes, at, to, `${name}=`)) return false;
      const begin = at + name.length + 1;
      const next = i + 1 < NAMES.length ? ` ${NAMES[i + 1]}=` : CLOSING;
      at = indexOf(bytes, begin, to, next);
      if (at < 0) return false;
      tokens.from[i + 1] = begin;
      tokens.to[i + 1] = at;
      at += i + 1 < NAMES.length ? 1 : CLOSING.length;
    }
    tokens.from[NAMES.length + 1] = at;
    tokens.to[NAMES.length + 1] = to;
    return true;
  };
}

function indexOf(bytes: Uint8Array, from: number, to: number, text: string): number {
  for (let at = from; at + text.length <= to; at++) if (startsWith(bytes, at, to, text)) return at;
  return -1;
}
