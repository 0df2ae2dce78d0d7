import type { GetObjectCommand, GetObjectCommandInput, S3Client } from "@aws-sdk/client-s3";
import type { Place } from "./place.ts";
import { uriEncode } from "./sigv4.ts";
import type { Get } from "./transport.ts";

/** A request as the SDK hands it to its HTTP client: path and query not yet joined, the path already encoded. */
interface SdkRequest {
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number;
  readonly path: string;
  readonly query?: Readonly<Record<string, string | readonly string[] | null>>;
  readonly headers: Readonly<Record<string, string>>;
}

/** What the SDK's endpoint rules say. */
interface SdkEndpoint {
  readonly url: URL;
  readonly headers?: Readonly<Record<string, unknown>>;
  readonly properties?: { readonly authSchemes?: readonly SdkAuthScheme[] };
}

interface SdkAuthScheme {
  readonly name: string;
  readonly signingName?: string;
  readonly signingRegion?: string;
}

/**
 * Where the SDK's rules place a bucket, with the client's own credentials (kept, and fetched anew in time, by the SDK).
 * Undefined for what isn't signed in the common way: directory buckets, multi-region access points.
 */
export async function sdkPlace(client: S3Client, bucket: string): Promise<Place | undefined> {
  const endpoint = await endpointBySdk(client, bucket);
  const scheme = endpoint.properties?.authSchemes?.[0];
  const isCommon = scheme?.name === "sigv4" && scheme.signingName === "s3";
  if (!isCommon || Object.keys(endpoint.headers ?? {}).length > 0) return undefined;
  let forceRefresh = false;
  return {
    origin: endpoint.url.origin,
    path: endpoint.url.pathname.replace(/\/$/, ""),
    region: scheme.signingRegion ?? (await client.config.region()),
    credentials: () => {
      const credentials = client.config.credentials({ forceRefresh });
      forceRefresh = false;
      return credentials;
    },
    expired: () => {
      forceRefresh = true;
    },
  };
}

/** The GET as the SDK would send it, with all that it does to one. */
export async function sdkGet(client: S3Client, input: GetObjectCommandInput): Promise<Get> {
  const { protocol, hostname, port, path, query = {}, headers } = await signedBySdk(client, input);
  const pairs = Object.entries(query).map(([name, value]) => `${uriEncode(name)}=${uriEncode(String(value ?? ""))}`);
  return {
    origin: `${protocol}//${hostname}${port === undefined ? "" : `:${port}`}`,
    path: pairs.length === 0 ? path : `${path}?${pairs.join("&")}`,
    headers,
  };
}

/** Takes the endpoint out of the SDK's middleware before anything is signed, which could need requests of its own. */
async function endpointBySdk(client: S3Client, bucket: string): Promise<SdkEndpoint> {
  const command = await getObject({ Bucket: bucket, Key: "k" });
  let endpoint: SdkEndpoint | undefined;
  command.middlewareStack.add(
    (_, context) => async () => {
      endpoint = context.endpointV2 as SdkEndpoint | undefined;
      return unanswered();
    },
    { step: "build", priority: "high", name: "takeEndpoint" },
  );
  await client.send(command);
  return taken(endpoint);
}

/** Takes the request where nothing is left to do but to send it. */
async function signedBySdk(client: S3Client, input: GetObjectCommandInput): Promise<SdkRequest> {
  const command = await getObject(input);
  let request: SdkRequest | undefined;
  command.middlewareStack.add(
    () => async (args) => {
      request = args.request as SdkRequest;
      return unanswered();
    },
    { step: "finalizeRequest", priority: "low", name: "takeSignedRequest" },
  );
  await client.send(command);
  return taken(request);
}

/** In place of what a request would have given; middleware on the way back writes into it. */
const unanswered = () => ({ response: {}, output: { $metadata: {} } });

async function getObject(input: GetObjectCommandInput): Promise<GetObjectCommand> {
  const { GetObjectCommand } = await import("../sdk/s3.ts");
  return new GetObjectCommand(input);
}

function taken<T>(found: T | undefined): T {
  if (found === undefined) throw new Error("the SDK's middleware didn't come to where its work is taken");
  return found;
}
