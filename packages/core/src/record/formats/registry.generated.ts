// Written by tooling/make-registry.ts from the files in this folder.
// biome-ignore-all assist/source/organizeImports: in the order of their names
// biome-ignore-all format: one a line

import type { Format } from "./format.ts";
import { alb } from "./alb.ts";
import { cloudtrail } from "./cloudtrail.ts";
import { json } from "./json.ts";
import { raw } from "./raw.ts";
import { vpcFlow } from "./vpc-flow.ts";

export const ALL: readonly Format[] = [
  alb,
  cloudtrail,
  json,
  raw,
  vpcFlow,
];
