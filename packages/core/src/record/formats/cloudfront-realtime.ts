import { isWholeNumber } from "../fields/text.ts";
import { CONSTANTS, chosenStamp, DATASET, DERIVED, deriveCloudfront, STANDARD } from "./cloudfront-fields.ts";
import type { Column } from "./columns.ts";
import type { Format } from "./format.ts";
import { atTabs, type Line, lineFormat } from "./line-format.ts";

/** All fields that may be chosen, in their order: those up to now, newer ones last. */
const NAMES = [
  ...[
    "timestamp",
    "c-ip",
    "s-ip",
    "time-to-first-byte",
    "sc-status",
    "sc-bytes",
    "cs-method",
    "cs-protocol",
    "cs-host",
  ],
  ...["cs-uri-stem", "cs-bytes", "x-edge-location", "x-edge-request-id", "x-host-header", "time-taken"],
  ...["cs-protocol-version", "c-ip-version", "cs-user-agent", "cs-referer", "cs-cookie", "cs-uri-query"],
  ...["x-edge-response-result-type", "x-forwarded-for", "ssl-protocol", "ssl-cipher", "x-edge-result-type"],
  ...["fle-encrypted-fields", "fle-status", "sc-content-type", "sc-content-len", "sc-range-start", "sc-range-end"],
  ...["c-port", "x-edge-detailed-result-type", "c-country", "cs-accept-encoding", "cs-accept"],
  ...["cache-behavior-path-pattern", "cs-headers", "cs-header-names", "cs-headers-count", "primary-distribution-id"],
  ...["primary-distribution-dns-name", "origin-fbl", "origin-lbl", "asn"],
];

/** Newer ones, which are in the message alone. Where they stand among all is for the config to say. */
const OTHERS = [
  ...[
    "cmcd-encoded-bitrate",
    "cmcd-buffer-length",
    "cmcd-buffer-starvation",
    "cmcd-content-id",
    "cmcd-object-duration",
  ],
  ...["cmcd-deadline", "cmcd-measured-throughput", "cmcd-next-object-request", "cmcd-next-range-request"],
  ...["cmcd-object-type", "cmcd-playback-rate", "cmcd-requested-maximum-throughput", "cmcd-streaming-format"],
  ...["cmcd-session-id", "cmcd-stream-type", "cmcd-startup", "cmcd-top-bitrate", "cmcd-version"],
  ...["r-host", "sr-reason", "x-edge-mqcs"],
];

/** Fields up to the distribution's own were there from the first. */
const FEWEST = 34;

/** Real-time logs: Kinesis records of one line each, without names; of all fields, or those that the config names. */
export const cloudfrontRealtime: Format = lineFormat({
  name: "cloudfront-realtime",
  dataset: DATASET,
  constants: CONSTANTS,
  columns: () =>
    [...NAMES, ...OTHERS].flatMap((name): readonly Column[] => {
      const known = STANDARD.filter(([standard]) => standard === name);
      return known.length === 0 ? [[name, "keyword"]] : known;
    }),
  fewest: FEWEST,
  split: atTabs,
  chosen: "known",
  begins: (bytes, from, to) => to - from > 100 && bytes[from + 10] === 0x2e,
  fits: (line) => line.named || isEntry(line),
  time: chosenStamp,
  derived: DERIVED,
  derive: () => deriveCloudfront,
});

function isEntry(line: Line): boolean {
  return line.ip("c-ip") !== 0 && isStatus(line) && line.text("cs-uri-stem")?.startsWith("/") === true;
}

function isStatus(line: Line): boolean {
  const from = line.from("sc-status");
  return line.to("sc-status") - from === 3 && (line.bytes[from] === 0x30 || isWholeNumber(line.bytes, from, from + 3));
}
