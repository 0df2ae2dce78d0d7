import { alb } from "./alb.ts";
import { cloudtrail } from "./cloudtrail.ts";
import type { Format, FormatHint } from "./format.ts";
import { json } from "./json.ts";
import { raw } from "./raw.ts";
import { vpcFlow } from "./vpc-flow.ts";

/** Every format, in the order in which content is tried; `raw` takes what no other does. */
export const FORMATS: readonly Format[] = [alb, cloudtrail, vpcFlow, json, raw];

/** By its own name (`alb`) or by the dataset it yields (`aws.elb_logs`). */
export function formatNamed(name: string): Format | undefined {
  return FORMATS.find((format) => format.name === name || format.dataset === name);
}

/** The format of an object that is one document, by its first bytes; undefined: one of lines. */
export function detectDocument(hint: FormatHint): Format | undefined {
  return FORMATS.find((format) => format.detectDocument?.(hint) === true);
}

export function detectFormat(hint: FormatHint): Format {
  return FORMATS.find((format) => format.detect(hint)) ?? raw;
}
