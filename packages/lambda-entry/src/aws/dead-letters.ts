import { asSluiceError, type DeadLetterStore } from "@sluice/core";
import { deadLetterLines } from "../dead-letter-lines.ts";
import type { AwsOptions } from "./options.ts";
import { s3Clients } from "./s3-clients.ts";
import { SOCKET_TIMEOUT_MS } from "./s3-reader.ts";

/** The SDK's own attempts: nobody above repeats a put. */
const MAX_ATTEMPTS = 3;

export interface S3DeadLetterOptions {
  readonly bucket: string;
  readonly prefix: string;
  readonly aws?: AwsOptions;
}

/** One NDJSON object per put, under prefix + key; S3 checks it against its checksum before it says yes. */
export function createS3DeadLetters({ bucket, prefix, aws = {} }: S3DeadLetterOptions): DeadLetterStore {
  const client = s3Clients(aws, { maxAttempts: MAX_ATTEMPTS, socketTimeoutMs: SOCKET_TIMEOUT_MS });
  return {
    async put(key, letters, signal) {
      try {
        const [s3, { PutObjectCommand }] = await Promise.all([client(), import("./sdk/s3.ts")]);
        const put = new PutObjectCommand({
          Bucket: bucket,
          Key: prefix + key,
          Body: deadLetterLines(letters),
          ContentType: "application/x-ndjson",
          ChecksumAlgorithm: "CRC32",
        });
        await s3.send(put, { abortSignal: signal });
      } catch (error) {
        throw asSluiceError(error, "DEAD_LETTER_FAILED");
      }
    },
  };
}
