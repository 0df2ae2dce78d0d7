import { SluiceError } from "@sluice/core";
import type { AwsOptions } from "./options.ts";
import { s3Clients } from "./s3-clients.ts";
import { s3Error } from "./s3-errors.ts";

/** What a listing says of an object. */
export interface BucketObject {
  /** Decoded. */
  readonly key: string;
  readonly size: number;
  readonly etag: string | undefined;
  /** Milliseconds since the epoch. */
  readonly lastModified: number;
}

export interface ListRequest {
  readonly bucket: string;
  readonly prefix: string;
  /** Only keys behind it, in the order of their bytes. */
  readonly after?: string | undefined;
  /** With it, keys that have it behind the prefix are told by what is before it, once. */
  readonly delimiter?: string | undefined;
}

export interface ListPage {
  readonly objects: readonly BucketObject[];
  /** Common beginnings of keys, up to the delimiter. */
  readonly prefixes: readonly string[];
  /** There are more keys behind these. */
  readonly more: boolean;
}

/** One page of at most 1,000 keys, in the order of their bytes. Fails with the codes of reading objects. */
export type ListObjects = (request: ListRequest, signal: AbortSignal) => Promise<ListPage>;

/** Of one request, those of the SDK included. */
const ATTEMPTS = 6;
const SOCKET_TIMEOUT_MS = 30_000;

/** What a command line does to buckets beside reading objects. Fails with the codes of reading objects. */
export interface Buckets {
  readonly list: ListObjects;
  /** Where the bucket lies; undefined when S3 doesn't say so. */
  regionOf(bucket: string, signal: AbortSignal): Promise<string | undefined>;
  remove(bucket: string, key: string, signal: AbortSignal): Promise<void>;
}

/** Each request goes to the bucket's own region. */
export function createBuckets({ aws = {} }: { readonly aws?: AwsOptions } = {}): Buckets {
  const clients = s3Clients(aws, { maxAttempts: ATTEMPTS, socketTimeoutMs: SOCKET_TIMEOUT_MS });
  const list: ListObjects = async ({ bucket, prefix, after, delimiter }, signal) => {
    const [client, { ListObjectsV2Command }] = await Promise.all([clients(), import("./sdk/s3-buckets.ts")]);
    const command = new ListObjectsV2Command({
      Bucket: bucket,
      Prefix: prefix,
      StartAfter: after,
      Delimiter: delimiter,
      // Keys may hold what XML can't.
      EncodingType: "url",
    });
    const answer = await client.send(command, { abortSignal: signal }).catch((error: unknown) => {
      throw named(s3Error(error, signal), `listing s3://${bucket}/${prefix}`);
    });
    const decode = answer.EncodingType === "url" ? decoded : (key: string): string => key;
    return {
      objects: (answer.Contents ?? []).map(({ Key = "", Size = 0, ETag, LastModified }) => ({
        key: decode(Key),
        size: Size,
        etag: ETag?.replaceAll('"', ""),
        lastModified: LastModified?.getTime() ?? 0,
      })),
      prefixes: (answer.CommonPrefixes ?? []).map(({ Prefix = "" }) => decode(Prefix)),
      more: answer.IsTruncated === true,
    };
  };
  const regionOf = async (bucket: string, abortSignal: AbortSignal): Promise<string | undefined> => {
    const [client, { HeadBucketCommand }] = await Promise.all([clients(), import("./sdk/s3-buckets.ts")]);
    try {
      return (await client.send(new HeadBucketCommand({ Bucket: bucket }), { abortSignal })).BucketRegion;
    } catch {
      // Listing it tells why.
      return undefined;
    }
  };
  const remove = async (Bucket: string, Key: string, abortSignal: AbortSignal): Promise<void> => {
    const [client, { DeleteObjectCommand }] = await Promise.all([clients(), import("./sdk/s3-buckets.ts")]);
    await client.send(new DeleteObjectCommand({ Bucket, Key }), { abortSignal }).catch((error: unknown) => {
      throw named(s3Error(error, abortSignal), `deleting s3://${Bucket}/${Key}`);
    });
  };
  return { list, regionOf, remove };
}

function decoded(text: string): string {
  return decodeURIComponent(text.replaceAll("+", " "));
}

function named(error: unknown, what: string): unknown {
  if (!(error instanceof SluiceError)) return error;
  return new SluiceError(error.code, `${what}: ${error.message}`, { cause: error });
}
