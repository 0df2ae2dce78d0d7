export type {
  Copying,
  DirectOptions,
  DirectRecord,
  ExplainedArchive,
  ExplainedItem,
  ExplainedRecord,
  ExplainedRoute,
  Explanation,
  Invocation,
  Pipeline,
  Ports,
  SinkCatalog,
} from "./api.ts";
export { ByteWriter } from "./bytes/byte-writer.ts";
export { isoMillis } from "./bytes/iso-time.ts";
export { instantiate } from "./bytes/wasm.ts";
export type { Config, ContinuationConfig, DeadLetterConfig, SinkConfig } from "./config/config.ts";
export { didYouMean } from "./config/did-you-mean.ts";
export { ConfigError, type ConfigIssue, configJsonSchema, parseConfig, sinkOptions } from "./config/parse-config.ts";
export { hasSecret, resolveSecrets } from "./config/secrets.ts";
export { type Given, type PassedKind, type Reach, reachOf } from "./continue/reach.ts";
export { decodeEvent } from "./envelope/decode.ts";
export type { Decoded, Item, Unit } from "./envelope/item.ts";
export { asSluiceError, type ErrorCode, quote, SluiceError } from "./errors.ts";
export type { FrameBlock } from "./framing/frame.ts";
export { gzip } from "./gzip/gzip.ts";
export { type ArchivedSource, type ArchiveMarks, metadataOf } from "./object/archive-marks.ts";
export { type Content, contents, type Stored } from "./object/contents.ts";
export { putBack, takeInflater } from "./object/inflate-kernel.ts";
export {
  badState,
  expectNoState,
  openState,
  RestartOffers,
  type RestartOptions,
  type StateKind,
  sealState,
} from "./object/restarts.ts";
export { answerUnbegun } from "./outcome/answer.ts";
export type { InvocationAnswer } from "./outcome/invocation-answer.ts";
export type {
  Counts,
  HandedOver,
  LetterFate,
  Outcome,
  PerSink,
  Resent,
  SinkTrouble,
  UnitOutcome,
} from "./outcome/outcome.ts";
export { createPipeline } from "./pipeline.ts";
export { type Clock, systemClock } from "./ports/clock.ts";
export {
  type ArchiveEntry,
  CODEC_HEAD_BYTES,
  COMPRESSIONS,
  type Codec,
  type Compression,
  type DecodeLimits,
  type Decoder,
  MAX_RESTART_BYTES,
  RATIO_FREE_BYTES,
  type RandomAccess,
  RESTART_EVERY_BYTES,
  type RestartPoint,
  type StreamOptions,
  type TableOptions,
} from "./ports/codec.ts";
export { type Claim, type ContinuationQueue, claimOf } from "./ports/continuation.ts";
export type { DeadLetter, DeadLetterStore, Letter, LetterName, UnitLetter } from "./ports/dead-letters.ts";
export { type Deadline, NO_DEADLINE } from "./ports/deadline.ts";
export { type Logger, type LogLevel, silentLogger } from "./ports/logger.ts";
export type { Meter } from "./ports/meter.ts";
export type { ByteRange, ObjectReader, ObjectRef, ObjectSlice } from "./ports/object-reader.ts";
export type { LoadPatterns, Pattern, PatternEngine, PatternOptions } from "./ports/patterns.ts";
export type { Postpone, Postponed } from "./ports/postpone.ts";
export type { Reingest, ReingestTarget } from "./ports/reingest.ts";
export type { SecretStore } from "./ports/secrets.ts";
export {
  type CopyResult,
  DELIVERED,
  defineSink,
  type EncodedBatch,
  type ObjectCopy,
  type Reason,
  type RecordOutcome,
  type SendCall,
  type SendResult,
  type Sink,
  type SinkContext,
  type SinkDefinition,
  type SinkLimits,
} from "./ports/sink.ts";
export type { LoadTransform, TransformFunction } from "./ports/transform.ts";
export { compileGlob, type Matcher } from "./process/glob.ts";
export { encodeDocument } from "./record/document.ts";
export { FORMATS } from "./record/formats/index.ts";
export { encodeLine, lineDocument } from "./record/line.ts";
export { type RecordView, recordId, writeId } from "./record/record.ts";
export { objectOfLetter } from "./resend/letter-object.ts";
export { retryAfterMs } from "./sink/retry-after.ts";
export { withTimeout } from "./sink/with-timeout.ts";
