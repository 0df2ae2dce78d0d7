import { latin1 } from "../fields/text.ts";
import type { Format } from "./format.ts";
import { databaseOf } from "./rds.ts";
import { textFormat } from "./text-format.ts";
import type { TextLine } from "./text-line.ts";

const CLOSE_BRACKET = 0x5d;
const LEVEL = /^(?:Note|Warning|ERROR|Error|System|Information)$/;

/** Error logs of MySQL and MariaDB: `2026-11-03T09:05:00.123456Z 0 [Warning] [MY-010931] [Server] message`. */
export const mysqlError: Format = textFormat({
  name: "mysql-error",
  dataset: "mysql.error",
  logs: /^\/aws\/rds\/(?:instance|cluster)\/[\w-]+\/error:/,
  inLogs: true,
  constants: { "event.category": ["database"], "event.kind": "event" },
  constantsOf: databaseOf,
  fields: {
    "event.code": "keyword",
    "event.provider": "keyword",
    "event.type": "json",
    "log.level": "keyword",
    "mysql.thread_id": "long",
  },
  // Others write levels in brackets, too: the thread and the level's word must be MySQL's.
  detects: ({ head }) =>
    /^\d{4}-\d\d-\d\dT[\d:.]{8,15}Z \d{1,10} \[(?:Note|Warning|ERROR|System)\] /.test(
      latin1(head, 0, Math.min(head.length, 64)),
    ),
  time: (line) => line.time("iso"),
  read: (line) => {
    line.skipSpace();
    const thread = line.at;
    const threadEnd = line.wordEnd();
    if (line.bytes[thread] !== 0x5b) {
      line.at = threadEnd;
      line.skipSpace();
    }
    const level = bracketed(line);
    if (level === undefined || !LEVEL.test(level)) return false;
    if (thread < line.at && line.bytes[thread] !== 0x5b) line.whole("mysql.thread_id", thread, threadEnd);
    line.put("log.level", level);
    line.set("event.type", level.toLowerCase() === "error" ? '["info","error"]' : '["info"]');
    const code = bracketed(line);
    const provider = bracketed(line);
    if (code !== undefined) line.put("event.code", code);
    if (provider !== undefined) line.put("event.provider", provider);
    return true;
  },
});

/** `[text] ` */
function bracketed(line: TextLine): string | undefined {
  if (!line.take("[")) return undefined;
  const from = line.at;
  const end = line.find(CLOSE_BRACKET, Math.min(line.to, from + 64));
  if (end <= from) return undefined;
  line.at = end + 1;
  line.skipSpace();
  return line.text(from, end);
}
