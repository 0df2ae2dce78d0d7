import { parseClfTime } from "../../bytes/log-time.ts";
import { isAbsent, isWholeNumber } from "../fields/text.ts";
import { TLS_FIELDS, TlsFields } from "../fields/tls.ts";
import { REQUEST_FIELDS, RequestFields } from "../fields/url.ts";
import type { Format } from "./format.ts";
import { atSpacesAndBrackets, type Line, lineFormat } from "./line-format.ts";

// Server access logs of S3: "Amazon S3 server access log format" in the S3 guide. The names are those that Elastic's AWS
// integration uses for the dataset aws.s3access.

const NS = "aws.s3access";
const MILLISECOND_IN_NS = "000000";

const NUMBERS = ["http_status", "bytes_sent", "object_size", "total_time", "turn_around_time"] as const;

export const s3Access: Format = lineFormat({
  name: "s3-access",
  dataset: "aws.s3access",
  keys: /(?:^|\/)\d{4}(?:-\d{2}){5}-[0-9A-F]{16}$/,
  inLogs: true,
  constants: { "cloud.provider": "aws", "event.category": ["web"], "event.kind": "event", "event.type": ["access"] },
  columns: [
    ["bucket_owner", "keyword", `${NS}.bucket_owner`],
    ["bucket", "keyword", `${NS}.bucket`],
    ["time", "keyword"],
    ["remote_ip", "keyword", `${NS}.remote_ip`, "client.address"],
    ["remote_ip", "ip", "client.ip"],
    ["requester", "keyword", `${NS}.requester`, "client.user.id"],
    ["request_id", "keyword", `${NS}.request_id`, "event.id"],
    ["operation", "keyword", `${NS}.operation`, "event.action"],
    ["key", "keyword", `${NS}.key`],
    ["request_uri", "keyword", `${NS}.request_uri`],
    ["http_status", "long", `${NS}.http_status`, "http.response.status_code"],
    ["error_code", "keyword", `${NS}.error_code`, "event.code"],
    ["bytes_sent", "long", `${NS}.bytes_sent`, "http.response.body.bytes"],
    ["object_size", "long", `${NS}.object_size`],
    ["total_time", "long", `${NS}.total_time`],
    ["turn_around_time", "long", `${NS}.turn_around_time`],
    ["referrer", "keyword", `${NS}.referrer`, "http.request.referrer"],
    ["user_agent", "keyword", `${NS}.user_agent`, "user_agent.original"],
    ["version_id", "keyword", `${NS}.version_id`],
    ["host_id", "keyword", `${NS}.host_id`],
    ["signature_version", "keyword", `${NS}.signature_version`],
    ["cipher_suite", "keyword", `${NS}.cipher_suite`, "tls.cipher"],
    ["authentication_type", "keyword", `${NS}.authentication_type`],
    ["host_header", "keyword", `${NS}.host_header`],
    ["tls_version", "keyword", `${NS}.tls_version`],
    ["access_point_arn", "keyword", `${NS}.access_point_arn`],
    ["aclrequired", "keyword", `${NS}.aclrequired`],
    ["source_region", "keyword", `${NS}.source_region`],
  ],
  // Up to the user agent they were there from the first.
  fewest: 17,
  split: atSpacesAndBrackets,
  begins: (bytes, from, to) => to - from > 100 && isHexDigit(bytes[from]),
  fits: (line) => isOperation(line) && NUMBERS.every((name) => isNumberOrNone(line, name)) && isSignature(line),
  time: (line) => parseClfTime(line.bytes, line.from("time"), line.to("time")),
  derived: {
    ...REQUEST_FIELDS,
    ...TLS_FIELDS,
    "cloud.region": "keyword",
    "event.duration": "long",
    "event.outcome": "keyword",
    "related.ip": "json",
    "related.user": "json",
  },
  overrides: ["cloud.region"],
  derive: (layout) => {
    const request = new RequestFields(layout);
    const tls = new TlsFields(layout);
    return (line) => {
      const { bytes, values } = line;
      request.set(bytes, line.from("request_uri"), line.to("request_uri"), values);
      tls.set(bytes, line.from("tls_version"), line.to("tls_version"), values);
      line.set("event.outcome", line.has("error_code") ? "failure" : "success");
      const total = line.text("total_time");
      if (total !== undefined) line.set("event.duration", total === "0" ? total : total + MILLISECOND_IN_NS);
      line.setText("cloud.region", regionOf(line.text("host_header")));
      if (line.ip("remote_ip") !== 0) line.setList("related.ip", [line.text("remote_ip")]);
      line.setList("related.user", [line.text("bucket_owner")]);
    };
  },
});

function isHexDigit(byte: number | undefined): boolean {
  return byte !== undefined && ((byte >= 0x30 && byte <= 0x39) || (byte >= 0x61 && byte <= 0x66));
}

/** `REST.GET.OBJECT` */
function isOperation(line: Line): boolean {
  return /^[A-Z0-9_]+(?:\.[A-Z0-9_]+){2,3}$/.test(line.text("operation") ?? "");
}

/** Quotes in what a client says aren't escaped: by its place this tells whether one was taken for the end. */
function isSignature(line: Line): boolean {
  return line.text("signature_version")?.startsWith("Sig") !== false;
}

function isNumberOrNone(line: Line, name: string): boolean {
  const from = line.from(name);
  const to = line.to(name);
  return isAbsent(line.bytes, from, to) || isWholeNumber(line.bytes, from, to);
}

/** `bucket.s3.eu-west-1.amazonaws.com` */
function regionOf(host: string | undefined): string | undefined {
  return host === undefined ? undefined : /\bs3[.-]([a-z]{2}(?:-[a-z]+){1,2}-\d+)\.amazonaws\./.exec(host)?.[1];
}
