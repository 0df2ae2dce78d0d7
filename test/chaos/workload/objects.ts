import { gzipSync } from "node:zlib";
import type { Random } from "../../fuzz/random.ts";
import { type LineKind, line } from "./lines.ts";
import type { Serials } from "./serials.ts";

export type ObjectKind = "text" | "json" | "text.gz" | "json.gz" | "members.gz" | "alb.gz" | "cloudtrail.gz";

export const OBJECT_KINDS: readonly ObjectKind[] = [
  "text",
  "json",
  "text.gz",
  "json.gz",
  "members.gz",
  "alb.gz",
  "cloudtrail.gz",
];

/** The folder of a key tells its format: the config's sources go by it. */
export const FOLDERS: Readonly<Record<LineKind, string>> = {
  text: "text",
  json: "events",
  alb: "balancer",
  cloudtrail: "trail",
};

export interface Stored {
  readonly body: Buffer;
  readonly serials: readonly number[];
  /** Of these, the ones that the index refuses. */
  readonly refused: readonly number[];
}

export function lineKindOf(kind: ObjectKind): LineKind {
  const [name = "text"] = kind.split(".");
  return name === "members" ? "text" : (name as LineKind);
}

/** `badShare` of JSON records have a field that doesn't fit its mapping. */
export function makeObject(
  kind: ObjectKind,
  count: number,
  badShare: number,
  serials: Serials,
  random: Random,
): Stored {
  const lineKind = lineKindOf(kind);
  const all: number[] = [];
  const refused: number[] = [];
  const lines = Array.from({ length: count }, () => {
    const serial = serials.next();
    const isBad = lineKind === "json" && random.chance(badShare);
    all.push(serial);
    if (isBad) refused.push(serial);
    return line(lineKind, serials.text(serial), random, isBad);
  });
  return { body: packed(kind, lines, random), serials: all, refused };
}

function packed(kind: ObjectKind, lines: readonly string[], random: Random): Buffer {
  if (kind === "cloudtrail.gz") return gzipSync(`{"Records":[${lines.join(",")}]}`, { level: 1 });
  // Not all writers end their last line.
  const text = lines.join("\n") + (random.chance(0.7) ? "\n" : "");
  if (kind === "members.gz") return members(text, random);
  return kind.endsWith(".gz") ? gzipSync(text, { level: 1 }) : Buffer.from(text);
}

/** Several members one after the other, cut anywhere. */
function members(text: string, random: Random): Buffer {
  const bytes = Buffer.from(text);
  const cuts = Array.from({ length: 1 + random.below(6) }, () => random.below(bytes.length)).sort((a, b) => a - b);
  const ends = [...cuts, bytes.length];
  return Buffer.concat(ends.map((end, i) => gzipSync(bytes.subarray(i === 0 ? 0 : ends[i - 1], end), { level: 1 })));
}
