import { Buffer } from "node:buffer";
import { isDecimal, isWholeNumber } from "../fields/text.ts";
import type { LeafType } from "../layout.ts";
import type { Format } from "./format.ts";
import { databaseOf } from "./rds.ts";
import { textFormat } from "./text-format.ts";
import type { TextLine } from "./text-line.ts";

const LF = 0x0a;
const SPACE = 0x20;
const HASH = 0x23;
const COLON = 0x3a;
const SEMICOLON = 0x3b;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;

const S = "mysql.slowlog";
/** Keys in lines that begin with #, of MySQL, MariaDB and Percona Server. */
const KEYS: Readonly<Record<string, readonly [field: string, type: "long" | "double" | "keyword" | "boolean"]>> = {
  Id: ["mysql.thread_id", "long"],
  Thread_id: ["mysql.thread_id", "long"],
  Schema: [`${S}.schema`, "keyword"],
  Last_errno: [`${S}.last_errno`, "keyword"],
  Errno: [`${S}.last_errno`, "keyword"],
  Killed: [`${S}.killed`, "keyword"],
  QC_hit: [`${S}.query_cache_hit`, "boolean"],
  QC_Hit: [`${S}.query_cache_hit`, "boolean"],
  Lock_time: [`${S}.lock_time.sec`, "double"],
  ...whole("Rows_sent Rows_examined Rows_affected Bytes_received Bytes_sent Read_first Read_last Read_key Read_next"),
  ...whole("Read_prev Read_rnd Read_rnd_next Sort_merge_passes Sort_range_count Sort_rows Sort_scan_count"),
  ...whole("Tmp_tables Tmp_disk_tables Tmp_table_sizes Merge_passes Log_slow_rate_limit"),
  Created_tmp_tables: [`${S}.tmp_tables`, "long"],
  Created_tmp_disk_tables: [`${S}.tmp_disk_tables`, "long"],
  Start: ["event.start", "keyword"],
  End: ["event.end", "keyword"],
  Full_scan: [`${S}.full_scan`, "boolean"],
  Full_join: [`${S}.full_join`, "boolean"],
  Tmp_table: [`${S}.tmp_table`, "boolean"],
  Tmp_table_on_disk: [`${S}.tmp_table_on_disk`, "boolean"],
  Filesort: [`${S}.filesort`, "boolean"],
  Filesort_on_disk: [`${S}.filesort_on_disk`, "boolean"],
  Priority_queue: [`${S}.priority_queue`, "boolean"],
  Log_slow_rate_type: [`${S}.log_slow_rate_type`, "keyword"],
  InnoDB_trx_id: [`${S}.innodb.trx_id`, "keyword"],
  InnoDB_IO_r_ops: [`${S}.innodb.io_r_ops`, "long"],
  InnoDB_IO_r_bytes: [`${S}.innodb.io_r_bytes`, "long"],
  InnoDB_IO_r_wait: [`${S}.innodb.io_r_wait.sec`, "double"],
  InnoDB_rec_lock_wait: [`${S}.innodb.rec_lock_wait.sec`, "double"],
  InnoDB_queue_wait: [`${S}.innodb.queue_wait.sec`, "double"],
  InnoDB_pages_distinct: [`${S}.innodb.pages_distinct`, "long"],
};

function whole(keys: string): Readonly<Record<string, readonly [string, "long"]>> {
  return Object.fromEntries(keys.split(" ").map((key) => [key, [`${S}.${key.toLowerCase()}`, "long"] as const]));
}

const FIELDS: Readonly<Record<string, LeafType>> = {
  ...Object.fromEntries(Object.values(KEYS)),
  [`${S}.current_user`]: "keyword",
  [`${S}.query`]: "keyword",
  "event.duration": "long",
  "related.user": "json",
  "source.domain": "keyword",
  "source.ip": "keyword",
  "user.name": "keyword",
};

const SET_TIME = "SET timestamp=";

