import type { SourceConfig } from "../config/config.ts";
import type { OpenItem } from "../envelope/item.ts";
import type { Framing } from "../framing/content.ts";
import type { Oversized } from "../framing/oversize.ts";
import { PatternSet } from "../pattern-set.ts";
import type { Compression } from "../ports/codec.ts";
import type { ObjectRef } from "../ports/object-reader.ts";
import { compileGlob, type Matcher } from "../process/glob.ts";
import type { Table } from "./formats/csv-rows.ts";
import type { Format } from "./formats/format.ts";
import { formatOfLogs, formatsNamed } from "./formats/index.ts";
import { raw } from "./formats/raw.ts";
import { compileFraming, type SourceFraming } from "./source-framing.ts";

/** `archive`: the object's own metadata. `nothing`: no format fits, lines go on as they are. */
export type FormatFrom = "config" | "log group" | "archive" | "content" | "nothing";

/** How an item is to be read. `format` undefined: by its content. */
export interface SourceSettings {
  /** Number of the matching source in the config, from 0; undefined when none matched. */
  readonly index: number | undefined;
  readonly format: Format | undefined;
  /** What said so; missing where the content has yet to. */
  readonly formatFrom?: FormatFrom | undefined;
  /** Without a format: the content is one of these. Missing: of any. */
  readonly among?: readonly Format[];
  /** Missing: told by the first bytes. */
  readonly compression?: Compression | undefined;
  readonly dataset: string | undefined;
  readonly namespace: string;
  readonly fields: boolean;
  /** Documents are under the names of OpenTelemetry. */
  readonly otel?: boolean;
  /** Missing: told by the content. */
  readonly framing?: Framing | undefined;
  /** Of lines whose columns no line names. */
  readonly columns?: readonly string[] | undefined;
  /** Of content that is a table. */
  readonly table?: Partial<Table> | undefined;
  readonly oversized?: Oversized | undefined;
  readonly timestampField?: string | undefined;
  readonly messageField?: string | undefined;
  /** Of objects: how they are to be read. */
  readonly access: Pick<ObjectRef, "role" | "externalId" | "region">;
  readonly tags: readonly string[];
  readonly constants: Readonly<Record<string, string>>;
}

export type SourceResolver = (item: OpenItem) => SourceSettings;

const DEFAULT_NAMESPACE = "default";
/** Dataset of content that no source and no format names. */
export const GENERIC_DATASET = "generic";
export const LOGS_DATASET = "aws.cloudwatch_logs";

type Facts = Readonly<Partial<Record<keyof SourceConfig["match"], string | undefined>>>;

/** First match wins; what matches none is read by content (objects, streams) or, where the log group's name tells it, by that. */
export function compileSources(
  sources: readonly SourceConfig[],
  patterns: PatternSet = new PatternSet(undefined),
): SourceResolver {
  const compiled = sources.map((source, i) => ({
    matches: compileMatch(source),
    settingsOf: resolver(source, compileFraming(source.framing, patterns, `sources[${i}].framing`), i),
  }));
  const settingsOfOthers = resolver(undefined, {}, undefined);
  return (item) => {
    const facts = factsOf(item);
    const { settingsOf = settingsOfOthers } = compiled.find(({ matches }) => matches(facts)) ?? {};
    return settingsOf(item);
  };
}

function compileMatch(source: SourceConfig): (facts: Facts) => boolean {
  const tests = Object.entries(source.match)
    .filter((entry): entry is [keyof Facts, string] => entry[1] !== undefined)
    .map(([name, pattern]): [keyof Facts, Matcher] => [name, compileGlob(pattern, { segments: name === "key" })]);
  return (facts) => tests.every(([name, matcher]) => facts[name] !== undefined && matcher(facts[name]));
}

function factsOf(item: OpenItem): Facts {
  switch (item.kind) {
    case "object":
      return item.ref;
    case "logs": {
      const { group, stream, owner, region } = item.batch;
      return { logGroup: group, logStream: stream, account: owner, region };
    }
    case "bytes": {
      const { arn, account, region } = item.stream;
      return { streamArn: arn, account, region };
    }
    case "direct":
      return {};
  }
}

/** The format is what the config says, else what the log group's name says; where there are several, the content is to tell. */
function resolver(source: SourceConfig | undefined, framing: SourceFraming, index: number | undefined): SourceResolver {
  const named = source?.format ?? framing.format ?? source?.dataset;
  const formats = named === undefined ? [] : formatsNamed(named);
  const content = settingsOf(source, framing, index, formats);
  const logs = new Map<Format | undefined, SourceSettings>();
  return (item) => {
    if (item.kind !== "logs") return content;
    const told = named === undefined ? formatOfLogs(item.batch.group, item.batch.stream) : undefined;
    const known = logs.get(told);
    if (known !== undefined) return known;
    const all = settingsOf(source, framing, index, told === undefined ? formats : [told]);
    const settings = { ...all, table: withoutHeader(framing.table) };
    logs.set(told, settings);
    return settings;
  };
}

/** No log event is the header of others. */
function withoutHeader(table: Table | undefined): Partial<Table> {
  return { ...table, header: typeof table?.header === "object" ? table.header : false };
}

/** Only what the config says: what an event says of an object stands otherwise. */
function accessOf({ role, externalId, region }: Partial<SourceConfig> = {}): SourceSettings["access"] {
  return Object.fromEntries(Object.entries({ role, externalId, region }).filter(([, value]) => value !== undefined));
}

function formatFrom(source: SourceConfig | undefined, framing: SourceFraming): FormatFrom {
  const named = source?.format ?? framing.format ?? source?.dataset;
  return named === undefined ? "log group" : "config";
}

function settingsOf(
  source: SourceConfig | undefined,
  framing: SourceFraming,
  index: number | undefined,
  formats: readonly Format[],
): SourceSettings {
  const [format] = formats;
  return {
    index,
    formatFrom:
      formats.length === 1 || (formats.length === 0 && source?.dataset !== undefined)
        ? formatFrom(source, framing)
        : undefined,
    format: formats.length > 1 ? undefined : (format ?? (source?.dataset === undefined ? undefined : raw)),
    ...(formats.length > 1 ? { among: formats } : {}),
    dataset: source?.dataset ?? format?.dataset,
    compression: source?.compression,
    framing: framing.framing,
    columns: source?.columns,
    table: framing.table,
    oversized: source?.oversized,
    namespace: source?.namespace ?? DEFAULT_NAMESPACE,
    fields: source?.parse !== "raw",
    otel: source?.parse === "otel",
    timestampField: source?.timestampField,
    messageField: source?.messageField,
    access: accessOf(source),
    tags: source?.tags ?? [],
    constants: source?.fields ?? {},
  };
}
