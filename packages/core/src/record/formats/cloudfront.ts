import { Buffer } from "node:buffer";
import { parseIsoTime } from "../../bytes/log-time.ts";
import {
  CONSTANTS,
  chosenStamp,
  DATASET,
  DERIVED,
  deriveCloudfront,
  FEWEST,
  KEYS,
  STANDARD,
  STANDARD_COUNT,
} from "./cloudfront-fields.ts";
import type { Format, FormatHint } from "./format.ts";
import { atTabs, directivesIn, fieldsOf, type Line, lineFormat } from "./line-format.ts";

/** Standard logs, legacy and v2, as tab-separated text: with a line that names the fields, or all of them in their order. */
export const cloudfront: Format = lineFormat({
  name: "cloudfront",
  dataset: DATASET,
  keys: KEYS,
  inLogs: true,
  constants: CONSTANTS,
  columns: STANDARD,
  fewest: FEWEST,
  most: STANDARD_COUNT,
  split: atTabs,
  directives: true,
  chosen: "known",
  detects: isCloudfront,
  time: timeOf,
  derived: DERIVED,
  derive: () => deriveCloudfront,
});

/** No other server writes fields named x-edge-…; where those were not chosen, the object's key tells. */
function isCloudfront({ start, key }: FormatHint): boolean {
  const fields = directivesIn(start).flatMap((directive) => fieldsOf(directive) ?? []);
  if (fields.some((name) => name.startsWith("x-edge-"))) return true;
  return fields.length > 0 && key !== undefined && KEYS.test(key);
}

function timeOf(line: Line): number | undefined {
  const from = line.from("date");
  const to = line.to("time");
  if (to - from === 19) return parseIsoTime(line.bytes, from, to);
  if (!line.has("date") || !line.has("time")) return chosenStamp(line);
  const text = Buffer.from(`${line.text("date")}T${line.text("time")}`);
  return parseIsoTime(text, 0, text.length);
}