/** Slow query logs of MySQL and MariaDB: what is in one log event, or record, is one query. ECS names as Elastic's integration uses them. */
export const mysqlSlow: Format = textFormat({
  name: "mysql-slow",
  dataset: "mysql.slowlog",
  logs: /^\/aws\/rds\/(?:instance|cluster)\/[\w-]+\/slowquery:/,
  inLogs: true,
  constants: { "event.category": ["database"], "event.kind": "event", "event.type": ["info"] },
  constantsOf: databaseOf,
  fields: FIELDS,
  /** When the query was set to have been begun; else when it was logged. */
  time: (line) => {
    if (line.bytes[line.at] !== HASH) return Number.NaN;
    const start = setTimeAt(line);
    line.clock.zoned = start >= 0;
    if (start >= 0) return startOf(line, start);
    if (!line.take("# Time: ")) return line.take("# User@Host: ") ? undefined : Number.NaN;
    return line.time("iso");
  },
  // What the server writes at the top of a file.
  skips: (line) => /, Version: .{1,200} started with:/.test(line.text(line.from, Math.min(line.to, line.from + 400))),
  read: (line) => {
    line.at = line.from;
    let known = false;
    while (line.bytes[line.at] === HASH && line.at < line.to) {
      const end = lineEnd(line);
      line.at += 1;
      line.skipSpace();
      if (line.take("User@Host: ")) {
        readUser(line, end);
        known = true;
      }
      readPairs(line, end);
      line.at = Math.min(line.to, end + 1);
    }
    readQuery(line);
    return known;
  },
});

function lineEnd(line: TextLine): number {
  const end = line.find(LF);
  return end < 0 ? line.to : end;
}

function setTimeAt({ bytes, from, to }: TextLine): number {
  const at = Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).indexOf(SET_TIME, 0, "latin1");
  return at < 0 ? -1 : from + at + SET_TIME.length;
}

/** Seconds since the epoch, also with a fraction. */
function startOf(line: TextLine, from: number): number {
  let to = from;
  while (to < line.to && line.bytes[to] !== SEMICOLON && to - from < 20) to++;
  return isDecimal(line.bytes, from, to) ? Math.round(Number(line.text(from, to)) * 1000) : Number.NaN;
}

/** `app[app] @ host [10.0.0.7]` */
function readUser(line: TextLine, end: number): void {
  const user = line.at;
  const bracket = line.find(OPEN_BRACKET, end);
  const close = line.find(CLOSE_BRACKET, end);
  if (bracket < 0 || close < bracket) return;
  line.span("user.name", user, bracket);
  line.span(`${S}.current_user`, bracket + 1, close);
  if (bracket > user) line.list("related.user", [line.text(user, bracket)]);
  line.at = close + 1;
  if (!line.take(" @ ")) return;
  line.skipSpace();
  const host = line.at;
  const open = line.find(OPEN_BRACKET, end);
  if (open < 0) return;
  const hostEnd = line.find(SPACE, open);
  line.span("source.domain", host, hostEnd < 0 ? open : hostEnd);
  line.at = open + 1;
  const ip = line.at;
  const ipEnd = line.find(CLOSE_BRACKET, end);
  if (ipEnd < 0) return;
  line.span("source.ip", ip, ipEnd);
  line.at = ipEnd + 1;
}

/** `Key: value  Key: value` */
function readPairs(line: TextLine, end: number): void {
  while (line.at < end) {
    line.skipSpace();
    const colon = line.find(COLON, end);
    if (colon < 0) return;
    const key = line.text(line.at, Math.min(colon, line.at + 40));
    line.at = colon + 1;
    line.skipSpace();
    const from = line.at;
    const space = line.find(SPACE, end);
    const to = space < 0 ? end : space;
    line.at = to;
    if (key === "Query_time") setDuration(line, from, to);
    else setPair(line, key, from, to);
  }
}

function setPair(line: TextLine, key: string, from: number, to: number): void {
  const known = Object.hasOwn(KEYS, key) ? KEYS[key] : undefined;
  if (known === undefined) return;
  const [field, type] = known;
  if (type === "keyword") line.span(field, from, to);
  else if (type === "boolean") {
    const text = line.text(from, to);
    if (text === "Yes" || text === "No") line.set(field, String(text === "Yes"));
  } else if (type === "long" ? isWholeNumber(line.bytes, from, to) : isDecimal(line.bytes, from, to))
    line.span(field, from, to);
}

function setDuration(line: TextLine, from: number, to: number): void {
  if (isDecimal(line.bytes, from, to))
    line.set("event.duration", String(Math.round(Number(line.text(from, to)) * 1e6) * 1000));
}

/** Behind `use shop;` and `SET timestamp=…;`. */
function readQuery(line: TextLine): void {
  if (line.take("use ")) {
    const from = line.at;
    const end = line.until(SEMICOLON);
    if (end < 0) return;
    if (!line.has(`${S}.schema`)) line.span(`${S}.schema`, from, end);
    if (line.bytes[line.at] === LF) line.at += 1;
  }
  if (line.take(SET_TIME)) {
    line.until(SEMICOLON);
    if (line.bytes[line.at] === LF) line.at += 1;
  }
  line.span(`${S}.query`, line.at, line.to);
}
