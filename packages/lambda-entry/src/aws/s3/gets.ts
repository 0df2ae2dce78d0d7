import type { ByteRange, ObjectRef } from "@sluice/core";
import type { Env } from "../../env.ts";
import type { AwsOptions } from "../options.ts";
import { s3Clients } from "../s3-clients.ts";
import { type Place, plainPlace } from "./place.ts";
import { getSigner, type SignGet, uriEncode, uriPath } from "./sigv4.ts";
import type { Get } from "./transport.ts";

export interface GetsOptions {
  readonly aws: AwsOptions;
  readonly env: Env | undefined;
  readonly socketTimeoutMs: number;
}

/** Makes the requests for objects: how they are signed is found out once per bucket and region. */
export interface Gets {
  of(ref: ObjectRef, range: ByteRange): Promise<Get>;
  /** S3 no longer takes the credentials. */
  expired(ref: ObjectRef): Promise<void>;
  /** S3 says that the bucket lies in this region; false when that is where it was looked for. */
  moved(ref: ObjectRef, region: string): boolean;
}

/** A bucket's place and its signer; undefined where the SDK has to sign each request. */
type Known = { readonly place: Place; readonly sign: SignGet } | undefined;

export function createGets({ aws, env, socketTimeoutMs }: GetsOptions): Gets {
  const client = s3Clients(aws, { maxAttempts: 1, socketTimeoutMs });
  const places = new Map<string, Promise<Known>>();
  const regions = new Map<string, string>();
  const regionOf = (ref: ObjectRef): string | undefined => regions.get(ref.bucket) ?? ref.region;

  const find = async (bucket: string, region: string | undefined): Promise<Known> => {
    const plain = env === undefined ? undefined : plainPlace(bucket, region, aws, env);
    const place = plain ?? (await (await import("./sdk-place.ts")).sdkPlace(await client(region), bucket));
    return place === undefined ? undefined : { place, sign: getSigner(new URL(place.origin).host, place.region) };
  };

  const known = (ref: ObjectRef): Promise<Known> => {
    const region = regionOf(ref);
    const id = `${region ?? ""}/${ref.bucket}`;
    let finding = places.get(id);
    if (finding === undefined) {
      finding = find(ref.bucket, region);
      places.set(id, finding);
      finding.catch(() => places.delete(id));
    }
    return finding;
  };

  return {
    async of(ref, range) {
      const found = await known(ref);
      if (found !== undefined) return signed(found.place, found.sign, ref, range);
      const { sdkGet } = await import("./sdk-place.ts");
      return sdkGet(await client(regionOf(ref)), sdkInput(ref, range));
    },
    async expired(ref) {
      (await known(ref))?.place.expired?.();
    },
    moved(ref, region) {
      if (regionOf(ref) === region) return false;
      regions.set(ref.bucket, region);
      return true;
    },
  };
}

async function signed(place: Place, sign: SignGet, ref: ObjectRef, range: ByteRange): Promise<Get> {
  const path = `${place.path}/${uriPath(ref.key)}`;
  const query = ref.versionId === undefined ? "" : `versionId=${uriEncode(ref.versionId)}`;
  const proof = sign({ path, query }, await place.credentials(), Date.now());
  const headers: Record<string, string> = { range: bytesOf(range), ...proof };
  if (range.ifMatch !== undefined) headers["if-match"] = quoted(range.ifMatch);
  return { origin: place.origin, path: query === "" ? path : `${path}?${query}`, headers };
}

function sdkInput(ref: ObjectRef, range: ByteRange) {
  return {
    Bucket: ref.bucket,
    Key: ref.key,
    Range: bytesOf(range),
    ...(range.ifMatch === undefined ? {} : { IfMatch: quoted(range.ifMatch) }),
    ...(ref.versionId === undefined ? {} : { VersionId: ref.versionId }),
  };
}

function bytesOf({ start, end }: ByteRange): string {
  return `bytes=${start}-${end - 1}`;
}

function quoted(etag: string): string {
  return `"${etag}"`;
}
