import { REQUEST_FIELDS } from "../fields/url.ts";
import type { Format } from "./format.ts";
import { textFormat } from "./text-format.ts";
import type { TextLine } from "./text-line.ts";

const SPACE = 0x20;
const QUOTE = 0x22;
const HASH = 0x23;
const COMMA = 0x2c;
const COLON = 0x3a;
const CLOSE_BRACKET = 0x5d;

const fields = {
  ...REQUEST_FIELDS,
  "destination.domain": "keyword",
  "http.request.referrer": "keyword",
  "log.level": "keyword",
  "nginx.error.connection_id": "long",
  "process.pid": "long",
  "process.thread.id": "long",
  "source.address": "keyword",
  "source.domain": "keyword",
  "source.ip": "keyword",
} as const;

/** Lines of nginx's error log: `2026/11/03 09:05:00 [error] 29#29: *1 message, client: …, server: …, request: "…"`. */
export const nginxError: Format = textFormat({
  name: "nginx-error",
  dataset: "nginx.error",
  logs: /nginx[^:]{0,100}error/i,
  inLogs: true,
  constants: { "event.category": ["web"], "event.kind": "event", "event.type": ["error"] },
  fields,
  time: (line) => {
    const time = line.bytes[line.at + 4] === 0x2f ? line.time("iso") : Number.NaN;
    return line.take(" [") ? time : Number.NaN;
  },
  read: (line) => {
    const level = line.at;
    const levelEnd = line.until(CLOSE_BRACKET);
    if (levelEnd < 0 || !line.take(" ")) return false;
    const pid = line.at;
    const pidEnd = line.until(HASH);
    const thread = line.at;
    const threadEnd = pidEnd < 0 ? -1 : line.until(COLON);
    if (threadEnd < 0 || threadEnd - pid > 40 || !line.take(" ")) return false;
    line.span("log.level", level, levelEnd);
    line.whole("process.pid", pid, pidEnd);
    line.whole("process.thread.id", thread, threadEnd);
    if (line.take("*")) line.whole("nginx.error.connection_id", line.at, line.wordEnd());
    readContext(line);
    return true;
  },
});

/** `, client: 203.0.113.5, server: example.com, request: "GET / HTTP/1.1", upstream: "…", host: "…", referrer: "…"` */
function readContext(line: TextLine): void {
  while (line.until(COMMA) >= 0) {
    if (line.take(" client: ")) line.source(line.at, valueEnd(line));
    else if (line.take(" server: ")) line.span("destination.domain", line.at, valueEnd(line));
    else if (line.take(' request: "')) readRequest(line);
    else if (line.take(' referrer: "')) line.span("http.request.referrer", line.at, quoteEnd(line));
  }
}

function readRequest(line: TextLine): void {
  const from = line.at;
  const to = quoteEnd(line);
  line.request(from, to);
  line.at = to;
}

function valueEnd(line: TextLine): number {
  let at = line.at;
  while (at < line.to && line.bytes[at] !== COMMA && line.bytes[at] !== SPACE) at++;
  return at;
}

/** A quote that a comma or the line's end follows. */
function quoteEnd(line: TextLine): number {
  for (let at = line.at; at < line.to; at++)
    if (line.bytes[at] === QUOTE && (at + 1 === line.to || line.bytes[at + 1] === COMMA)) return at;
  return line.at;
}
