import { Buffer } from "node:buffer";
import { crc32 } from "node:zlib";
import {
  PutObjectCommand,
  type PutObjectCommandInput,
  type PutObjectCommandOutput,
  type S3Client,
} from "@aws-sdk/client-s3";
import { type EncodedBatch, metadataOf } from "@sluice/core";
import { ENCODINGS } from "./encode.ts";
import { keyOf, nameOf } from "./key.ts";
import type { ArchiveOptions } from "./options.ts";

export interface Put {
  /** CRC-32 of the body that was sent, as S3 writes it. */
  readonly checksum: string;
  readonly answer: PutObjectCommandOutput;
}

/** One PutObject. The same batch gives the same key and the same bytes: there is no time or name in the gzip header. */
export async function put(
  client: S3Client,
  options: ArchiveOptions,
  batch: EncodedBatch,
  abortSignal: AbortSignal,
): Promise<Put> {
  abortSignal.throwIfAborted();
  const checksum = checksumOf(batch.bytes);
  const command = new PutObjectCommand({
    ...placed(options, keyOf(batch.partition, nameOf(batch))),
    Body: batch.bytes,
    ChecksumCRC32: checksum,
    Metadata: { ...metadataOf(ENCODINGS[options.format].marks(batch)) },
  });
  return { checksum, answer: await client.send(command, { abortSignal }) };
}

type Place = { readonly Bucket: string; readonly Key: string } & Pick<
  PutObjectCommandInput,
  "ContentType" | "StorageClass" | "ServerSideEncryption" | "SSEKMSKeyId" | "ExpectedBucketOwner"
>;

/** Where an object goes and how it is kept there, however it comes. */
export function placed(options: ArchiveOptions, key: string): Place {
  return {
    Bucket: options.bucket,
    Key: key,
    ContentType: "application/gzip",
    StorageClass: options.storageClass,
    ServerSideEncryption: options.sse,
    SSEKMSKeyId: options.kmsKeyId,
    ExpectedBucketOwner: options.expectedBucketOwner,
  };
}

/** Four bytes, big-endian, in base64 (S3: Checking object integrity). */
export function checksumOf(bytes: Uint8Array): string {
  const four = Buffer.alloc(4);
  four.writeUInt32BE(crc32(bytes));
  return four.toString("base64");
}
