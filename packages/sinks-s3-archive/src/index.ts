export { default as s3Archive } from "./archive/index.ts";
export type { ArchiveOptions } from "./archive/options.ts";
export { default as firehose } from "./firehose/index.ts";
export type { FirehoseOptions } from "./firehose/options.ts";
