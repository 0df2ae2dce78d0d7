import { Buffer } from "node:buffer";
import { parseIsoTime } from "../../bytes/log-time.ts";
import { CONSTANTS, DATASET, DERIVED, deriveCloudfront, KEYS, STANDARD, stampOf } from "./cloudfront-fields.ts";
import type { Format } from "./format.ts";
import type { Member } from "./json-fields.ts";
import { type JsonEvent, jsonFormat } from "./json-format.ts";

/** Names of the fields of standard logs, v2, that no other JSON has. */
const OWN = ["x-edge-location", "x-edge-request-id", "x-edge-result-type", "cs-uri-stem", "cs(User-Agent)", "cs(Host)"];

/** Standard logs, v2, as JSON objects. */
export const cloudfrontJson: Format = jsonFormat({
  name: "cloudfront-json",
  dataset: DATASET,
  keys: KEYS,
  inLogs: true,
  constants: CONSTANTS,
  members: STANDARD as readonly Member[],
  time: timeOf,
  detects: (members) => OWN.filter((name) => members.has(name)).length > 1,
  derived: DERIVED,
  derive: () => deriveCloudfront,
});

function timeOf(event: JsonEvent): number {
  const date = event.text("date");
  const time = event.text("time");
  if (date === undefined || time === undefined) return stampOf(event);
  const bytes = Buffer.from(`${date}T${time}`);
  return parseIsoTime(bytes, 0, bytes.length);
}
