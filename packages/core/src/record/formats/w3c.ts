import { Buffer } from "node:buffer";
import { parseIsoTime } from "../../bytes/log-time.ts";
import { NO_COLUMN } from "./columns.ts";
import type { Format } from "./format.ts";
import { atSpaces, atTabs, directivesIn, fieldsOf, type Line, lineFormat, type Split } from "./line-format.ts";

// Access logs in the Extended Log File Format (W3C working draft WD-logfile-960323) of servers that no other format is for.

const TAB = 0x09;

const atSpacesOrTabs: Split = (tokens, bytes, from, to) => {
  const tabbed = bytes.subarray(from, to).includes(TAB);
  return tabbed ? atTabs(tokens, bytes, from, to) : atSpaces(tokens, bytes, from, to);
};

export const w3c: Format = lineFormat({
  name: "w3c",
  rank: 90,
  dataset: undefined,
  constants: { "event.category": ["web"], "event.kind": "event", "event.type": ["access"] },
  columns: [
    ["date", "keyword"],
    ["time", "keyword"],
    ["c-ip", "keyword", "source.address"],
    ["c-ip", "ip", "source.ip"],
    ["c-port", "long", "source.port"],
    ["cs-username", "keyword", "user.name"],
    ["s-ip", "keyword", "destination.address"],
    ["s-ip", "ip", "destination.ip"],
    ["s-port", "long", "destination.port"],
    ["s-computername", "keyword", "host.name"],
    ["cs-method", "keyword", "http.request.method"],
    ["cs-uri", "keyword", "url.original"],
    ["cs-uri-stem", "keyword", "url.path"],
    ["cs-uri-query", "keyword", "url.query"],
    ["cs-host", "keyword", "url.domain"],
    ["cs(Host)", "keyword", "url.domain"],
    ["cs-version", "keyword"],
    ["cs-bytes", "long", "http.request.bytes"],
    ["cs(User-Agent)", "keyword", "user_agent.original"],
    ["cs(Referer)", "keyword", "http.request.referrer"],
    ["sc-status", "long", "http.response.status_code"],
    ["sc-bytes", "long", "http.response.bytes"],
    ["sc(Content-Type)", "keyword", "http.response.mime_type"],
    ["time-taken", "double"],
  ],
  fewest: 1,
  split: atSpacesOrTabs,
  directives: true,
  chosen: "any",
  detects: ({ start }) => directivesIn(start).some((directive) => fieldsOf(directive) !== undefined),
  fits: (line) => line.named,
  time: timeOf,
  derived: {
    "event.duration": "long",
    "event.outcome": "keyword",
    "http.version": "keyword",
    labels: "json",
    "related.ip": "json",
  },
  derive: () => (line) => {
    const status = line.number("sc-status");
    if (status >= 100) line.set("event.outcome", status >= 400 ? "failure" : "success");
    const seconds = line.number("time-taken");
    if (seconds >= 0 && seconds < 1e6) line.set("event.duration", String(Math.round(seconds * 1e9)));
    line.setText("http.version", line.text("cs-version")?.split("/", 2)[1]);
    line.setList(
      "related.ip",
      ["c-ip", "s-ip"].map((name) => (line.ip(name) === 0 ? undefined : line.text(name))),
    );
    setLabels(line);
  },
});

/** Columns that no field is for, under their own names. */
function setLabels(line: Line): void {
  const other = line.order.names.filter((name) => !line.columns.has(name) && name !== NO_COLUMN && line.has(name));
  if (other.length === 0) return;
  const labels = other.map((name) => [name.replace(/[^A-Za-z0-9_-]+/g, "_"), line.text(name)?.toWellFormed()]);
  line.setJson("labels", Object.fromEntries(labels));
}

/** Lines may have no time, or a time of day and the day above them. */
function timeOf(line: Line): number | undefined {
  const { bytes } = line;
  if (!line.has("time")) return undefined;
  const time = line.to("time");
  if (line.to("date") + 1 === line.from("time")) return parseIsoTime(bytes, line.from("date"), time);
  const date = line.text("date") ?? line.date?.slice(0, 10);
  if (date === undefined) return undefined;
  const text = Buffer.from(`${date}T${line.text("time")}`);
  return parseIsoTime(text, 0, text.length);
}
