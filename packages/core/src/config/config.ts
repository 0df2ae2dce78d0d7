import type { Oversized } from "../framing/oversize.ts";
import type { Compression } from "../ports/codec.ts";
import type { SinkLimits } from "../ports/sink.ts";

export type Scalar = string | number | boolean;

/** One test of one field, or several tests joined. Shared by `include`, `exclude` and `when`. */
export type Predicate =
  | { readonly field: string; readonly equals: Scalar }
  | { readonly field: string; readonly in: readonly Scalar[] }
  | { readonly field: string; readonly glob: string }
  /** RE2's syntax; matches anywhere unless it is anchored. */
  | { readonly field: string; readonly regex: string }
  | { readonly field: string; readonly range: Range }
  /** IP ranges, of which one must hold the address. */
  | { readonly field: string; readonly cidr: string | readonly string[] }
  | { readonly field: string; readonly exists: boolean }
  | { readonly all: readonly Predicate[] }
  | { readonly any: readonly Predicate[] }
  | { readonly not: Predicate };

export interface Range {
  readonly gt?: number | undefined;
  readonly gte?: number | undefined;
  readonly lt?: number | undefined;
  readonly lte?: number | undefined;
}

/** Globs over where an item came from; all given ones must match. */
export interface SourceMatch {
  readonly bucket?: string | undefined;
  readonly key?: string | undefined;
  readonly logGroup?: string | undefined;
  readonly logStream?: string | undefined;
  readonly streamArn?: string | undefined;
  readonly account?: string | undefined;
  readonly region?: string | undefined;
}

/** How content is cut into records. `auto`: by what it looks like. */
export type FramingConfig =
  | { readonly type: "auto" | "lines" | "json" | "whole" | "none" }
  /** `path`: the names of the members on the way to the array, dotted or one by one; without any the document is the array. */
  | { readonly type: "json-array"; readonly path: string | readonly string[] }
  | {
      readonly type: "csv" | "tsv";
      readonly delimiter: string;
      /** Cells may stand in double quotes. */
      readonly quotes: boolean;
      /** The first row names the columns; or it doesn't, and they have numbers; or these are their names. */
      readonly header: boolean | readonly string[];
    }
  /** Exactly one of `start` and `end` (patterns), `continued` and `count`. */
  | {
      readonly type: "multiline";
      readonly start?: string | undefined;
      readonly end?: string | undefined;
      readonly continued?: true | undefined;
      readonly count?: number | undefined;
      readonly maxLines?: number | undefined;
      readonly maxBytes?: number | undefined;
    };

export interface SourceConfig {
  readonly match: SourceMatch;
  /** Also names the format where a format yields this dataset. */
  readonly dataset?: string | undefined;
  readonly namespace?: string | undefined;
  readonly format?: string | undefined;
  /** Of formats of lines: what the columns are, in their order, when no line says it. `-`: one that isn't wanted. */
  readonly columns?: readonly string[] | undefined;
  /** What objects are compressed with; missing or `auto`: what their first bytes show. */
  readonly compression?: Compression | undefined;
  readonly framing?: FramingConfig | undefined;
  /** What becomes of records larger than `read.maxFrameBytes`. Missing: `split` for lines, else `reject`. */
  readonly oversized?: Oversized | undefined;
  /** `ecs`: message and fields; `otel`: the same under the names of OpenTelemetry; `raw`: message, time and origin only. */
  readonly parse: "ecs" | "otel" | "raw";
  /** Of formats whose records name their own members (`json`, `logfmt`): which is the time, and which the message; dotted within others. */
  readonly timestampField?: string | undefined;
  readonly messageField?: string | undefined;
  /** Of objects: the role to read them as (another account's), what its trust policy asks for, and where the bucket lies. */
  readonly role?: string | undefined;
  readonly externalId?: string | undefined;
  readonly region?: string | undefined;
  readonly tags: readonly string[];
  /** Constant fields added to every record, by dotted name. */
  readonly fields: Readonly<Record<string, string>>;
}

/** As the field of `redact`: the message and all that the record itself says; not what is known of where it came from. */
export const EVERY_FIELD = "*";

/** Takes out what must not be kept: of the given fields (`*`: all that the record itself says) the parts that match, or the whole. */
export interface RedactConfig {
  readonly field: string | readonly string[];
  /** RE2's syntax. Missing: the whole value. */
  readonly pattern?: string | undefined;
  /** What stands in its place. Default `[redacted]`. */
  readonly with?: string | undefined;
  /** Instead of a mask: a keyed hash (HMAC-SHA-256, the first 128 bits in hex), so that equal values can still be told. */
  readonly hash?: { readonly key: string } | undefined;
  /** Instead of a mask: the field is taken out. */
  readonly drop?: boolean | undefined;
}

/** Keeps a share of the records, from 0 to 1, chosen by a hash of the record's id or of the field `by`. */
export interface SampleConfig {
  readonly rate: number;
  readonly by?: string | undefined;
}

/** One of these. */
export interface ProcessStep {
  readonly include?: Predicate | undefined;
  readonly exclude?: Predicate | undefined;
  readonly redact?: RedactConfig | undefined;
  readonly sample?: SampleConfig | undefined;
  /** Fields set to constants, by dotted name. */
  readonly add?: Readonly<Record<string, Scalar>> | undefined;
  /** Old name → new name. */
  readonly rename?: Readonly<Record<string, string>> | undefined;
  /** Fields taken out. */
  readonly drop?: readonly string[] | undefined;
  /** A module whose default export changes records: a file, from the config's place, or an npm name. */
  readonly transform?: string | undefined;
}

