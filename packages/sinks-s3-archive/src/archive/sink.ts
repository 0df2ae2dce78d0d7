import { HeadBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { type Reason, type SendResult, type Sink, type SinkLimits, withTimeout } from "@sluice/core";
import { clientConfig } from "../aws/client.ts";
import { type Failure, failureOf } from "../aws/failure.ts";
import { redactor } from "../aws/redact.ts";
import { type Attempt, copied, copyObject, copyResultOf } from "./copy.ts";
import { ENCODINGS, type Encoding } from "./encode.ts";
import { keyPartition, templateOf } from "./key.ts";
import { type ArchiveOptions, copies } from "./options.ts";
import { ERRORS, outcomeOf } from "./outcomes.ts";
import { put } from "./send.ts";

const MiB = 1024 * 1024;

/** A cell is one batch. Documents of flow log lines are 13 times as long as the lines: their cells are not cut either. */
const LIMITS: Partial<SinkLimits> = {
  cellBytes: 8 * MiB,
  maxBatchBytes: 256 * MiB,
  maxBatchRecords: 10_000_000,
  maxInFlight: 2,
};

/** Without cells a batch ends with its invocation, or when it is this large. */
const COMBINED: Partial<SinkLimits> = { maxBatchBytes: 64 * MiB, maxBatchRecords: 1_000_000, maxInFlight: 2 };

function encoding(format: ArchiveOptions["format"]): Omit<Encoding, "marks"> {
  const { marks: _, ...rest } = ENCODINGS[format];
  return rest;
}

export function archiveSink(options: ArchiveOptions): Sink {
  const { bucket, requestTimeoutMs, forcePathStyle, expectedBucketOwner } = options;
  const client = new S3Client({ ...clientConfig(options), forcePathStyle });
  const failed = async (error: unknown): Promise<Failure> =>
    failureOf(error, ERRORS, await redactor(() => client.config.credentials()), Date.now());
  const reach = async (abortSignal: AbortSignal): Promise<undefined> => {
    const command = new HeadBucketCommand({ Bucket: bucket, ExpectedBucketOwner: expectedBucketOwner });
    await client.send(command, { abortSignal });
  };
  const copy: Sink["copyObject"] = (what, { signal: given }) => {
    const attempt: Attempt = (request) => withTimeout(requestTimeoutMs, given, request);
    return copyObject(client, options, what, attempt).then(copied, async (error) => copyResultOf(await failed(error)));
  };

  return {
    dedupes: options.combine ? "never" : "within-object",
    limits: options.combine ? COMBINED : LIMITS,
    gzip: options.compressionLevel,
    holds: (name) => name === bucket,
    partition: keyPartition(templateOf(options)),
    ...encoding(options.format),
    send: (batch, call): Promise<SendResult> =>
      withTimeout(requestTimeoutMs, call.signal, (signal) => put(client, options, batch, signal)).then(
        outcomeOf,
        failed,
      ),
    ...(copies(options) ? { copyObject: copy } : {}),
    probe: (signal): Promise<Reason | undefined> =>
      withTimeout(requestTimeoutMs, signal, reach).catch(async (error) => (await failed(error)).reason),
    close: async () => client.destroy(),
  };
}
