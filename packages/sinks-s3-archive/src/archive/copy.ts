import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  type CopyObjectCommandInput,
  CreateMultipartUploadCommand,
  type S3Client,
  UploadPartCopyCommand,
} from "@aws-sdk/client-s3";
import { type CopyResult, DELIVERED, metadataOf, type ObjectCopy } from "@sluice/core";
import type { Failure } from "../aws/failure.ts";
import { keyOf } from "./key.ts";
import type { ArchiveOptions } from "./options.ts";
import { placed } from "./send.ts";

const MiB = 1024 * 1024;
/** Beyond this in parts: S3 copies 5 GiB at once, but takes longer for it than a request should. */
const MAX_WHOLE_BYTES = 1024 * MiB;
/** S3 takes up to 10,000 parts of up to 5 GiB (Amazon S3: Multipart upload limits). */
const PART_BYTES = 512 * MiB;
const MAX_PARTS = 10_000;
const PARTS_AT_ONCE = 4;

/** Refusals of this object alone (Amazon S3 API: Error Responses). */
const OF_OBJECT: ReadonlySet<string> = new Set([
  "InvalidObjectState",
  "NoSuchKey",
  "NoSuchVersion",
  "ObjectNotInActiveTierError",
  "PreconditionFailed",
]);

/** What is read is the version that was looked at, or nothing. */
type Source = Pick<CopyObjectCommandInput, "CopySource" | "CopySourceIfMatch">;

/** Runs one request within its time. */
export type Attempt = <T>(request: (abortSignal: AbortSignal) => Promise<T>) => Promise<T>;

/**
 * Has S3 copy an object from bucket to bucket; no byte of it comes here. Needs s3:GetObject on the source (and
 * s3:GetObjectVersion where the event names a version), s3:PutObject on the archive. Resolves to the copy's ETag.
 */
export function copyObject(
  client: S3Client,
  options: ArchiveOptions,
  copy: ObjectCopy,
  attempt: Attempt,
): Promise<string | undefined> {
  return copy.size > MAX_WHOLE_BYTES
    ? copyInParts(client, options, copy, attempt)
    : copyWhole(client, options, copy, attempt);
}

export function partBytesOf(size: number): number {
  return Math.max(PART_BYTES, Math.ceil(size / MAX_PARTS));
}

/** AccessDenied is about permissions, that other credentials of the same role haven't either. What doesn't pass is left to reading. */
export function copyResultOf(failure: Failure): CopyResult {
  if (failure.kind === "retry") return failure;
  if (failure.kind === "unauthorized" && failure.reason.code !== "AccessDenied") return failure;
  return { kind: "refused", reason: failure.reason, of: OF_OBJECT.has(failure.reason.code) ? "object" : "bucket" };
}

export function copied(etag: string | undefined): CopyResult {
  if (etag !== undefined) return DELIVERED;
  const message = "the answer to a copy names no ETag, so it is not from S3: check `endpoint`";
  return { kind: "refused", reason: { code: "SINK_PROTOCOL", message }, of: "bucket" };
}

async function copyWhole(
  client: S3Client,
  options: ArchiveOptions,
  copy: ObjectCopy,
  attempt: Attempt,
): Promise<string | undefined> {
  const command = new CopyObjectCommand({
    ...placed(options, keyOf(copy.partition, copy.id)),
    ...sourceOf(copy),
    // Not the source's own, whose tags would take permissions to read.
    Metadata: metadataOfCopy(copy),
    MetadataDirective: "REPLACE",
    TaggingDirective: "REPLACE",
  });
  const { CopyObjectResult } = await attempt((abortSignal) => client.send(command, { abortSignal }));
  return CopyObjectResult?.ETag;
}

async function copyInParts(
  client: S3Client,
  options: ArchiveOptions,
  copy: ObjectCopy,
  attempt: Attempt,
): Promise<string | undefined> {
  const { Bucket, Key, ...rest } = placed(options, keyOf(copy.partition, copy.id));
  const { ExpectedBucketOwner } = rest;
  const create = new CreateMultipartUploadCommand({ Bucket, Key, ...rest, Metadata: metadataOfCopy(copy) });
  const { UploadId } = await attempt((abortSignal) => client.send(create, { abortSignal }));
  const upload = { Bucket, Key, UploadId, ExpectedBucketOwner };
  try {
    const Parts = await copyParts(client, upload, copy, attempt);
    const complete = new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts } });
    return (await attempt((abortSignal) => client.send(complete, { abortSignal }))).ETag;
  } catch (error) {
    // Best effort: what stays is the life-cycle rule's for incomplete uploads.
    await attempt((abortSignal) => client.send(new AbortMultipartUploadCommand(upload), { abortSignal })).catch(
      () => {},
    );
    throw error;
  }
}

interface Upload {
  readonly Bucket: string;
  readonly Key: string;
  readonly UploadId: string | undefined;
  readonly ExpectedBucketOwner: string | undefined;
}

/** Some at once; when one fails no more are begun, and those under way are waited for. */
async function copyParts(
  client: S3Client,
  upload: Upload,
  copy: ObjectCopy,
  attempt: Attempt,
): Promise<CompletedPart[]> {
  const partBytes = partBytesOf(copy.size);
  const parts: CompletedPart[] = [];
  let next = 0;
  let failed = false;
  const work = async (): Promise<void> => {
    for (let i = next++; i * partBytes < copy.size && !failed; i = next++) {
      const PartNumber = i + 1;
      const CopySourceRange = `bytes=${i * partBytes}-${Math.min(PartNumber * partBytes, copy.size) - 1}`;
      const command = new UploadPartCopyCommand({ ...upload, ...sourceOf(copy), PartNumber, CopySourceRange });
      const { CopyPartResult } = await attempt((abortSignal) => client.send(command, { abortSignal })).catch(
        (error) => {
          failed = true;
          throw error;
        },
      );
      parts[i] = { PartNumber, ETag: CopyPartResult?.ETag };
    }
  };
  const workers = Array.from({ length: PARTS_AT_ONCE }, work);
  await Promise.allSettled(workers);
  await Promise.all(workers);
  return parts;
}

/** By which what is read from it again has the ids of what is read from the source. */
function metadataOfCopy({ ref, etag, lastModified }: ObjectCopy): Record<string, string> {
  const { bucket, key, region, account } = ref;
  const source = { bucket, key, etag, region, account, lastModified };
  return { ...metadataOf({ kind: "lines", start: 0, source }) };
}

function sourceOf({ ref, etag }: ObjectCopy): Source {
  const path = `${ref.bucket}/${ref.key.split("/").map(encodeURIComponent).join("/")}`;
  const version = ref.versionId === undefined ? "" : `?versionId=${encodeURIComponent(ref.versionId)}`;
  return { CopySource: path + version, CopySourceIfMatch: `"${etag.replaceAll('"', "")}"` };
}
