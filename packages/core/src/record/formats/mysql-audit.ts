import { digits } from "../../bytes/iso-time.ts";
import type { Format } from "./format.ts";
import { databaseOf } from "./rds.ts";
import { textFormat } from "./text-format.ts";
import type { TextLine } from "./text-line.ts";

const SINGLE_QUOTE = 0x27;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;
/** Aurora counts microseconds since the epoch. */
const EPOCH_DIGITS = 16;

const OPERATION = /^[A-Z_]{2,32}$/;

/**
 * Audit logs of MariaDB's plugin, which RDS uses, and of Aurora's advanced auditing:
 * `time,server,user,host,connection,query,operation,database,object,code`.
 */
export const mysqlAudit: Format = textFormat({
  name: "mysql-audit",
  dataset: "mysql.audit",
  logs: /^\/aws\/rds\/(?:instance|cluster)\/[\w-]+\/audit:/,
  inLogs: true,
  constants: { "event.category": ["database"], "event.kind": "event", "event.type": ["access"] },
  constantsOf: databaseOf,
  fields: {
    "event.action": "keyword",
    "event.outcome": "keyword",
    "host.hostname": "keyword",
    "mysql.audit.database": "keyword",
    "mysql.audit.object": "keyword",
    "mysql.audit.query": "keyword",
    "mysql.audit.query_id": "long",
    "mysql.audit.return_code": "long",
    "mysql.thread_id": "long",
    "related.user": "json",
    "source.address": "keyword",
    "source.domain": "keyword",
    "source.ip": "keyword",
    "user.name": "keyword",
  },
  time: (line) => {
    const end = line.at + EPOCH_DIGITS;
    if (line.bytes[end] === COMMA) {
      const ms = digits(line.bytes, line.at, 13);
      line.at = end;
      line.clock.zoned = true;
      return line.take(",") ? ms : Number.NaN;
    }
    const time = line.time("compact");
    return line.take(",") ? time : Number.NaN;
  },
  read: (line) => {
    const server = cell(line);
    const user = cell(line);
    const host = cell(line);
    const connection = cell(line);
    const query = cell(line);
    const operation = cell(line);
    if (operation === undefined || !OPERATION.test(line.text(...operation))) return false;
    line.span("host.hostname", ...(server as Span));
    line.span("user.name", ...(user as Span));
    if ((user as Span)[1] > (user as Span)[0]) line.list("related.user", [line.text(...(user as Span))]);
    if ((host as Span)[1] > (host as Span)[0]) line.source(...(host as Span));
    line.whole("mysql.thread_id", ...(connection as Span));
    line.whole("mysql.audit.query_id", ...(query as Span));
    const action = line.text(...operation).toLowerCase();
    line.set("event.action", action);
    readObject(line, action);
    return true;
  },
});

type Span = readonly [from: number, to: number];

/** Up to the next comma, and behind it; undefined when the line is over. */
function cell(line: TextLine): Span | undefined {
  const from = line.at;
  const to = line.until(COMMA);
  return to < 0 ? undefined : [from, to];
}

/** `database,'object or query',code`, or for connections nothing between the commas. */
function readObject(line: TextLine, action: string): void {
  const database = cell(line);
  if (database === undefined) return;
  line.span("mysql.audit.database", ...database);
  const quoted = line.bytes[line.at] === SINGLE_QUOTE;
  const from = quoted ? line.at + 1 : line.at;
  const to = quoted ? quoteEnd(line, from) : line.find(COMMA);
  if (to < 0) return;
  line.span(action.startsWith("query") ? "mysql.audit.query" : "mysql.audit.object", from, to);
  line.at = quoted ? to + 1 : to;
  if (!line.take(",")) return;
  const code = line.at;
  const comma = line.find(COMMA);
  const end = comma < 0 ? line.to : comma;
  line.whole("mysql.audit.return_code", code, end);
  if (line.has("mysql.audit.return_code"))
    line.set("event.outcome", line.text(code, end) === "0" ? "success" : "failure");
}

/** Quotes within are escaped; the one that ends it has a comma behind it. */
function quoteEnd(line: TextLine, from: number): number {
  for (let at = from; at < line.to; at++) {
    if (line.bytes[at] === BACKSLASH) at++;
    else if (line.bytes[at] === SINGLE_QUOTE && line.bytes[at + 1] === COMMA) return at;
  }
  return -1;
}
