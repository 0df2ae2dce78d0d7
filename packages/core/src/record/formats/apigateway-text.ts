import { isoMillis } from "../../bytes/iso-time.ts";
import { parseClfTime } from "../../bytes/log-time.ts";
import { startsWith, utf8 } from "../fields/text.ts";
import { ACCESS, ACCESS_CONSTANTS, ACCESS_DERIVED, DATASET, deriveAccess, NS } from "./apigateway-fields.ts";
import type { Format } from "./format.ts";
import { type Line, lineFormat, type Split } from "./line-format.ts";
import type { Tokens } from "./tokens.ts";

const SPACE = 0x20;
const QUOTE = 0x22;
const COMMA = 0x2c;
const LESS = 0x3c;
const GREATER = 0x3e;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;

/** As they follow each other in the examples for CLF and CSV. */
const NAMES = [
  ...["ip", "caller", "user", "requestTime", "httpMethod", "resourcePath", "protocol", "status", "responseLength"],
  ...["requestId", "extendedRequestId"],
];

/** Access logs as the console's examples for CLF, CSV and XML write them, of REST APIs. */
export const apigatewayText: Format = lineFormat({
  name: "apigateway-text",
  dataset: DATASET,
  inLogs: true,
  constants: ACCESS_CONSTANTS,
  columns: () =>
    NAMES.flatMap((name) => {
      const known = ACCESS.filter(([each]) => each === name);
      return known.length === 0 ? [[name, "keyword"] as const] : known;
    }),
  fewest: 10,
  most: 11,
  split: (tokens, bytes, from, to) => splitOf(bytes, from, to)(tokens, bytes, from, to),
  begins: (bytes, from, to) => to - from > 60 && !startsWith(bytes, from, to, "#"),
  fits: (line) => REQUEST_ID.test(line.text("requestId") ?? "") && /^\d{3}$|^-$/.test(line.text("status") ?? "-"),
  time: timeOf,
  derived: ACCESS_DERIVED,
  derive: () => (line) => {
    deriveAccess(line);
    line.set(`${NS}.request_time`, isoMillis(timeOf(line)));
  },
});

/** A UUID, or what HTTP and WebSocket APIs have for one. */
const REQUEST_ID = /^(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[A-Za-z0-9_-]{10,30}=)$/;

function timeOf(line: Line): number {
  return parseClfTime(line.bytes, line.from("requestTime"), line.to("requestTime"));
}

function splitOf(bytes: Uint8Array, from: number, to: number): Split {
  if (bytes[from] === LESS) return splitXml;
  const bracket = bytes.indexOf(OPEN_BRACKET, from);
  return bracket >= 0 && bracket < to ? splitClf : splitCsv;
}

const splitCsv: Split = (tokens, bytes, from, to) => tokens.splitAt(COMMA, bytes, from, to);

/** `ip caller user [time]"method path protocol" status length id`, with or without a space behind the time. */
const splitClf: Split = (tokens, bytes, from, to) => {
  tokens.count = 0;
  tokens.quoted = 1;
  let at = from;
  for (let i = 0; i < 3; i++) at = add(tokens, bytes, at, to, SPACE);
  if (bytes[at] !== OPEN_BRACKET) return false;
  at = add(tokens, bytes, at + 1, to, CLOSE_BRACKET);
  if (bytes[at] === SPACE) at += 1;
  if (bytes[at] !== QUOTE) return false;
  at += 1;
  for (let i = 0; i < 2; i++) at = add(tokens, bytes, at, to, SPACE);
  at = add(tokens, bytes, at, to, QUOTE);
  if (bytes[at] === SPACE) at += 1;
  while (at < to && tokens.count < NAMES.length) at = add(tokens, bytes, at, to, SPACE);
  return at >= to;
};

/** Gives the position behind the mark that ends it. */
function add(tokens: Tokens, bytes: Uint8Array, from: number, to: number, mark: number): number {
  let end = from;
  while (end < to && bytes[end] !== mark) end++;
  tokens.from[tokens.count] = from;
  tokens.to[tokens.count++] = end;
  return end + 1;
}

/** `<request id="…"> <ip>…</ip> … </request>`: elements in any order, without others in them. */
const splitXml: Split = (tokens, bytes, from, to) => {
  tokens.count = NAMES.length;
  tokens.quoted = 0;
  tokens.from.fill(from, 0, NAMES.length);
  tokens.to.fill(from, 0, NAMES.length);
  if (!startsWith(bytes, from, to, '<request id="')) return false;
  const id = from + '<request id="'.length;
  const idEnd = bytes.indexOf(QUOTE, id);
  if (idEnd < 0 || idEnd >= to) return false;
  place(tokens, "requestId", id, idEnd);
  for (let at = bytes.indexOf(LESS, idEnd); at >= 0 && at < to; at = bytes.indexOf(LESS, at + 1)) {
    const close = bytes.indexOf(GREATER, at);
    if (close < 0 || close >= to) return false;
    const end = bytes.indexOf(LESS, close);
    if (end > close && end < to) place(tokens, utf8(bytes, at + 1, close), close + 1, end);
  }
  return true;
};

function place(tokens: Tokens, name: string, from: number, to: number): void {
  const i = NAMES.indexOf(name);
  if (i < 0) return;
  tokens.from[i] = from;
  tokens.to[i] = to;
}
