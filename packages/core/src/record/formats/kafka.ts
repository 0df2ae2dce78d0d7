import { latin1 } from "../fields/text.ts";
import type { Format } from "./format.ts";
import { textFormat } from "./text-format.ts";
import type { TextLine } from "./text-line.ts";

const LF = 0x0a;
const CLOSE_BRACKET = 0x5d;
const OPEN_PARENTHESIS = 0x28;
const CLOSE_PARENTHESIS = 0x29;

const LEVEL = /^(?:TRACE|DEBUG|INFO|WARN|ERROR|FATAL)$/;
/** A class of Java. */
const CLASS = /^(?:[A-Za-z_$][\w$]*\.)*[A-Za-z_$][\w$]*$/;
const MAX_CLASS = 256;

/**
 * Broker logs of Kafka, as MSK delivers them: `[2026-11-03 09:05:00,123] INFO [component] message (kafka.server.KafkaServer)`, a
 * stack trace behind it. ECS names as Elastic's integration uses them.
 */
export const kafka: Format = textFormat({
  name: "kafka",
  dataset: "kafka.log",
  keys: /(?:^|\/)KafkaBrokerLogs\//,
  inLogs: true,
  constants: { "event.kind": "event" },
  fields: {
    "event.type": "json",
    "kafka.log.class": "keyword",
    "kafka.log.component": "keyword",
    "kafka.log.trace.class": "keyword",
    "kafka.log.trace.message": "keyword",
    "log.level": "keyword",
  },
  // Others begin lines so, too: the class must be there.
  detects: ({ head }) =>
    /\((?:[a-z][\w]{0,64}\.){1,12}[A-Z][\w$]{0,100}\)\s*(?:$|\n)/.test(latin1(head, 0, Math.min(head.length, 4096))),
  time: (line) => {
    if (!line.take("[")) return Number.NaN;
    const time = line.time("iso");
    return line.take("] ") ? time : Number.NaN;
  },
  read: (line) => {
    const from = line.at;
    const to = line.wordEnd();
    const level = to - from <= 5 ? line.text(from, to) : "";
    if (!LEVEL.test(level)) return false;
    line.set("log.level", level);
    line.set("event.type", level === "ERROR" || level === "FATAL" ? '["error"]' : '["info"]');
    line.at = to;
    line.skipSpace();
    const end = line.find(LF);
    readComponent(line, end < 0 ? line.to : end);
    setClass(line, end < 0 ? line.to : end);
    if (end >= 0) readTrace(line, end + 1);
    return true;
  },
});

/** `[GroupCoordinator 1]: ` */
function readComponent(line: TextLine, end: number): void {
  line.set("kafka.log.component", "unknown");
  if (!line.take("[")) return;
  const from = line.at;
  const to = line.find(CLOSE_BRACKET, end);
  if (to <= from) return;
  line.values.text[line.values.layout.slot("kafka.log.component")] = undefined;
  line.span("kafka.log.component", from, to);
}

/** `(kafka.server.KafkaServer)` at the end. */
function setClass(line: TextLine, end: number): void {
  const { bytes } = line;
  if (bytes[end - 1] !== CLOSE_PARENTHESIS) return;
  let open = end - 2;
  while (open > line.from && end - open < MAX_CLASS && bytes[open] !== OPEN_PARENTHESIS) open--;
  if (bytes[open] === OPEN_PARENTHESIS && CLASS.test(line.text(open + 1, end - 1)))
    line.span("kafka.log.class", open + 1, end - 1);
}

/** `java.io.IOException: message` */
function readTrace(line: TextLine, from: number): void {
  line.at = from;
  const lineEnd = line.find(LF);
  const end = lineEnd < 0 ? line.to : lineEnd;
  const colon = line.find(0x3a, Math.min(end, from + MAX_CLASS));
  const to = colon < 0 ? end : colon;
  if (to - from > MAX_CLASS || !CLASS.test(line.text(from, to)) || !line.text(from, to).includes(".")) return;
  line.span("kafka.log.trace.class", from, to);
  if (colon > 0) line.span("kafka.log.trace.message", line.bytes[colon + 1] === 0x20 ? colon + 2 : colon + 1, end);
}
