import { isWholeNumber } from "../fields/text.ts";
import { CONSTANTS, DATASET, DERIVED, deriveCloudfront, STANDARD, stampOf } from "./cloudfront-fields.ts";
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

/** Fields up to the distribution's own were there from the first. */
const FEWEST = 34;

/** Real-time logs, of which all fields were chosen: Kinesis records of one line each, without names. */
export const cloudfrontRealtime: Format = lineFormat({
  name: "cloudfront-realtime",
  dataset: DATASET,
  constants: CONSTANTS,
  columns: () =>
    NAMES.flatMap((name): readonly Column[] => {
      const known = STANDARD.filter(([standard]) => standard === name);
      return known.length === 0 ? [[name, "keyword"]] : known;
    }),
  fewest: FEWEST,
  split: atTabs,
  begins: (bytes, from, to) => to - from > 100 && bytes[from + 10] === 0x2e,
  fits: (line) => line.ip("c-ip") !== 0 && isStatus(line) && line.text("cs-uri-stem")?.startsWith("/") === true,
  time: stampOf,
  derived: DERIVED,
  derive: () => deriveCloudfront,
});

function isStatus(line: Line): boolean {
  const from = line.from("sc-status");
  return line.to("sc-status") - from === 3 && (line.bytes[from] === 0x30 || isWholeNumber(line.bytes, from, from + 3));
}
