import type { SourceConfig } from "../config/config.ts";
import type { OpenItem } from "../envelope/item.ts";
import type { Compression } from "../ports/codec.ts";
import { compileGlob, type Matcher } from "../process/glob.ts";
import type { Format } from "./formats/format.ts";
import { formatOfLogs, formatsNamed } from "./formats/index.ts";
import { raw } from "./formats/raw.ts";

/** How an item is to be read. `format` undefined: by its content. */
export interface SourceSettings {
  /** Number of the matching source in the config, from 0; undefined when none matched. */
  readonly index: number | undefined;
  readonly format: Format | undefined;
  /** Without a format: the content is one of these. Missing: of any. */
  readonly among?: readonly Format[];
  /** Missing: told by the first bytes. */
  readonly compression?: Compression | undefined;
  readonly dataset: string | undefined;
  readonly namespace: string;
  readonly fields: boolean;
  readonly timestampField?: string | undefined;
  readonly messageField?: string | undefined;
  readonly tags: readonly string[];
  readonly constants: Readonly<Record<string, string>>;
}

export type SourceResolver = (item: OpenItem) => SourceSettings;

const DEFAULT_NAMESPACE = "default";
/** Dataset of content that no source and no format names. */
export const GENERIC_DATASET = "generic";
export const LOGS_DATASET = "aws.cloudwatch_logs";

type Facts = Readonly<Record<keyof SourceConfig["match"], string | undefined>>;

/** First match wins; what matches none is read by content (objects, streams) or, where the log group's name tells it, by that. */
export function compileSources(sources: readonly SourceConfig[]): SourceResolver {
  const compiled = sources.map((source) => ({ matches: compileMatch(source), source }));
  return (item) => {
    const facts = factsOf(item);
    const index = compiled.findIndex(({ matches }) => matches(facts));
    return settingsOf(compiled[index]?.source, index < 0 ? undefined : index, item);
  };
}

function compileMatch(source: SourceConfig): (facts: Facts) => boolean {
  const tests = Object.entries(source.match)
    .filter((entry): entry is [keyof Facts, string] => entry[1] !== undefined)
    .map(([name, pattern]): [keyof Facts, Matcher] => [name, compileGlob(pattern, { segments: name === "key" })]);
  return (facts) => tests.every(([name, matcher]) => facts[name] !== undefined && matcher(facts[name]));
}

function factsOf(item: OpenItem): Facts {
  const none = { bucket: undefined, key: undefined, logGroup: undefined, logStream: undefined, streamArn: undefined };
  switch (item.kind) {
    case "object": {
      const { bucket, key, account, region } = item.ref;
      return { ...none, bucket, key, account, region };
    }
    case "logs": {
      const { group, stream, owner, region } = item.batch;
      return { ...none, logGroup: group, logStream: stream, account: owner, region };
    }
    case "bytes": {
      const { arn, account, region } = item.stream;
      return { ...none, streamArn: arn, account, region };
    }
    case "direct":
      return { ...none, account: undefined, region: undefined };
  }
}

/** What the config says the content is, else what the log group's name says; several: its content is to tell. */
function candidates(source: SourceConfig | undefined, item: OpenItem): readonly Format[] {
  const named = source?.format ?? source?.dataset;
  if (named !== undefined) return formatsNamed(named);
  const format = item.kind === "logs" ? formatOfLogs(item.batch.group, item.batch.stream) : undefined;
  return format === undefined ? [] : [format];
}

function settingsOf(source: SourceConfig | undefined, index: number | undefined, item: OpenItem): SourceSettings {
  const formats = candidates(source, item);
  const [format] = formats;
  return {
    index,
    format: formats.length > 1 ? undefined : (format ?? (source?.dataset === undefined ? undefined : raw)),
    ...(formats.length > 1 ? { among: formats } : {}),
    dataset: source?.dataset ?? format?.dataset,
    compression: source?.compression,
    namespace: source?.namespace ?? DEFAULT_NAMESPACE,
    fields: source?.parse !== "raw",
    timestampField: source?.timestampField,
    messageField: source?.messageField,
    tags: source?.tags ?? [],
    constants: source?.fields ?? {},
  };
}
