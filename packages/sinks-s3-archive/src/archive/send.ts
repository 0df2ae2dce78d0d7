import { Buffer } from "node:buffer";
import { promisify } from "node:util";
import { crc32, gzip as gzipWithCallback } from "node:zlib";
import { PutObjectCommand, type PutObjectCommandOutput, type S3Client } from "@aws-sdk/client-s3";
import type { EncodedBatch } from "@sluice/core";
import { keyOf } from "./key.ts";
import type { ArchiveOptions } from "./options.ts";

/** Off the main thread: a cell takes some hundred milliseconds. */
const gzip = promisify(gzipWithCallback);

export interface Put {
  /** CRC-32 of the body that was sent, as S3 writes it. */
  readonly checksum: string;
  readonly answer: PutObjectCommandOutput;
}

/** One PutObject. The same batch gives the same key and the same bytes: zlib writes a gzip header without time or name. */
export async function put(
  client: S3Client,
  options: ArchiveOptions,
  batch: EncodedBatch,
  abortSignal: AbortSignal,
): Promise<Put> {
  const body = await gzip(batch.bytes, { level: options.compressionLevel });
  abortSignal.throwIfAborted();
  const checksum = checksumOf(body);
  const command = new PutObjectCommand({
    Bucket: options.bucket,
    Key: keyOf(batch),
    Body: body,
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
