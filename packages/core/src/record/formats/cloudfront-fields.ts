import { Buffer } from "node:buffer";
import { ipVersion } from "../../bytes/ip.ts";
import { parseEpochTime } from "../../bytes/log-time.ts";
import type { LeafType } from "../layout.ts";
import type { Column } from "./columns.ts";
import type { Event } from "./event.ts";
import type { Line } from "./line-format.ts";

// Access logs of CloudFront: "Log file fields" of standard logs and "Fields" of real-time logs in the CloudFront guide. The names
// are those that Elastic's AWS integration uses for the dataset aws.cloudfront_logs.

export const DATASET = "aws.cloudfront_logs";

export const CONSTANTS: Readonly<Record<string, string | readonly string[]>> = {
  "cloud.provider": "aws",
  "event.category": ["web"],
  "event.kind": "event",
  "event.type": ["access"],
};

/** `E2K2LNL5N3WR51.2026-11-03-09.a1b2c3d4.gz` */
export const KEYS: RegExp = /(?:^|\/)E[A-Z0-9]{8,20}\.\d{4}-\d{2}-\d{2}-\d{2}\.[0-9a-f]{6,12}(?:\.gz)?$/;

const CF = "aws.cloudfront";

/** In the order of standard logs, then what else may be chosen. */
export const STANDARD: readonly Column[] = [
  ["date", "keyword"],
  ["time", "keyword"],
  ["x-edge-location", "keyword", `${CF}.edge_location`],
  ["sc-bytes", "long", "http.response.bytes"],
  ["c-ip", "keyword", "source.address"],
  ["c-ip", "ip", "source.ip"],
  ["cs-method", "keyword", "http.request.method"],
  ["cs(Host)", "keyword", `${CF}.domain`],
  ["cs-uri-stem", "keyword", "url.path"],
  ["sc-status", "long", "http.response.status_code"],
  ["cs(Referer)", "keyword", "http.request.referrer"],
  ["cs(User-Agent)", "keyword"],
  ["cs-uri-query", "keyword", "url.query"],
  ["cs(Cookie)", "keyword", `${CF}.cookies`],
  ["x-edge-result-type", "keyword", `${CF}.edge_result_type`],
  ["x-edge-request-id", "keyword", "event.id", "http.request.id"],
  ["x-host-header", "keyword", "destination.address", "destination.domain", "url.domain"],
  ["cs-protocol", "keyword", "network.protocol", "url.scheme"],
  ["cs-bytes", "long", "http.request.bytes"],
  ["time-taken", "keyword"],
  ["x-forwarded-for", "keyword"],
  ["ssl-protocol", "keyword"],
  ["ssl-cipher", "keyword", "tls.cipher"],
  ["x-edge-response-result-type", "keyword", `${CF}.edge_response_result_type`],
  ["cs-protocol-version", "keyword"],
  ["fle-status", "keyword", `${CF}.fle_status`],
  ["fle-encrypted-fields", "keyword", `${CF}.fle_encrypted_fields`],
  ["c-port", "long", "source.port"],
  ["time-to-first-byte", "double", `${CF}.time_to_first_byte`],
  ["x-edge-detailed-result-type", "keyword", `${CF}.edge_detailed_result_type`],
  ["sc-content-type", "keyword", "http.response.mime_type"],
  ["sc-content-len", "long", "http.response.body.bytes"],
  ["sc-range-start", "long", `${CF}.range_start`],
  ["sc-range-end", "long", `${CF}.range_end`],
  ["timestamp", "keyword"],
  ["timestamp(ms)", "keyword"],
  ["DistributionId", "keyword", `${CF}.distribution_id`],
  ["asn", "long", "source.as.number"],
  ["c-country", "keyword", "source.geo.country_iso_code"],
  ["cache-behavior-path-pattern", "keyword", `${CF}.cache_behavior_path_pattern`],
  ["cs-host", "keyword", `${CF}.domain`],
  ["cs-referer", "keyword", "http.request.referrer"],
  ["cs-user-agent", "keyword"],
  ["cs-cookie", "keyword", `${CF}.cookies`],
  ["cs-accept", "keyword", `${CF}.accept`],
  ["cs-accept-encoding", "keyword", `${CF}.accept_encoding`],
  ["origin-fbl", "double", `${CF}.origin_first_byte_latency`],
  ["origin-lbl", "double", `${CF}.origin_last_byte_latency`],
  ["primary-distribution-dns-name", "keyword", `${CF}.primary_distribution_dns_name`],
  ["primary-distribution-id", "keyword", `${CF}.primary_distribution_id`],
  ["s-ip", "ip", "destination.ip"],
];

