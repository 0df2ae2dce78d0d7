import { Buffer } from "node:buffer";
import { ipVersion } from "../../bytes/ip.ts";
import { parseIsoTime } from "../../bytes/log-time.ts";
import { latin1 } from "../fields/text.ts";
import type { Format } from "./format.ts";
import { directivesIn, type Line, lineFormat } from "./line-format.ts";

// Logs of Microsoft's Internet Information Services in the Extended Log File Format of W3C; lines without a header when they have the
// fields that IIS logs unless told otherwise. ECS names as Elastic's integration uses them.

const PERCENT = 0x25;

export const iis: Format = lineFormat({
  name: "iis",
  dataset: "iis.access",
  keys: /(?:^|\/)(?:W3SVC\d+\/)?u_(?:ex|extend)\d+[^/]*$/,
  logs: /(?:^|[/_-])(?:iis|W3SVC\d+)(?:[/_:-])/i,
  constants: { "event.kind": "event" },
  columns: [
    ["date", "keyword"],
    ["time", "keyword"],
    ["s-ip", "keyword", "destination.address"],
    ["cs-method", "keyword", "http.request.method"],
    ["cs-uri-stem", "keyword", "url.original", "url.path"],
    ["cs-uri-query", "keyword"],
    ["s-port", "long", "destination.port"],
    ["cs-username", "keyword", "user.name"],
    ["c-ip", "keyword", "source.address"],
    ["cs(User-Agent)", "keyword"],
    ["cs(Referer)", "keyword", "http.request.referrer"],
    ["sc-status", "long", "http.response.status_code"],
    ["sc-substatus", "long", "iis.access.sub_status"],
    ["sc-win32-status", "long", "iis.access.win32_status"],
    ["time-taken", "long"],
    ["x-forwarded-for", "keyword"],
    ["X-Forwarded-For", "keyword"],
    ["s-sitename", "keyword", "iis.access.site_name"],
    ["s-computername", "keyword", "iis.access.server_name"],
    ["cs-version", "keyword"],
    ["cs(Cookie)", "keyword", "iis.access.cookie"],
    ["cs-host", "keyword", "destination.domain", "url.domain"],
    ["sc-bytes", "long", "http.response.body.bytes"],
    ["cs-bytes", "long", "http.request.body.bytes"],
  ],
  fewest: 15,
  most: 16,
  directives: true,
  chosen: "known",
  detects: ({ start }) =>
    directivesIn(start).some((directive) => directive.startsWith("#Software: Microsoft Internet Information Services")),
  fits: (line) => line.named || (isAddress(line, "s-ip") && isAddress(line, "c-ip") && line.number("sc-status") >= 100),
  time: timeOf,
  derived: {
    "destination.ip": "keyword",
    "event.category": "json",
    "event.duration": "long",
    "event.outcome": "keyword",
    "event.type": "json",
    "http.version": "keyword",
    "network.forwarded_ip": "keyword",
    "related.ip": "json",
    "related.user": "json",
    "source.ip": "keyword",
    "url.extension": "keyword",
    "url.query": "keyword",
    "user_agent.original": "keyword",
  },
  derive: () => (line) => {
    const source = setIp(line, "c-ip", "source.ip");
    const destination = setIp(line, "s-ip", "destination.ip");
    const both = source !== undefined && destination !== undefined;
    line.set("event.category", both ? '["web","network"]' : '["web"]');
    line.set("event.type", both ? '["connection"]' : '["access"]');
    line.setList("related.ip", [source, destination]);
    line.setList("related.user", [line.text("cs-username")]);
    line.setText("user_agent.original", decoded(line.text("cs(User-Agent)"), true));
    line.setText("url.query", decoded(line.text("cs-uri-query"), false));
    line.setText("url.extension", /\.([^./]{1,32})$/.exec(line.text("cs-uri-stem")?.slice(-34) ?? "")?.[1]);
    line.setText("http.version", line.text("cs-version")?.split("/", 2)[1]);
    setForwarded(line);
    const status = line.number("sc-status");
    if (status >= 100) line.set("event.outcome", status >= 400 ? "failure" : "success");
    const ms = line.number("time-taken");
    if (Number.isSafeInteger(ms)) line.set("event.duration", String(ms * 1_000_000));
  },
});

/** Date and time stand one behind the other, and are in UTC. */
function timeOf(line: Line): number {
  const from = line.from("date");
  const to = line.to("time");
  if (line.to("date") + 1 === line.from("time")) return parseIsoTime(line.bytes, from, to);
  const text = Buffer.from(`${line.text("date") ?? line.date?.slice(0, 10)}T${line.text("time")}`);
  return parseIsoTime(text, 0, text.length);
}

/** Without the zone that an address of IPv6 may have: `fe80::1%4`. */
function addressEnd(line: Line, column: string): number {
  const to = line.to(column);
  let at = line.from(column);
  while (at < to && line.bytes[at] !== PERCENT) at++;
  return at;
}

function isAddress(line: Line, column: string): boolean {
  return ipVersion(line.bytes, line.from(column), addressEnd(line, column)) !== 0;
}

function setIp(line: Line, column: string, field: string): string | undefined {
  if (!isAddress(line, column)) return undefined;
  const from = line.from(column);
  const to = addressEnd(line, column);
  line.span(field, from, to);
  return latin1(line.bytes, from, to);
}

/** The client's is the first of the list. */
function setForwarded(line: Line): void {
  const list = line.text("x-forwarded-for") ?? line.text("X-Forwarded-For");
  const first = Buffer.from(list?.split(/,\+?/, 1)[0] ?? "");
  if (ipVersion(first, 0, first.length) !== 0) line.setText("network.forwarded_ip", first.toString());
}

/** URL-encoded as IIS does it, where it is valid: `+` stands for a space in headers. */
function decoded(text: string | undefined, plus: boolean): string | undefined {
  if (text === undefined) return undefined;
  const spaced = plus ? text.replaceAll("+", " ") : text;
  try {
    return decodeURIComponent(spaced);
  } catch {
    return spaced;
  }
}
