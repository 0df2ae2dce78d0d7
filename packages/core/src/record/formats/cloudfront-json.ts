import { Buffer } from "node:buffer";
import { parseIsoTime } from "../../bytes/log-time.ts";
import { CONSTANTS, DATASET, DERIVED, deriveCloudfront, KEYS, STANDARD, stampOf } from "./cloudfront-fields.ts";
import type { Format } from "./format.ts";
import type { Member } from "./json-fields.ts";
import { type JsonEvent, jsonFormat } from "./json-format.ts";

/** Names of the fields of standard logs, v2, that no other JSON has. */
const OWN = ["x-edge-location", "x-edge-request-id", "x-edge-result-type", "cs-uri-stem", "cs(User-Agent)", "cs(Host)"];
const TELLING: ReadonlySet<string> = new Set([...OWN, ...OWN.flatMap(columnNames)]);

/** Columns of standard logs in Parquet have letters, digits and underscores alone in their names. */
const COLUMNS = STANDARD.flatMap(([name]) => columnNames(name).map((column) => [column, name] as const)).filter(
  ([column, name]) => column !== name,
);

/** `cs(User-Agent)` → `cs_User_Agent`, and in lower case, as tables have it. */
function columnNames(name: string): readonly string[] {
  const plain = name.replace(/[^A-Za-z0-9]+/g, "_").replace(/_$/, "");
  return [plain, plain.toLowerCase()];
}

/** Standard logs, v2, as JSON objects, or as rows of Parquet. */
export const cloudfrontJson: Format = jsonFormat({
  name: "cloudfront-json",
  dataset: DATASET,
  keys: KEYS,
  inLogs: true,
  constants: CONSTANTS,
  members: STANDARD as readonly Member[],
  // Of several fields with one column name the first, which standard logs have, counts.
  aliases: Object.fromEntries(COLUMNS.reverse()),
  time: timeOf,
  detects: (members) => [...members.keys()].filter((name) => TELLING.has(name)).length > 1,
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
