import { Buffer } from "node:buffer";
import { isAbsent, isWholeNumber } from "../fields/text.ts";
import type { Format } from "./format.ts";
import { textFormat } from "./text-format.ts";
import type { TextLine } from "./text-line.ts";

// RFC 5424, and what RFC 3164 found: with or without the priority, as files have it, and with times as RFC 3339 has them.

const SPACE = 0x20;
const QUOTE = 0x22;
const MINUS = 0x2d;
const COLON = 0x3a;
const LESS = 0x3c;
const EQUALS = 0x3d;
const GREATER = 0x3e;
const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_BRACKET = 0x5d;

/** By the names that Beats gives them. */
const FACILITIES = [
  ...["kernel", "user-level", "mail", "system", "security/authorization", "syslogd", "line printer", "network news"],
  ...["UUCP", "clock", "security/authorization", "FTP", "NTP", "log audit", "log alert", "clock"],
  ...["local0", "local1", "local2", "local3", "local4", "local5", "local6", "local7"],
];
const SEVERITIES = ["Emergency", "Alert", "Critical", "Error", "Warning", "Notice", "Informational", "Debug"];
/** Longest name of a program; RFC 5424 has 48 characters, RFC 3164 32. */
const MAX_TAG = 128;

export const syslog: Format = textFormat({
  name: "syslog",
  rank: 120,
  dataset: "system.syslog",
  keys: /(?:^|[/_.-])(?:syslog|messages)(?:$|[/_.-])/,
  logs: /^\/?(?:[\w.#-]+\/){0,8}(?:var\/log\/(?:messages|syslog|secure|auth\.log|cron|maillog)|syslog):/,
  inLogs: true,
  constants: { "event.kind": "event" },
  fields: {
    "host.hostname": "keyword",
    "log.syslog.appname": "keyword",
    "log.syslog.facility.code": "long",
    "log.syslog.facility.name": "keyword",
    "log.syslog.hostname": "keyword",
    "log.syslog.msgid": "keyword",
    "log.syslog.priority": "long",
    "log.syslog.procid": "keyword",
    "log.syslog.severity.code": "long",
    "log.syslog.severity.name": "keyword",
    "log.syslog.structured_data": "json",
    "log.syslog.version": "keyword",
    "process.name": "keyword",
    "process.pid": "long",
  },
  time: (line) => {
    const priority = takePriority(line);
    line.mark = 0;
    if (priority >= 0 && line.take("1 ")) {
      line.mark = 1;
      if (line.take("- ")) return undefined;
      const time = line.time("iso");
      return line.clock.zoned && line.take(" ") ? time : Number.NaN;
    }
    const first = line.bytes[line.at] as number;
    const iso = first >= 0x30 && first <= 0x39;
    const time = iso ? line.time("iso") : line.time("bsd");
    return (!iso || line.clock.zoned) && line.take(" ") ? time : Number.NaN;
  },
  read: (line) => {
    const behind = line.at;
    line.at = line.from;
    const priority = takePriority(line);
    line.at = behind;
    if (priority >= 0) setPriority(line, priority);
    return line.mark === 1 ? readHeader(line) : readTag(line, priority >= 0);
  },
});

/** `<165>` → 165; -1 when none stands here. */
function takePriority(line: TextLine): number {
  if (line.bytes[line.at] !== LESS) return -1;
  const from = line.at + 1;
  line.at = from;
  const to = line.find(GREATER, Math.min(line.to, from + 4));
  const value = to > 0 && isWholeNumber(line.bytes, from, to) ? Number(line.text(from, to)) : 192;
  line.at = value <= 191 ? to + 1 : from - 1;
  return value <= 191 ? value : -1;
}

function setPriority(line: TextLine, priority: number): void {
  const facility = priority >> 3;
  const severity = priority & 7;
  line.set("log.syslog.priority", String(priority));
  line.set("log.syslog.facility.code", String(facility));
  line.set("log.syslog.facility.name", FACILITIES[facility] as string);
  line.set("log.syslog.severity.code", String(severity));
  line.set("log.syslog.severity.name", SEVERITIES[severity] as string);
}

/** RFC 5424: `host app procid msgid [data]` */
function readHeader(line: TextLine): boolean {
  line.set("log.syslog.version", "1");
  for (const fields of [
    ["log.syslog.hostname", "host.hostname"],
    ["log.syslog.appname", "process.name"],
    ["log.syslog.procid"],
    ["log.syslog.msgid"],
  ]) {
    const from = line.at;
    const to = line.until(SPACE);
    if (to <= from) return false;
    if (isAbsent(line.bytes, from, to)) continue;
    for (const field of fields) line.span(field, from, to);
    if (fields[0] === "log.syslog.procid") line.whole("process.pid", from, to);
  }
  return line.bytes[line.at] === MINUS || readData(line);
}

/** `[id name="value" …][…]` */
function readData(line: TextLine): boolean {
  const data: [string, Record<string, string>][] = [];
  while (line.take("[")) {
    const from = line.at;
    while (line.at < line.to && line.bytes[line.at] !== SPACE && line.bytes[line.at] !== CLOSE_BRACKET) line.at++;
    const id = utf8(line, from, line.at);
    const pairs: [string, string][] = [];
    while (line.take(" ")) {
      const name = line.at;
      const nameEnd = line.until(EQUALS);
      if (nameEnd < 0 || !line.take('"')) return false;
      const value = line.at;
      const valueEnd = line.untilQuote();
      if (valueEnd < 0) return false;
      pairs.push([utf8(line, name, nameEnd), utf8(line, value, valueEnd).replace(/\\(["\\\]])/g, "$1")]);
    }
    if (!line.take("]")) return false;
    data.push([id, Object.fromEntries(pairs)]);
  }
  if (data.length === 0) return false;
  line.set("log.syslog.structured_data", Buffer.from(JSON.stringify(Object.fromEntries(data))).toString("latin1"));
  return true;
}

/** RFC 3164: `host program[pid]: message`. Without a priority there must be a program. */
function readTag(line: TextLine, known: boolean): boolean {
  const host = line.at;
  const hostEnd = line.until(SPACE);
  if (hostEnd <= host) return known;
  const tag = line.at;
  const most = Math.min(line.to, tag + MAX_TAG);
  let end = tag;
  while (end < most && isTag(line.bytes[end] as number)) end++;
  line.at = end;
  const pid = line.take("[") ? line.at : -1;
  const pidEnd = pid < 0 ? -1 : line.until(CLOSE_BRACKET);
  if (line.bytes[line.at] !== COLON || end === tag) {
    if (known) setHost(line, host, hostEnd);
    return known;
  }
  setHost(line, host, hostEnd);
  line.span("process.name", tag, end);
  line.span("log.syslog.appname", tag, end);
  if (pidEnd > 0) {
    line.whole("process.pid", pid, pidEnd);
    line.span("log.syslog.procid", pid, pidEnd);
  }
  return true;
}

function setHost(line: TextLine, from: number, to: number): void {
  line.span("host.hostname", from, to);
  line.span("log.syslog.hostname", from, to);
}

function isTag(byte: number): boolean {
  return byte > SPACE && byte !== COLON && byte !== OPEN_BRACKET && byte !== QUOTE && byte !== BACKSLASH;
}

function utf8(line: TextLine, from: number, to: number): string {
  return Buffer.from(line.text(from, to), "latin1").toString("utf8");
}