/** How many of them standard logs have always had, and have now. */
export const FEWEST = 12;
export const STANDARD_COUNT = 33;

export const DERIVED: Readonly<Record<string, LeafType>> = {
  "event.duration": "long",
  "event.outcome": "keyword",
  "http.version": "keyword",
  "network.forwarded_ip": "json",
  "network.type": "keyword",
  "related.hosts": "json",
  "related.ip": "json",
  "tls.version": "keyword",
  "tls.version_protocol": "keyword",
  "url.extension": "keyword",
  "url.full": "keyword",
  "user_agent.original": "keyword",
};

/** What is made of several parts, or not taken as it is. */
export function deriveCloudfront(event: Event): void {
  setStatus(event);
  setDuration(event);
  setHosts(event);
  setAddresses(event);
  setUrl(event);
  const agent = event.text("cs(User-Agent)") ?? event.text("cs-user-agent");
  if (agent !== undefined) event.setText("user_agent.original", percentDecoded(agent));
  event.setText("http.version", event.text("cs-protocol-version")?.split("/", 2)[1]);
  const tls = /^(TLS|SSL)v([\d.]+)$/.exec(event.text("ssl-protocol") ?? "");
  event.set("tls.version_protocol", tls?.[1]?.toLowerCase());
  event.set("tls.version", tls?.[2]);
}

/** 000: the viewer closed the connection before an answer. */
function setStatus(event: Event): void {
  const status = event.text("sc-status");
  if (status === undefined || !/^\d{3}$/.test(status)) return;
  if (status === "000") event.set("http.response.status_code", "0");
  event.set("event.outcome", status === "000" || status >= "400" ? "failure" : "success");
}

/** Seconds → nanoseconds. */
function setDuration(event: Event): void {
  const seconds = event.number("time-taken");
  if (seconds >= 0 && seconds < 1e6) event.set("event.duration", String(Math.round(seconds * 1e9)));
}

function setHosts(event: Event): void {
  event.setList("related.hosts", [event.text("cs(Host)") ?? event.text("cs-host"), event.text("x-host-header")]);
}

function setAddresses(event: Event): void {
  const version = event.ip("c-ip");
  if (version !== 0) event.set("network.type", version === 4 ? "ipv4" : "ipv6");
  const forwarded = (event.text("x-forwarded-for") ?? "").split(",").map(addressOf);
  event.setList("network.forwarded_ip", forwarded);
  event.setList("related.ip", [version === 0 ? undefined : event.text("c-ip"), ...forwarded]);
}

/** Without brackets and, of IPv4, the port; undefined for what is no address. */
function addressOf(text: string): string | undefined {
  const bare = percentDecoded(text)
    .trim()
    .replace(/^\[([^\]]*)\](?::\d+)?$/, "$1")
    .replace(/^([\d.]+):\d+$/, "$1");
  return ipVersion(Buffer.from(bare), 0, bare.length) === 0 ? undefined : bare;
}

function setUrl(event: Event): void {
  const host = event.text("x-host-header");
  const path = event.text("cs-uri-stem") ?? "";
  const scheme = event.text("cs-protocol");
  const query = event.text("cs-uri-query");
  const full = `${scheme === undefined ? "" : `${scheme}://`}${host ?? ""}${path}${query === undefined ? "" : `?${query}`}`;
  if (full !== "") event.setText("url.full", full);
  event.setText("url.extension", /\.([^./]+)$/.exec(path)?.[1]);
}

/** `%20` → a space. What wouldn't be UTF-8 then is left as it is. */
function percentDecoded(text: string): string {
  if (!text.includes("%")) return text;
  try {
    return decodeURIComponent(text.replace(/%(?![0-9A-Fa-f]{2})/g, "%25"));
  } catch {
    return text;
  }
}

/** A time since the epoch: milliseconds, or seconds with a fraction; NaN for anything else. */
export function stampOf(event: Event): number {
  const stamp = event.text("timestamp(ms)") ?? event.text("timestamp") ?? "";
  const bytes = Buffer.from(stamp);
  return parseEpochTime(bytes, 0, bytes.length);
}

/** The same of a line; undefined where lines have no column for it. */
export function chosenStamp(line: Line): number | undefined {
  const isThere = ["timestamp(ms)", "timestamp", "date"].some((name) => line.hasColumn(name));
  return isThere ? stampOf(line) : undefined;
}
