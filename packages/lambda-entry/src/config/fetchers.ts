import { type ObjectReader, type SecretStore, SluiceError } from "@sluice/core";
import { createS3Reader } from "../aws/s3-reader.ts";
import type { Env } from "../env.ts";

/** The largest config that is read from S3, in bytes. */
const MAX_CONFIG_BYTES = 4 * 1024 * 1024;

/** Where configs outside of files come from. */
export interface ConfigFetchers {
  s3(bucket: string, key: string): Promise<string>;
  /** `name` as in `ssm:/name`. */
  ssm(name: string): Promise<string>;
}

export interface FetcherPorts {
  readonly secrets: SecretStore;
  readonly reader?: ObjectReader;
  /** For a reader of its own. */
  readonly env?: Env;
}

export function awsFetchers({ secrets, reader, env }: FetcherPorts): ConfigFetchers {
  return {
    s3: (bucket, key) => objectText(reader ?? createS3Reader(env === undefined ? {} : { env }), bucket, key),
    ssm: (name) => secrets.resolve(`ssm:${name}`, { refresh: true }),
  };
}

async function objectText(reader: ObjectReader, bucket: string, key: string): Promise<string> {
  const range = { start: 0, end: MAX_CONFIG_BYTES };
  const slice = await reader.read({ store: "s3", bucket, key }, range, new AbortController().signal);
  if (slice.size > MAX_CONFIG_BYTES) {
    for await (const _ of slice.body) break;
    throw new SluiceError("CONFIG_INVALID", `expected at most ${MAX_CONFIG_BYTES} bytes, got ${slice.size}`);
  }
  const chunks: Uint8Array[] = [];
  for await (const chunk of slice.body) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}
