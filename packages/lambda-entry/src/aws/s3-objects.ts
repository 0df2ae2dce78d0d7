import { SluiceError } from "@sluice/core";
import type { AwsOptions } from "./options.ts";
import { s3Clients } from "./s3-clients.ts";
import { s3ErrorCode } from "./s3-errors.ts";
import { SOCKET_TIMEOUT_MS } from "./s3-reader.ts";

/** The SDK's own attempts: nobody above repeats these calls. */
const MAX_ATTEMPTS = 5;

export interface ListedObject {
  readonly key: string;
  /** Bytes as stored. */
  readonly size: number;
}

export interface S3Objects {
  /** All whose key begins with the prefix, in the order of their keys, a page at a time. Folders' empty placeholders are left out. */
  list(bucket: string, prefix: string, signal: AbortSignal): AsyncIterable<readonly ListedObject[]>;
  remove(bucket: string, key: string, signal: AbortSignal): Promise<void>;
}

/** What a command line does to buckets beside reading objects. Fails with a SluiceError that names the bucket. */
export function createS3Objects({ aws = {} }: { readonly aws?: AwsOptions } = {}): S3Objects {
  const client = s3Clients(aws, { maxAttempts: MAX_ATTEMPTS, socketTimeoutMs: SOCKET_TIMEOUT_MS });
  return {
    async *list(Bucket, Prefix, abortSignal) {
      let ContinuationToken: string | undefined;
      do {
        const page = await named(`s3://${Bucket}/${Prefix}`, async () => {
          const [s3, { ListObjectsV2Command }] = await Promise.all([client(), import("./sdk/s3-objects.ts")]);
          return s3.send(new ListObjectsV2Command({ Bucket, Prefix, ContinuationToken }), { abortSignal });
        });
        yield (page.Contents ?? []).flatMap(({ Key, Size = 0 }) =>
          Key === undefined || Key.endsWith("/") ? [] : [{ key: Key, size: Size }],
        );
        ContinuationToken = page.IsTruncated === true ? page.NextContinuationToken : undefined;
      } while (ContinuationToken !== undefined);
    },
    async remove(Bucket, Key, abortSignal) {
      await named(`s3://${Bucket}/${Key}`, async () => {
        const [s3, { DeleteObjectCommand }] = await Promise.all([client(), import("./sdk/s3-objects.ts")]);
        await s3.send(new DeleteObjectCommand({ Bucket, Key }), { abortSignal });
      });
    },
  };
}

async function named<T>(where: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    const words = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    throw new SluiceError(s3ErrorCode(error), `${where}: ${words}`, { cause: error });
  }
}
