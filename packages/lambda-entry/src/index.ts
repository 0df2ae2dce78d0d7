export { SINK_TYPES, type SinkCatalogOptions, sinkCatalog } from "./adapters.ts";
export {
  type BucketObject,
  type Buckets,
  createBuckets,
  type ListObjects,
  type ListPage,
  type ListRequest,
} from "./aws/buckets.ts";
export { type CheckContinuationOptions, checkContinuation, type Finding } from "./aws/check-continuation.ts";
export { type ContinuationOptions, createContinuationQueue } from "./aws/continuation.ts";
export { createS3DeadLetters } from "./aws/dead-letters.ts";
export { type FunctionSizeOptions, functionSize } from "./aws/function-size.ts";
export type { AwsOptions } from "./aws/options.ts";
export { createPostpone, type PostponeOptions } from "./aws/postpone.ts";
export { createS3Reader, type S3ReaderOptions } from "./aws/s3-reader.ts";
export { createSecretStore, type SecretStoreOptions } from "./aws/secrets.ts";
export type { SqsRecord } from "./aws/sqs/event.ts";
export { placeOfQueue, type QueuePlace } from "./aws/sqs/place.ts";
export {
  createPolledQueue,
  MAX_MESSAGES,
  MAX_WAIT_SECONDS,
  type PolledQueue,
  type PolledQueueOptions,
  type QueueState,
  type ReceiveOptions,
  type Refusal,
} from "./aws/sqs/polled-queue.ts";
export { createQueueTarget, type Outgoing, type QueueTarget } from "./aws/sqs/queue-target.ts";
export { awsFetchers, type ConfigFetchers } from "./config/fetchers.ts";
export { type LoadConfigOptions, type LoadedConfig, loadConfig } from "./config/load-config.ts";
export { createHandler, type HandlerOptions, type LambdaContext, type LambdaHandler } from "./create-handler.ts";
export { createPorts, type PortOptions } from "./create-ports.ts";
export { createDeadLetterStore } from "./dead-letters.ts";
export type { Env } from "./env.ts";
export { createFileDeadLetters } from "./local/dead-letters.ts";
export { bucketFolders, localFiles } from "./local/file-reader.ts";
export { type JsonLoggerOptions, jsonLogger, logLevel } from "./logger.ts";
export { noOptions } from "./no-options.ts";
export { parseDeadLetter } from "./parse-dead-letter.ts";
export { readerByStore } from "./reader-by-store.ts";
export { logSummary } from "./summary.ts";
