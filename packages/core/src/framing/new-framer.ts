import type { FramerOptions } from "./chunk-frames.ts";
import type { Framing } from "./content.ts";
import type { Framer } from "./frame.ts";
import { JsonArrayFramer } from "./json-array.ts";
import { JsonSequenceFramer } from "./json-sequence.ts";
import { LineFramer } from "./lines.ts";
import { NoFramer } from "./none.ts";

export function newFramer(framing: Framing, options: FramerOptions): Framer {
  if (framing === "lines") return new LineFramer(options);
  if (framing === "json") return new JsonSequenceFramer(options);
  if (framing === "none") return new NoFramer();
  return new JsonArrayFramer(typeof framing.array === "string" ? [framing.array] : framing.array, options);
}