export interface RouteConfig {
  readonly when?: Predicate | undefined;
  readonly to: readonly string[];
  /** For this route's sinks only. */
  readonly process: readonly ProcessStep[];
  readonly continue: boolean;
}

/** Patience with a sink that may recover. */
export interface RetryConfig {
  /** Attempts of one batch, the first included. */
  readonly attempts: number;
  readonly minDelayMs: number;
  readonly maxDelayMs: number;
}

export interface SinkConfig {
  readonly type: string;
  /** false: best effort; what fails is dropped with a count and never holds up an acknowledgement. */
  readonly required: boolean;
  readonly limits: Overrides<SinkLimits>;
  /** Milliseconds without any progress of a full sink after which its records are owed, and reading goes on for the others. */
  readonly stallMs: number;
  /** Of a sink that isn't required: milliseconds without any progress after which it is left, once nothing else is waited for. */
  readonly bestEffortMs: number;
  readonly retry: RetryConfig;
  /** The adapter's own options. */
  readonly [option: string]: unknown;
}

export type DeadLetterConfig =
  | { readonly type: "s3"; readonly bucket: string; readonly prefix: string }
  | { readonly type: "file"; readonly path: string };

/** Where work that an invocation can't finish goes. */
export interface ContinuationConfig {
  /** URL of the SQS queue that this function reads. */
  readonly queue: string;
  /** Where bodies lie that are too large for the queue. Missing: such a body is refused. */
  readonly claims?: { readonly bucket: string; readonly prefix: string } | undefined;
  /** Invocations in a row for one piece of work; one more goes to the dead letters. */
  readonly maxHops: number;
  /** Bytes of an uncompressed object of lines, beyond which it is split into ranges of this size, for as many invocations. */
  readonly splitBytes: number;
}

/** Time kept back from reading: for the sinks to finish, and to hand over what is left. */
export interface DeadlineConfig {
  /** Milliseconds that are always kept back. */
  readonly marginMs: number;
  /** Most that is kept back, however slow the sinks are. */
  readonly maxMarginMs: number;
}

export interface ReadConfig {
  /** Bytes asked for at once from an object. */
  readonly partBytes: number;
  /** Decoded bytes of one object; beyond it the object fails with EXPANSION_LIMIT. */
  readonly maxExpandedBytes: number;
  /** Decoded bytes for each stored byte of one object, its first 64 MiB aside; beyond it the object fails with EXPANSION_LIMIT. */
  readonly maxExpansionRatio: number;
  /** Memory that the way an object was compressed asks for (a zstd window, Parquet pages); beyond it the object fails with EXPANSION_LIMIT. */
  readonly maxDecoderBytes: number;
  /** Decoded bytes of one inline payload (CloudWatch Logs, Kinesis); beyond it its unit fails with EXPANSION_LIMIT. */
  readonly maxInlineBytes: number;
  /** Largest record, in bytes; what becomes of a larger one is its source's `oversized`. Missing: 4 MiB where it is cut, else 8 MiB. */
  readonly maxFrameBytes?: number | undefined;
  /** Objects being read at once. */
  readonly concurrency: number;
  /** Stored bytes of the parts being read at once: many small objects, or a few large ones. */
  readonly maxReadBytes: number;
  /** Attempts to read on after a fault that may pass. */
  readonly attempts: number;
}

/** What some triggers are told, where that is for the function's owner to say. */
export interface TriggersConfig {
  readonly kafka: {
    /** The mapping has ReportBatchItemFailures: failed offsets are named; else the invocation throws and all comes again. */
    readonly reportBatchItemFailures: boolean;
  };
  readonly firehose: {
    /** Records go back to Firehose as lines of JSON, or to the sinks. */
    readonly mode: "transform" | "deliver";
    /** Bytes of an answer to Firehose; what doesn't fit is put back into the stream. Lambda allows 6 MB. */
    readonly maxResponseBytes: number;
  };
}

/** A config with its defaults filled in: what `parseConfig` gives. */
export interface Config {
  readonly sources: readonly SourceConfig[];
  readonly process: readonly ProcessStep[];
  readonly routes?: readonly RouteConfig[] | undefined;
  readonly sinks: Readonly<Record<string, SinkConfig>>;
  readonly deadLetter?: DeadLetterConfig | undefined;
  readonly continuation?: ContinuationConfig | undefined;
  readonly deadline: DeadlineConfig;
  /** What becomes of a unit that can't be decoded: it goes back to its queue, or to the dead letters. */
  readonly onUndecodable: "retry" | "deadLetter";
  /** What becomes of an object that isn't there any more: its unit goes back to its queue, it goes to the dead letters by its name, or it counts as superseded. */
  readonly onMissing: "retry" | "deadLetter" | "ignore";
  readonly triggers: TriggersConfig;
  readonly read: ReadConfig;
}

/** Some of `T`'s properties; undefined counts as left out. */
export type Overrides<T> = { readonly [K in keyof T]?: T[K] | undefined };
