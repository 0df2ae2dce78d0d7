import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import type { Env } from "../../env.ts";
import type { AwsOptions } from "../options.ts";
import type { Credentials } from "./sigv4.ts";

/** Where a bucket's objects are asked for, and on whose behalf. */
export interface Place {
  readonly origin: string;
  /** Before the slash of an object's key: nothing, or `/bucket`. */
  readonly path: string;
  /** That requests are signed for. */
  readonly region: string;
  credentials(): Credentials | Promise<Credentials>;
  /** The store no longer takes these credentials: `credentials` is to fetch others. */
  expired?(): void;
}

/** Variables that have the SDK look elsewhere for credentials or endpoints, or take other endpoints. */
const UNUSUAL = /^AWS_(?:(?:DEFAULT_)?PROFILE|CONFIG_FILE|SHARED_CREDENTIALS_FILE|USE_|IGNORE_)/;

/** What can be a host's first label under S3's wildcard certificate; two hyphens mark the special kinds of bucket. */
const PLAIN_BUCKET = /^(?!.*--)[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/;
/** Of the `aws` partition: the others have other domains. */
const PLAIN_REGION = /^(?:us|eu|ap|sa|ca|me|af|il|mx)-[a-z]+-\d+$/;
/** The SDK puts the bucket into the path where the host is an address. */
const ADDRESS = /^https?:\/\/\d+\.\d+\.\d+\.\d+(?::\d+)?\/?$/;

/**
 * As the SDK would find it, for what a Lambda function has: credentials in its environment, a bucket with an ordinary
 * name in an ordinary region (or a local stand-in by its address). Undefined for all else: then the SDK is to be asked.
 */
export function plainPlace(
  bucket: string,
  regionOfObject: string | undefined,
  aws: AwsOptions,
  env: Env,
): Place | undefined {
  const region = regionOfObject ?? aws.region ?? env.AWS_REGION ?? "";
  if (typeof aws.credentials === "function") return undefined;
  const credentials = aws.credentials ?? environmentCredentials(env);
  const endpoint = aws.endpoint ?? env.AWS_ENDPOINT_URL_S3 ?? env.AWS_ENDPOINT_URL;
  if (credentials === undefined || !PLAIN_BUCKET.test(bucket) || !PLAIN_REGION.test(region)) return undefined;
  if (Object.keys(env).some((name) => UNUSUAL.test(name)) || hasSharedConfig(env)) return undefined;
  const owner = { region, credentials: () => credentials };
  if (endpoint === undefined) return { ...owner, origin: `https://${bucket}.s3.${region}.amazonaws.com`, path: "" };
  if (ADDRESS.test(endpoint)) return { ...owner, origin: new URL(endpoint).origin, path: `/${bucket}` };
  return undefined;
}

function environmentCredentials(env: Env): Credentials | undefined {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_SESSION_TOKEN } = env;
  if (!accessKeyId || !secretAccessKey) return undefined;
  return { accessKeyId, secretAccessKey, sessionToken: AWS_SESSION_TOKEN || undefined };
}

/** They may name an endpoint, or ask for FIPS or dual stack. */
function hasSharedConfig(env: Env): boolean {
  const folder = join(env.HOME ?? homedir(), ".aws");
  return existsSync(join(folder, "config")) || existsSync(join(folder, "credentials"));
}
