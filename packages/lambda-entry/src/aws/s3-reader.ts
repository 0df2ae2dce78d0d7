import type { ObjectReader, ObjectRef } from "@sluice/core";
import type { Env } from "../env.ts";
import { assumeRole } from "./assume-role.ts";
import type { AwsOptions } from "./options.ts";

/** Milliseconds of silence on a connection, waiting for an answer or within a body, before TIMEOUT. */
export const SOCKET_TIMEOUT_MS = 10_000;

export interface S3ReaderOptions {
  readonly aws?: AwsOptions;
  /** With it, credentials and endpoint are taken from there where that's simple, without the SDK being loaded. */
  readonly env?: Env;
  readonly socketTimeoutMs?: number;
}

/**
 * Objects in S3, each from its bucket's region (`ref.region`) where the event tells it, on behalf of the role that the
 * config names for it. One GET per call, never repeated here; only when S3 says that the bucket lies in another region is it
 * asked for there, from then on.
 */
export function createS3Reader({
  aws = {},
  env,
  socketTimeoutMs = SOCKET_TIMEOUT_MS,
}: S3ReaderOptions = {}): ObjectReader {
  const readers = new Map<string, Promise<ObjectReader>>();
  const readerFor = ({ role, externalId }: ObjectRef): Promise<ObjectReader> => {
    const name = `${role ?? ""} ${externalId ?? ""}`;
    const known = readers.get(name);
    if (known !== undefined) return known;
    const own = role === undefined ? aws : { ...aws, credentials: assumeRole({ arn: role, externalId }, aws) };
    const reader = import("./s3/read.ts").then(({ readerOf }) => readerOf({ aws: own, env, socketTimeoutMs }));
    readers.set(name, reader);
    return reader;
  };
  return {
    async read(ref, range, signal) {
      return (await readerFor(ref)).read(ref, range, signal);
    },
  };
}
