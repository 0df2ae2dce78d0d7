import type { S3Client } from "@aws-sdk/client-s3";
import type { AwsOptions } from "./options.ts";

const CONNECT_TIMEOUT_MS = 3_000;

export interface S3ClientOptions {
  /** Attempts the SDK makes by itself; 1 where core asks again. */
  readonly maxAttempts: number;
  /** Milliseconds that a connection may stay silent, within a body too. */
  readonly socketTimeoutMs: number;
}

/** One client per region, made on first use. Undefined: the region the SDK finds. */
export function s3Clients(aws: AwsOptions, options: S3ClientOptions): (region?: string) => Promise<S3Client> {
  const clients = new Map<string | undefined, S3Client>();
  return async (region) => {
    const { S3Client } = await import("./sdk/s3.ts");
    let client = clients.get(region);
    if (client === undefined) {
      client = new S3Client({
        ...aws,
        ...(region === undefined ? {} : { region }),
        maxAttempts: options.maxAttempts,
        // A bucket named by hand (s3://…) may lie in another region than the function.
        followRegionRedirects: true,
        requestHandler: { connectionTimeout: CONNECT_TIMEOUT_MS, socketTimeout: options.socketTimeoutMs },
        // A part of an object can't be checked against the whole object's checksum.
        responseChecksumValidation: "WHEN_REQUIRED",
      });
      clients.set(region, client);
    }
    return client;
  };
}
