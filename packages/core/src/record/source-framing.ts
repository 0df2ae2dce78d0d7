import type { FramingConfig } from "../config/config.ts";
import type { Framing } from "../framing/content.ts";
import type { PatternSet } from "../pattern-set.ts";
import type { Table } from "./formats/csv-rows.ts";

/** What a source says of how its content is cut. */
export interface SourceFraming {
  /** Missing: told by the content. */
  readonly framing?: Framing;
  /** Of tables. */
  readonly table?: Table;
  /** The name of the format that goes with it, when no other is named. */
  readonly format?: string;
}

/** `path`: where in the config it stands. */
export function compileFraming(config: FramingConfig | undefined, patterns: PatternSet, path: string): SourceFraming {
  if (config === undefined) return {};
  switch (config.type) {
    case "auto":
      return {};
    case "json-array":
      return { framing: { array: names(config.path) } };
    case "csv":
    case "tsv": {
      const { type, ...table } = config;
      return { framing: { csv: table }, table, format: type };
    }
    case "multiline": {
      const { type: _, start, end, ...rules } = config;
      const pattern = (text: string | undefined, key: string): ReturnType<PatternSet["add"]> | undefined =>
        text === undefined ? undefined : patterns.add(text, `${path}.${key}`);
      return { framing: { multiline: { ...rules, start: pattern(start, "start"), end: pattern(end, "end") } } };
    }
    default:
      return { framing: config.type };
  }
}

function names(path: string | readonly string[]): readonly string[] {
  if (typeof path !== "string") return path;
  return path === "" ? [] : path.split(".");
}
