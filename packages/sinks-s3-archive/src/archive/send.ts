import { Buffer } from "node:buffer";
import { crc32 } from "node:zlib";
import { PutObjectCommand, type PutObjectCommandOutput, type S3Client } from "@aws-sdk/client-s3";
import type { EncodedBatch } from "@sluice/core";
import { keyOf } from "./key.ts";
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
    Bucket: options.bucket,
    Key: keyOf(batch),
    Body: batch.bytes,
    ContentType: "application/gzip",
    ChecksumCRC32: checksum,
    StorageClass: options.storageClass,
    ServerSideEncryption: options.sse,
    SSEKMSKeyId: options.kmsKeyId,
    ExpectedBucketOwner: options.expectedBucketOwner,
  });
  return { checksum, answer: await client.send(command, { abortSignal }) };
}

/** Four bytes, big-endian, in base64 (S3: Checking object integrity). */
export function checksumOf(bytes: Uint8Array): string {
  const four = Buffer.alloc(4);
  four.writeUInt32BE(crc32(bytes));
  return four.toString("base64");
}
