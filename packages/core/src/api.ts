import type { Outcome, Resent } from "./outcome/outcome.ts";
import type { Clock } from "./ports/clock.ts";
import type { Codec } from "./ports/codec.ts";
import type { ContinuationQueue } from "./ports/continuation.ts";
import type { DeadLetter, DeadLetterStore, LetterName } from "./ports/dead-letters.ts";
import type { Deadline } from "./ports/deadline.ts";
import type { Logger } from "./ports/logger.ts";
import type { Meter } from "./ports/meter.ts";
import type { ObjectReader, ObjectRef } from "./ports/object-reader.ts";
import type { LoadPatterns } from "./ports/patterns.ts";
import type { Postpone } from "./ports/postpone.ts";
import type { Reingest } from "./ports/reingest.ts";
import type { SecretStore } from "./ports/secrets.ts";
import type { SinkDefinition } from "./ports/sink.ts";
import type { LoadTransform } from "./ports/transform.ts";
import type { FormatFrom } from "./record/source.ts";
import type { SinkCheck } from "./sink/check-sinks.ts";

/** Loads the code of a kind of sink, by its `type` in the config; undefined, or SINK_UNKNOWN naming the known ones, for a type nobody knows. */
export type SinkCatalog = (type: string) => Promise<SinkDefinition | undefined>;

/** What the core needs from outside. Only `sinks` must be there: the rest is for what reads objects, holds secrets and so on. */
export interface Ports {
  readonly sinks: SinkCatalog;
  readonly reader?: ObjectReader;
  readonly secrets?: SecretStore;
  readonly deadLetters?: DeadLetterStore;
  /** Beside gzip, zlib and zstd, which core has. */
  readonly codecs?: readonly Codec[];
  readonly patterns?: LoadPatterns;
  readonly transform?: LoadTransform;
  readonly reingest?: Reingest;
  readonly continuation?: ContinuationQueue;
  readonly postpone?: Postpone;
  readonly clock?: Clock;
  readonly logger?: Logger;
  readonly meter?: Meter;
  /** Names the config in error messages: its path, or where it came from. */
  readonly configName?: string;
  /** Where the command runs: relative paths in sinks start from here. Default: ".". */
  readonly baseDir?: string;
}

/** What is known of one invocation and its payload doesn't tell. */
export interface Invocation {
  readonly deadline?: Deadline;
  /** Of the function or stream that received the event. */
  readonly region?: string;
  readonly account?: string;
  /** What comes may have been delivered before (a replay, a backfill), whatever the event says. */
  readonly again?: boolean;
}

/** A record pushed in by a program. */
export interface DirectRecord {
  readonly message: string;
  /** Milliseconds since the epoch; missing: the time of the call, and the document says so. */
  readonly timestamp?: number;
  /** Own name of the record within its stream; the same name gets the same id. Default: one that never comes again. */
  readonly id?: string;
  readonly fields?: Readonly<Record<string, unknown>>;
}

export interface DirectOptions extends Invocation {
  /** Names the program or the log it writes. Default "direct". */
  readonly stream?: string;
}

/** Where a record would go by some of the config's routes. */
export interface ExplainedRoute {
  /** Numbers of the routes in the config, from 0; none where it has none. */
  readonly routes: readonly number[];
  readonly sinks: readonly string[];
  /** The route's own steps take it out. */
  readonly filtered: boolean;
}

export interface ExplainedRecord {
  readonly id: string;
  readonly routes: readonly ExplainedRoute[];
  /** As it was read, before `process`. */
  readonly document: unknown;
}

/** An object that an archive wrote. */
export interface ExplainedArchive {
  readonly kind: "documents" | "lines";
  /** Its records have the ids and origins with which they were archived. */
  readonly keepsIds: boolean;
  /** Why they don't. */
  readonly reason?: string | undefined;
  /** Of lines: the object that they are a piece of, and the decoded byte at which they begin there. */
  readonly of?: string | undefined;
  readonly from?: number | undefined;
  /** Sinks that have its records already, and don't get them again. */
  readonly heldBy: readonly string[];
}

/** One item of an event as `explain` shows it. */
export interface ExplainedItem {
  readonly unit: string;
  /** Envelopes from the outside in. */
  readonly path: readonly string[];
  readonly what: string;
  readonly status: "record source" | "ignored" | "undecodable";
  readonly reason?: string | undefined;
  readonly compression?: string | undefined;
  /** Number of the source in the config that matched, from 0; undefined when detected. */
  readonly source?: number | undefined;
  /** How it is cut into records. */
  readonly framing?: string | undefined;
  readonly format?: string | undefined;
  /** What told the format. */
  readonly formatFrom?: FormatFrom | undefined;
  readonly dataset?: string | undefined;
  readonly namespace?: string | undefined;
  /** Of the first record. */
  readonly sinks?: readonly string[] | undefined;
  readonly routes?: readonly ExplainedRoute[] | undefined;
  /** There for an object that an archive wrote, or that looks like one. */
  readonly archive?: ExplainedArchive | undefined;
  /** Sinks that copy the object whole rather than take its records. */
  readonly copiedBy?: readonly string[] | undefined;
  readonly records?: readonly ExplainedRecord[] | undefined;
}

/** A sink that copies whole objects. */
export interface Copying {
  readonly sink: string;
  /** Whatever is in them: no step and no route has to look at a record first. */
  readonly always: boolean;
}

export interface Explanation {
  readonly trigger: string;
  readonly ok: boolean;
  readonly items: readonly ExplainedItem[];
}

export interface Pipeline {
  /** One Lambda event, whatever its shape. Never throws for what the event or a sink said: see `Outcome.error`. */
  handle(event: unknown, invocation?: Invocation): Promise<Outcome>;
  /** Objects named by the caller; each is a unit of its own. */
  objects(refs: readonly ObjectRef[], invocation?: Invocation): Promise<Outcome>;
  /** Records from a program, without event or envelope. */
  write(records: Iterable<DirectRecord>, options?: DirectOptions): Promise<Outcome>;
  /**
   * Dead letters, each to the sink that refused it and no other, past all processing, with the id and document that it has. Each is a
   * unit of its own: one that can't be sent (its sink isn't in the config, say) fails alone. What is refused again becomes a dead letter
   * again. All are held until they are settled: callers pass as many at once as they have memory for.
   */
  resend(letters: readonly DeadLetter[], invocation?: Invocation): Promise<Resent>;
  /**
   * The records that dead letters are of, read again from their objects and taken through all of the pipeline, each to the sink that
   * refused it and no other. An object is read once for all its letters in the call. Of what was cut otherwise, all records that lie where
   * the letter's did. Each letter is a unit of its own: one whose object isn't kept, is gone or was replaced fails alone.
   */
  reprocess(letters: readonly LetterName[], invocation?: Invocation): Promise<Resent>;
  /** How an event would unwrap and where it would go. Reads the first bytes of objects, sends nothing. */
  explain(event: unknown, invocation?: Invocation): Promise<Explanation>;
  /** Validates each sink's options; with `connect`, also resolves its secrets and reaches it. One entry per sink that has trouble, or for each caveat. */
  check(options: { readonly connect: boolean }): Promise<readonly SinkCheck[]>;
  /** The sinks that take over objects without their being read, where these are gzip of lines. */
  copying(): Promise<readonly Copying[]>;
  close(): Promise<void>;
}
