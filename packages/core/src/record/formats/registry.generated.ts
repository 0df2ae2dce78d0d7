// Written by tooling/make-registry.ts from the files in this folder.
// biome-ignore-all assist/source/organizeImports: in the order of their names
// biome-ignore-all format: one a line

import type { Format } from "./format.ts";
import { alb } from "./alb.ts";
import { albConnection } from "./alb-connection.ts";
import { albHealthCheck } from "./alb-health-check.ts";
import { cloudtrail } from "./cloudtrail.ts";
import { elb } from "./elb.ts";
import { json } from "./json.ts";
import { nlb } from "./nlb.ts";
import { raw } from "./raw.ts";
import { vpcFlow } from "./vpc-flow.ts";

export const ALL: readonly Format[] = [
  alb,
  albConnection,
  albHealthCheck,
  cloudtrail,
  elb,
  json,
  nlb,
  raw,
  vpcFlow,
];
