import { ipVersion } from "../../bytes/ip.ts";
import { bracketed, portColon } from "../fields/text.ts";
import type { Format } from "./format.ts";
import { textFormat } from "./text-format.ts";
import type { TextLine } from "./text-line.ts";

const COLON = 0x3a;
const CLOSE_BRACKET = 0x5d;

const ERRORS: ReadonlySet<string> = new Set(["emerg", "alert", "crit", "error", "warn"]);
const LEVEL = /^(?:emerg|alert|crit|error|warn|notice|info|debug|trace[1-8])$/;
const REFERER = ", referer: ";
const MISSING = "File does not exist: ";

/** Lines of the error log of Apache's HTTP Server: `[Tue Nov 03 09:05:00.123456 2026] [core:error] [pid 1:tid 2] [client …] message`. */
export const apacheError: Format = textFormat({
  name: "apache-error",
  dataset: "apache.error",
  logs: /(?:apache|httpd)[^:]{0,100}error/i,
  inLogs: true,
  constants: { "event.category": ["web"], "event.kind": "event" },
  fields: {
    "apache.error.module": "keyword",
    "error.code": "keyword",
    "event.type": "json",
    "file.path": "keyword",
    "http.request.referrer": "keyword",
    "log.level": "keyword",
    "process.pid": "long",
    "process.thread.id": "long",
    "source.address": "keyword",
    "source.domain": "keyword",
    "source.ip": "keyword",
    "source.port": "long",
  },
  time: (line) => {
    if (!line.take("[")) return Number.NaN;
    const time = line.time("ctime");
    return line.take("] [") ? time : Number.NaN;
  },
  read: (line) => {
    const from = line.at;
    const to = line.until(CLOSE_BRACKET);
    if (to < 0) return false;
    line.at = from;
    const colon = line.find(COLON, to);
    const level = line.text(colon < 0 ? from : colon + 1, to);
    if (!LEVEL.test(level)) return false;
    line.at = to + 1;
    line.set("log.level", level);
    line.set("event.type", ERRORS.has(level) ? '["error"]' : '["info"]');
    if (colon > 0) line.span("apache.error.module", from, colon);
    readProcess(line);
    readClient(line);
    readMessage(line);
    return true;
  },
});

/** `[pid 1]` or `[pid 1:tid 2]` */
function readProcess(line: TextLine): void {
  if (!line.take(" [pid ")) return;
  const pid = line.at;
  const end = line.until(CLOSE_BRACKET);
  if (end < 0) return;
  line.at = pid;
  const colon = line.find(COLON, end);
  line.whole("process.pid", pid, colon < 0 ? end : colon);
  if (colon > 0) {
    line.at = colon;
    if (line.take(":tid ")) line.whole("process.thread.id", line.at, end);
  }
  line.at = end + 1;
}

/** `[client 203.0.113.5:4711]`; addresses of IPv6 may stand in brackets of their own. */
function readClient(line: TextLine): void {
  if (!line.take(" [client ")) return;
  const from = line.at;
  let end = line.until(CLOSE_BRACKET);
  if (end >= 0 && line.bytes[from] === 0x5b && line.bytes[end + 1] === COLON) end = line.until(CLOSE_BRACKET);
  if (end < 0) return;
  // Of an address with colons the last part is a port only when an address is left without it.
  const colon = portColon(line.bytes, from, end);
  const port = colon > 0 && (isIp(line, from, colon) || !isIp(line, from, end)) ? colon : end;
  const inner = bracketed(line.bytes, from, port);
  line.source(from + inner, port - inner);
  if (port < end) line.whole("source.port", port + 1, end);
}

function isIp(line: TextLine, from: number, to: number): boolean {
  const inner = bracketed(line.bytes, from, to);
  return ipVersion(line.bytes, from + inner, to - inner) !== 0;
}

/** `AH00128: File does not exist: /var/www/x, referer: …` */
function readMessage(line: TextLine): void {
  line.skipSpace();
  const code = line.at;
  if (/^AH\d{5}:$/.test(line.text(code, Math.min(line.to, code + 8)))) {
    line.span("error.code", code, code + 7);
    line.at += 8;
    line.skipSpace();
  }
  const text = line.text(line.at, line.to);
  const referer = text.lastIndexOf(REFERER);
  const end = referer < 0 ? line.to : line.at + referer;
  if (referer >= 0) line.span("http.request.referrer", end + REFERER.length, line.to);
  if (line.take(MISSING)) line.span("file.path", line.at, end);
}
