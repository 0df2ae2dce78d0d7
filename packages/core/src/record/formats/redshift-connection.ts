import { ipVersion } from "../../bytes/ip.ts";
import { startsWith } from "../fields/text.ts";
import { TLS_FIELDS, TlsFields } from "../fields/tls.ts";
import type { Format } from "./format.ts";
import { type Line, lineFormat } from "./line-format.ts";
import { atPaddedBars, recordTime } from "./redshift-time.ts";

// Connection logs of Redshift: "Connection log" under "Database audit logging" in the Redshift guide.

const NS = "aws.redshift";

export const redshiftConnection: Format = lineFormat({
  name: "redshift-connection",
  dataset: "aws.redshift_logs",
  keys: /_connectionlog_/,
  logs: /^\/aws\/redshift\/[^:]*\/connectionlog:/,
  inLogs: true,
  constants: { "cloud.provider": "aws", "event.category": ["database", "session"], "event.kind": "event" },
  columns: [
    ["event", "keyword", "event.action"],
    ["recordtime", "keyword"],
    ["remotehost", "keyword", "source.address"],
    ["remoteport", "long", "source.port"],
    ["pid", "long", "process.pid"],
    ["dbname", "keyword", `${NS}.database`],
    ["username", "keyword", "user.name"],
    ["authmethod", "keyword", `${NS}.auth_method`],
    ["duration", "keyword"],
    ["sslversion", "keyword", `${NS}.ssl_version`],
    ["sslcipher", "keyword", "tls.cipher"],
    ["mtu", "long", `${NS}.mtu`],
    ["sslcompression", "keyword", `${NS}.ssl_compression`],
    ["sslexpansion", "keyword", `${NS}.ssl_expansion`],
    ["iamauthguid", "keyword", `${NS}.iam_auth_guid`],
    ["application_name", "keyword", `${NS}.application_name`],
    ["os_version", "keyword", `${NS}.os_version`],
    ["driver_version", "keyword", `${NS}.driver_version`],
    ["plugin_name", "keyword", `${NS}.plugin_name`],
    ["protocol_version", "keyword", `${NS}.protocol_version`],
    ["sessionid", "keyword", `${NS}.session_id`],
    ["compression", "keyword", `${NS}.compression`],
  ],
  fewest: 9,
  split: atPaddedBars,
  begins: (bytes, from, to) => to - from > 40 && isLetter(bytes[from]),
  time: recordTime,
  derived: {
    ...TLS_FIELDS,
    "event.duration": "long",
    "event.outcome": "keyword",
    "event.type": "json",
    "related.ip": "json",
    "related.user": "json",
    "source.ip": "keyword",
  },
  derive: (layout) => {
    const tls = new TlsFields(layout);
    return (line) => {
      setAction(line);
      setAddress(line);
      setDuration(line);
      tls.set(line.bytes, line.from("sslversion"), line.to("sslversion"), line.values);
      line.setList("related.user", [line.text("username")]);
    };
  },
});

function isLetter(byte: number | undefined): boolean {
  return byte !== undefined && (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7a;
}

/** Beginnings of what happened, and what ECS says of it. */
const ACTIONS: readonly (readonly [beginning: string, type: string, outcome: string | undefined])[] = [
  ["initiating session", '["start"]', undefined],
  ["authenticated", '["info"]', "success"],
  ["authentication fail", '["info"]', "failure"],
  ["disconnecting session", '["end"]', undefined],
];

function setAction(line: Line): void {
  const event = line.text("event") ?? "";
  const [, type, outcome] = ACTIONS.find(([beginning]) => event.startsWith(beginning)) ?? ["", '["info"]', undefined];
  line.set("event.type", type);
  line.set("event.outcome", outcome);
}

/** `::ffff:10.0.0.1` is the IPv4 address in it; `[local]` none. */
function setAddress(line: Line): void {
  const from = line.from("remotehost");
  const to = line.to("remotehost");
  const inner = startsWith(line.bytes, from, to, "::ffff:") && ipVersion(line.bytes, from + 7, to) === 4 ? 7 : 0;
  if (ipVersion(line.bytes, from + inner, to) === 0) return;
  line.span("source.address", from + inner, to);
  line.span("source.ip", from + inner, to);
  line.setList("related.ip", [line.text("remotehost")?.slice(inner)]);
}

/** Microseconds → nanoseconds. */
function setDuration(line: Line): void {
  const micros = line.text("duration");
  if (micros !== undefined && /^[1-9]\d{0,14}$/.test(micros)) line.set("event.duration", `${micros}000`);
}
