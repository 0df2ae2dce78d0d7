/** Names one object in a store. `store` tells the reader where to look: an S3 bucket, or a file (`key` is its path, `bucket` its root). */
export interface ObjectRef {
  readonly store: "s3" | "file";
  readonly bucket: string;
  /** Decoded: as the store knows it, not as an event URL-encodes it. */
  readonly key: string;
  readonly etag?: string | undefined;
  readonly versionId?: string | undefined;
  /** Bytes as stored, when known. */
  readonly size?: number | undefined;
  readonly region?: string | undefined;
  readonly account?: string | undefined;
  /** ARN of the role to read it as, where it isn't the reader's own to read; and what that role's trust policy asks for. */
  readonly role?: string | undefined;
  readonly externalId?: string | undefined;
}

/** Bytes as stored; `end` is exclusive. `ifMatch` is the etag that an earlier range of the same read came with. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
  readonly ifMatch?: string | undefined;
}

export interface ObjectSlice {
  readonly etag: string;
  /** Whole object, in bytes as stored. */
  readonly size: number;
  /** Milliseconds since the epoch. */
  readonly lastModified?: number | undefined;
  readonly versionId?: string | undefined;
  /** User metadata: names in lower case, without S3's prefix. */
  readonly metadata?: Readonly<Record<string, string>> | undefined;
  readonly body: AsyncIterable<Uint8Array>;
}

/**
 * Bytes of an object, whatever it lies in. Ranged, so that nobody holds a socket open while a sink is slow.
 * A range that reaches past the end gives what there is; an empty object gives an empty body.
 * Fails with a SluiceError: OBJECT_CHANGED, OBJECT_MISSING, ACCESS_DENIED, OBJECT_ARCHIVED (terminal);
 * THROTTLED, TIMEOUT, RESET (core asks again, from the byte it has). The body may fail with the same codes.
 * Never retries by itself.
 */
export interface ObjectReader {
  read(ref: ObjectRef, range: ByteRange, signal: AbortSignal): Promise<ObjectSlice>;
}
