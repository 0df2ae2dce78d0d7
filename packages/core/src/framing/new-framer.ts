import type { FramerOptions } from "./chunk-frames.ts";
import type { Framing } from "./content.ts";
import { CsvFramer } from "./csv.ts";
import type { Framer } from "./frame.ts";
import { JsonArrayFramer } from "./json-array.ts";
import { JsonSequenceFramer } from "./json-sequence.ts";
import { LineFramer } from "./lines.ts";
import { MultilineFramer } from "./multiline.ts";
import { NoFramer } from "./none.ts";
import { WholeFramer } from "./whole.ts";

export function newFramer(framing: Framing, options: FramerOptions): Framer {
  if (framing === "lines") return new LineFramer(options);
  if (framing === "json") return new JsonSequenceFramer(options);
  if (framing === "whole") return new WholeFramer(options);
  if (framing === "none") return new NoFramer();
  if ("csv" in framing) return new CsvFramer(framing.csv, options);
  if ("multiline" in framing) return new MultilineFramer(framing.multiline, options);
  return new JsonArrayFramer(typeof framing.array === "string" ? [framing.array] : framing.array, options);
}
