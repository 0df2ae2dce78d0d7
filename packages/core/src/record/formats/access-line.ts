import { isIpText } from "../../bytes/ip.ts";
import { isAbsent, isDecimal, isWholeNumber } from "../fields/text.ts";
import { REQUEST_FIELDS } from "../fields/url.ts";
import type { LeafType } from "../layout.ts";
import type { TextLine } from "./text-line.ts";

// The Common and Combined Log Formats of web servers:
// `[host[:port] ]client identity user [time] "request" status bytes[ seconds] "referrer" "agent"[ …]`.

const SPACE = 0x20;
const QUOTE = 0x22;
const SLASH = 0x2f;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;

/** Most words before the time. */
const MAX_WORDS = 32;

export const ACCESS_FIELDS: Readonly<Record<string, LeafType>> = {
  ...REQUEST_FIELDS,
  "destination.domain": "keyword",
  "destination.ip": "keyword",
  "destination.port": "long",
  "event.outcome": "keyword",
  "http.request.referrer": "keyword",
  "http.response.body.bytes": "long",
  "http.response.status_code": "long",
  "network.forwarded_ip": "keyword",
  "related.ip": "json",
  "related.user": "json",
  "source.address": "keyword",
  "source.domain": "keyword",
  "source.ip": "keyword",
  "user.name": "keyword",
  "user_agent.original": "keyword",
};

/** What stands before the time, in words. */
export interface Head {
  readonly host: string | undefined;
  /** Of the client and of proxies on the way. */
  readonly addresses: readonly string[];
  readonly identity: string;
  readonly user: string;
}

/** Finds the time, which stands in brackets, and keeps its place as `mark`. */
export function accessTime(line: TextLine): number {
  const { bytes, to } = line;
  let at = line.from;
  while (at < to && !(bytes[at] === OPEN_BRACKET && bytes[at + 3] === SLASH && bytes[at + 7] === SLASH)) at++;
  line.mark = at;
  line.at = at + 1;
  const ms = line.time("clf");
  return bytes[line.at] === CLOSE_BRACKET && line.at < to ? ms : Number.NaN;
}

/** undefined: these are no words of an access log. */
export function headOf(line: TextLine): Head | undefined {
  if (line.mark === line.from || line.bytes[line.mark - 1] !== SPACE) return undefined;
  const words = line.text(line.from, line.mark - 1).split(" ", MAX_WORDS + 1);
  if (words.length < 3 || words.length > MAX_WORDS) return undefined;
  const dash = words.indexOf("-", 1);
  // The last word is the user's, whatever it is.
  const identity = dash < 0 || dash === words.length - 1 ? words.length - 2 : dash;
  const before = words.slice(0, identity).map((word) => word.replaceAll(/[",]/g, ""));
  const user = words.slice(identity + 1).join(" ");
  if (user === "") return undefined;
  const listed = words[0]?.endsWith(",") === true || before.length === 1;
  return {
    host: listed ? undefined : before[0],
    addresses: (listed ? before : before.slice(1)).filter((word) => word !== "" && word !== "-"),
    identity: words[identity] as string,
    user,
  };
}

/** From behind the time: request, status and size; false when they aren't there. */
export function readRequest(line: TextLine): boolean {
  line.at += 1;
  if (!line.take(' "')) return false;
  const from = line.at;
  const to = line.untilQuote();
  if (to < 0 || !line.take(" ")) return false;
  const status = line.at;
  const statusEnd = line.wordEnd();
  if (statusEnd - status !== 3 || !isWholeNumber(line.bytes, status, statusEnd)) return false;
  line.at = Math.min(line.to, statusEnd + 1);
  const size = line.at;
  const sizeEnd = line.wordEnd();
  line.at = sizeEnd;
  if (line.text(Math.max(from, to - 9), to).includes(" HTTP/")) line.request(from, to);
  line.span("http.response.status_code", status, statusEnd);
  line.whole("http.response.body.bytes", size, sizeEnd);
  line.set("event.outcome", (line.bytes[status] as number) >= 0x34 ? "failure" : "success");
  return true;
}

/** A number that follows the size, where the server says how long it took. */
export function takeDuration(line: TextLine): number {
  if (line.bytes[line.at] !== SPACE || line.bytes[line.at + 1] === QUOTE) return Number.NaN;
  const from = line.at + 1;
  line.at = from;
  const to = line.wordEnd();
  line.at = to;
  return isDecimal(line.bytes, from, to) ? Number(line.text(from, to)) : Number.NaN;
}

/** Referrer, user agent, and the addresses that a proxy forwarded, where they follow. */
export function readQuoted(line: TextLine): void {
  for (const field of ["http.request.referrer", "user_agent.original", "network.forwarded_ip"]) {
    if (!line.take(' "')) return;
    const from = line.at;
    const to = line.untilQuote();
    if (to < 0) return;
    if (isAbsent(line.bytes, from, to)) continue;
    if (field === "network.forwarded_ip") setForwarded(line, line.text(from, to));
    else line.span(field, from, to);
  }
}

/** The first of them is the client's. */
export function setForwarded(line: TextLine, list: string): void {
  const [first] = list.split(",", 1);
  const address = first?.trim() ?? "";
  if (isIpText(address)) line.set("network.forwarded_ip", address);
}

export function setHost(line: TextLine, host: string | undefined): void {
  if (host === undefined || host === "-") return;
  const colon = /^(.*[^:]):(\d{1,5})$/.exec(host);
  const name = colon?.[1] ?? host;
  if (isIpText(name)) line.set("destination.ip", name);
  else {
    line.put("destination.domain", name);
    if (!line.has("url.domain")) line.put("url.domain", name);
  }
  if (colon?.[2] !== undefined) line.set("destination.port", String(Number(colon[2])));
}

export function setSource(line: TextLine, address: string | undefined): void {
  if (address === undefined) return;
  const ip = isIpText(address);
  line.put("source.address", address);
  if (ip) line.set("source.ip", address);
}

export function setUser(line: TextLine, user: string): void {
  if (user === "-" || user === '""') return;
  line.put("user.name", user);
  line.list("related.user", [user]);
}
