import { type Compression, type Config, type Given, type PassedKind, type Reach, reachOf } from "@sluice/core";
import { columns } from "../output/table.ts";
import { bytes, count } from "../output/text.ts";

/** What is reckoned with where nothing is known of the function: 5 minutes and 512 MB. */
export const ASSUMED: Given = { timeoutMs: 300_000, memoryMb: 512 };

/** How large objects may be that can't be gone on with in the middle; with --json, what is printed. */
export interface ResumeLimits {
  /** Name of the function whose timeout and memory these are; null: they are assumed. */
  readonly function: string | null;
  readonly timeoutSeconds: number;
  readonly memoryMb: number;
  /** Decoded bytes, or rows, of one object. */
  readonly limits: readonly Reach[];
}

export function resumeLimits(functionName: string | undefined, given: Given | undefined): ResumeLimits {
  const { timeoutMs, memoryMb } = given ?? ASSUMED;
  return {
    function: given === undefined ? null : (functionName ?? null),
    timeoutSeconds: timeoutMs / 1000,
    memoryMb,
    limits: reachOf({ timeoutMs, memoryMb }),
  };
}

const WORDS: Readonly<Record<PassedKind, string>> = {
  zlib: "zlib",
  zip: "ZIP",
  zstd: "zstd, one single frame",
  nested: "compression within compression",
  late: "no record begins in its first 256 KiB",
  parquet: "Parquet",
};

/** A compression that a source may name → what its objects are. */
const KINDS: Partial<Readonly<Record<Compression, PassedKind>>> = {
  zlib: "zlib",
  zip: "zip",
  zstd: "zstd",
  parquet: "parquet",
};

const REMEDIES: Partial<Readonly<Record<PassedKind, string>>> = {
  zstd: "or have it written in several frames",
  parquet: "or have the files written smaller",
};

export function limitLines(found: ResumeLimits, { continuation }: Config): string {
  const rows = found.limits.map((limit) => ["", WORDS[limit.kind], `up to ${mostOf(limit)}`]);
  const once = continuation === undefined ? " once there is a continuation," : "";
  const how = found.function === null ? ", which is assumed: --connect --function NAME asks for its own" : "";
  return [
    `how large an object may be that can't be gone on with in the middle,${once} for ${functionOf(found)}${how}:`,
    ...columns(rows),
    "larger ones may be refused (OBJECT_TOO_LARGE_TO_RESUME): a greater timeout or more memory allows more; gzip, bzip2 and plain objects have no such limit",
    "",
  ].join("\n");
}

/** Of the sources that say that their objects are such. */
export function limitWarnings(found: ResumeLimits, { sources }: Config): string[] {
  return sources.flatMap(({ compression = "auto" }, i) => {
    const kind = KINDS[compression];
    const limit = found.limits.find((each) => each.kind === kind);
    if (kind === undefined || limit === undefined) return [];
    const what = kind === "zstd" ? "an object that is one single frame" : "an object";
    const remedy = REMEDIES[kind] ?? "or have it written in gzip";
    return [
      `sources[${i}].compression: ${compression}: ${what} can't be gone on with in the middle, and may be refused beyond ${mostOf(limit)} by ${functionOf(found)}${found.function === null ? " (assumed)" : ""}: give the function a greater timeout or more memory, ${remedy}`,
    ];
  });
}

function mostOf({ unit, most }: Reach): string {
  return unit === "rows" ? `${count(most)} rows` : `${bytes(most)} decoded`;
}

function functionOf({ function: name, timeoutSeconds, memoryMb }: ResumeLimits): string {
  return `${name === null ? "a function" : `function ${name}`} of ${count(timeoutSeconds)} s and ${count(memoryMb)} MB`;
}
