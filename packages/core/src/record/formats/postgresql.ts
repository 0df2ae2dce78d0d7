import { isIpText } from "../../bytes/ip.ts";
import type { Format } from "./format.ts";
import { databaseOf } from "./rds.ts";
import { textFormat } from "./text-format.ts";
import type { TextLine } from "./text-line.ts";

const SPACE = 0x20;
const COLON = 0x3a;
const AT = 0x40;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;

const LEVEL =
  /^(?:DEBUG[1-5]?|LOG|INFO|NOTICE|WARNING|ERROR|FATAL|PANIC|DETAIL|HINT|STATEMENT|CONTEXT|QUERY|LOCATION)$/;
const STEP = /^(statement|execute|parse|bind|fastpath function call)\b/;
const DURATION = /^duration: (\d{1,12}\.\d{1,6}) ms/;
/** Bytes that are looked at for what a message begins with. */
const HEAD_BYTES = 64;

/**
 * Logs of PostgreSQL with the prefix that RDS and Aurora set, `%t:%r:%u@%d:[%p]:`:
 * `2026-11-03 09:05:00 UTC:10.0.0.7(52834):app@shop:[20175]:LOG:  duration: 12.3 ms  statement: SELECT 1`. ECS names as Elastic's integration
 * uses them.
 */
export const postgresql: Format = textFormat({
  name: "postgresql",
  dataset: "postgresql.log",
  logs: /^\/aws\/rds\/(?:instance|cluster)\/[\w-]+\/postgresql:/,
  inLogs: true,
  constants: { "event.category": ["database"], "event.kind": "event", "event.type": ["info"] },
  constantsOf: databaseOf,
  fields: {
    "event.duration": "long",
    "event.timezone": "keyword",
    "log.level": "keyword",
    "postgresql.log.client_addr": "keyword",
    "postgresql.log.client_port": "long",
    "postgresql.log.database": "keyword",
    "postgresql.log.query": "keyword",
    "postgresql.log.query_step": "keyword",
    "postgresql.log.timestamp": "keyword",
    "process.pid": "long",
    "related.user": "json",
    "source.address": "keyword",
    "source.ip": "keyword",
    "source.port": "long",
    "user.name": "keyword",
  },
  time: (line) => {
    const time = line.time("iso");
    line.mark = line.at;
    if (!line.take(" ")) return Number.NaN;
    // The log's zone; RDS has UTC, or what the parameter group says.
    const zone = line.at;
    const end = line.until(COLON);
    if (end <= zone || end - zone > 6) return Number.NaN;
    const name = line.text(zone, end);
    line.clock.zoned = name === "UTC" || name === "GMT";
    return /^[A-Z]{1,5}$|^[+-]\d{2}(?::?\d{2})?$/.test(name) ? time - offsetOf(name) : Number.NaN;
  },
  read: (line) => {
    const zoneEnd = line.at - 1;
    if (!readClient(line) || !readUser(line)) return false;
    line.span("postgresql.log.timestamp", line.from, zoneEnd);
    line.span("event.timezone", line.mark + 1, zoneEnd);
    if (line.take("[")) {
      const pid = line.at;
      const pidEnd = line.until(CLOSE_BRACKET);
      if (pidEnd < 0) return false;
      line.whole("process.pid", pid, pidEnd);
    }
    if (!line.take(":")) return false;
    const level = line.at;
    const levelEnd = line.until(COLON);
    if (levelEnd < 0 || levelEnd - level > 10 || !LEVEL.test(line.text(level, levelEnd))) return false;
    line.span("log.level", level, levelEnd);
    line.skipSpace();
    readMessage(line);
    return true;
  },
});

/** Of `+01`, `+0100`, `+01:00`; names of zones other than UTC aren't known. */
function offsetOf(zone: string): number {
  const [, sign, hours, minutes = "0"] = /^([+-])(\d{2}):?(\d{2})?$/.exec(zone) ?? [];
  if (sign === undefined) return 0;
  return (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
}

/** `10.0.0.7(52834):`, `[local]:`, or nothing for the server's own. */
function readClient(line: TextLine): boolean {
  const from = line.at;
  const paren = /^([\w.:-]{1,253})\((\d{1,5})\):|^\[([^\]]{1,64})\]:|^:/.exec(
    line.text(from, Math.min(line.to, from + 270)),
  );
  if (paren === null) return false;
  const [whole, address, port, named] = paren;
  line.at = from + whole.length;
  if (named !== undefined) line.put("postgresql.log.client_addr", named);
  if (address === undefined) return true;
  line.span("postgresql.log.client_addr", from, from + address.length);
  line.span("source.address", from, from + address.length);
  if (isIpText(address)) line.span("source.ip", from, from + address.length);
  line.set("postgresql.log.client_port", String(Number(port)));
  line.set("source.port", String(Number(port)));
  return true;
}

/** `user@database:`, either may be missing, or `[unknown]`. */
function readUser(line: TextLine): boolean {
  const from = line.at;
  const end = line.find(COLON);
  if (end < 0) return false;
  const at = line.find(AT, end);
  if (at < 0) return false;
  line.at = end + 1;
  const [user, userEnd] = unbracketed(line, from, at);
  const [database, databaseEnd] = unbracketed(line, at + 1, end);
  line.span("user.name", user, userEnd);
  line.span("postgresql.log.database", database, databaseEnd);
  if (userEnd > user) line.list("related.user", [line.text(user, userEnd)]);
  return true;
}

function unbracketed(line: TextLine, from: number, to: number): readonly [number, number] {
  const inside = line.bytes[from] === OPEN_BRACKET && line.bytes[to - 1] === CLOSE_BRACKET;
  return inside ? [from + 1, to - 1] : [from, to];
}

/** `duration: 12.345 ms  statement: SELECT …`, `statement: …`, `execute <unnamed>: …` */
function readMessage(line: TextLine): void {
  const duration = DURATION.exec(line.text(line.at, Math.min(line.to, line.at + HEAD_BYTES)));
  if (duration !== null) {
    line.set("event.duration", String(Math.round(Number(duration[1]) * 1e6)));
    line.at += duration[0].length;
    line.skipSpace();
  }
  const step = STEP.exec(line.text(line.at, Math.min(line.to, line.at + HEAD_BYTES)));
  if (step === null) return;
  const from = line.at;
  line.at += step[0].length;
  const colon = line.find(COLON, Math.min(line.to, line.at + HEAD_BYTES));
  if (colon < 0) return;
  line.put("postgresql.log.query_step", step[1] as string);
  const query = line.bytes[colon + 1] === SPACE ? colon + 2 : colon + 1;
  if (query > from) line.span("postgresql.log.query", query, line.to);
}
