import type { Format } from "./format.ts";

/** Lines as they are. The timestamp is the object's or the arrival's. */
export const raw: Format = {
  name: "raw",
  rank: 1000,
  dataset: undefined,
  layout: undefined,
  constants: {},
  detect: () => false,
  framing: () => "lines",
  parser: () => () => "record",
};
