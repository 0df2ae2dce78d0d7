import { addAbortSignal, type Readable } from "node:stream";
import type { GetObjectCommandOutput } from "@aws-sdk/client-s3";
import { type ByteRange, type ObjectReader, type ObjectRef, type ObjectSlice, SluiceError } from "@sluice/core";
import type { AwsOptions } from "./options.ts";
import { s3Clients } from "./s3-clients.ts";
import { s3Error } from "./s3-errors.ts";

/** Milliseconds of silence on a connection, waiting for an answer or within a body, before TIMEOUT. */
export const SOCKET_TIMEOUT_MS = 10_000;

export interface S3ReaderOptions {
  readonly aws?: AwsOptions;
  readonly socketTimeoutMs?: number;
}

/** Objects in S3, each from its bucket's region (`ref.region`) where the event tells it. One GET per call, never retried here. */
export function createS3Reader(options: S3ReaderOptions = {}): ObjectReader {
  const socketTimeoutMs = options.socketTimeoutMs ?? SOCKET_TIMEOUT_MS;
  const client = s3Clients(options.aws ?? {}, { maxAttempts: 1, socketTimeoutMs });
  return {
    async read(ref, range, signal) {
      try {
        const [s3, { GetObjectCommand }] = await Promise.all([client(ref.region), import("./sdk/s3.ts")]);
        const answer = await s3.send(new GetObjectCommand(request(ref, range)), { abortSignal: signal });
        return slice(answer, ref, range, signal);
      } catch (error) {
        const empty = beyondTheEnd(error, ref, range);
        if (empty !== undefined) return empty;
        throw s3Error(error, signal);
      }
    },
  };
}

function request(ref: ObjectRef, range: ByteRange) {
  return {
    Bucket: ref.bucket,
    Key: ref.key,
    Range: `bytes=${range.start}-${range.end - 1}`,
    ...(range.ifMatch === undefined ? {} : { IfMatch: `"${range.ifMatch}"` }),
    ...(ref.versionId === undefined ? {} : { VersionId: ref.versionId }),
  };
}

function slice(answer: GetObjectCommandOutput, ref: ObjectRef, range: ByteRange, signal: AbortSignal): ObjectSlice {
  const stream = answer.Body as Readable;
  try {
    return {
      etag: unquoted(answer.ETag) ?? ref.etag ?? "",
      size: wholeSize(answer, range),
      lastModified: answer.LastModified?.getTime(),
      versionId: answer.VersionId,
      body: bytes(stream, signal),
    };
  } catch (error) {
    stream.destroy();
    throw error;
  }
}

/** Content-Range is `bytes 0-99/1234`; none means that the whole object came, which is right only for a range from 0. */
function wholeSize(answer: GetObjectCommandOutput, range: ByteRange): number {
  const parts = /^bytes (\d+)-\d+\/(\d+)$/.exec(answer.ContentRange ?? "");
  const start = parts === null ? 0 : Number(parts[1]);
  if (start === range.start) return parts === null ? (answer.ContentLength ?? 0) : Number(parts[2]);
  throw new SluiceError("INTERNAL", `asked for bytes from ${range.start}, the store answered with those from ${start}`);
}

/** Ends the response when the reader stops early or the signal fires, so that its connection isn't held. */
function bytes(stream: Readable, signal: AbortSignal): AsyncIterable<Uint8Array> {
  stream.on("error", () => {}); // it may fail before anyone reads it; whoever then reads is told
  addAbortSignal(signal, stream);
  return {
    async *[Symbol.asyncIterator]() {
      try {
        yield* stream as AsyncIterable<Uint8Array>;
      } catch (error) {
        throw s3Error(error, signal);
      } finally {
        stream.destroy();
      }
    },
  };
}

/** S3 has no range that an empty object, or one that ends before `start`, could answer: 416. */
function beyondTheEnd(error: unknown, ref: ObjectRef, range: ByteRange): ObjectSlice | undefined {
  const { $metadata, ActualObjectSize } = (error ?? {}) as {
    readonly $metadata?: { readonly httpStatusCode?: number };
    readonly ActualObjectSize?: string | number;
  };
  if ($metadata?.httpStatusCode !== 416) return undefined;
  const size = range.start === 0 ? 0 : Number(ActualObjectSize ?? range.start);
  return { etag: range.ifMatch ?? ref.etag ?? "", size, body: nothing() };
}

async function* nothing(): AsyncGenerator<Uint8Array> {}

function unquoted(etag: string | undefined): string | undefined {
  return etag?.replace(/^(?:W\/)?"(.*)"$/, "$1");
}
