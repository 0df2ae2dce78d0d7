import type { Client, ClientOptions } from "@elastic/elasticsearch";
import type { ElasticAuth, ElasticOptions } from "./options.ts";

export type Product = "elasticsearch" | "opensearch";

/** Below the 60 s after which AWS load balancers drop an idle connection without a word. */
const KEEP_ALIVE_MS = 50_000;

/**
 * The official client, loaded on first use, as a bare transport: no retries, no sniffing, no product check, answers
 * as text. One setting for Elasticsearch 8 and 9 and OpenSearch.
 */
export async function connect(options: ElasticOptions, product: Product): Promise<Client> {
  const { Client, Serializer, Transport } = await import("@elastic/elasticsearch");

  class AnyProduct extends Transport {
    constructor(given: ConstructorParameters<typeof Transport>[0]) {
      // `compatible-with=9`, the default, is refused by Elasticsearch 8 and by OpenSearch.
      const vendoredHeaders = {
        jsonContentType: "application/json",
        ndjsonContentType: "application/x-ndjson",
        accept: "application/json",
      };
      const { productCheck: _, ...unchecked } = given;
      super({ ...unchecked, vendoredHeaders });
    }
  }
  class Verbatim extends Serializer {
    override deserialize<T>(json: string): T {
      return json as T;
    }
  }
  return new Client({
    ...placeOf(options),
    ...tlsOf(options),
    ...(options.auth === undefined ? {} : { auth: authOf(options.auth) }),
    headers: lowerCased(options.headers),
    Transport: AnyProduct,
    Serializer: Verbatim,
    agent: { keepAliveTimeout: KEEP_ALIVE_MS },
    maxRetries: 0,
    // Bodies come compressed; undefined would mean true with a cloud id, and so twice.
    compression: false,
    enableMetaHeader: product === "elasticsearch",
    // Any other value has every error copy the request, its body byte by byte: 0.7 s and 250 MB for 1 MiB. The errors go no further than send.ts.
    redaction: { type: "off" },
  });
}

/** The client puts headers on connection and request, on the latter in lower case: other names would go out twice. */
function lowerCased(headers: ElasticOptions["headers"]): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

function placeOf({ url, nodes, cloudId }: ElasticOptions): ClientOptions {
  if (cloudId !== undefined) return { cloud: { id: cloudId } };
  return url === undefined ? { nodes: [...(nodes ?? [])] } : { node: url };
}

function tlsOf({ tls }: ElasticOptions): ClientOptions {
  if (tls === undefined) return {};
  // A pinned certificate is checked after the usual check, which a private authority would not pass.
  const rejectUnauthorized = tls.rejectUnauthorized ?? tls.fingerprint === undefined;
  return {
    tls: { rejectUnauthorized, ...(tls.ca === undefined ? {} : { ca: tls.ca }) },
    ...(tls.fingerprint === undefined ? {} : { caFingerprint: tls.fingerprint }),
  };
}

function authOf({ apiKey, username, password, bearer }: ElasticAuth): NonNullable<ClientOptions["auth"]> {
  if (bearer !== undefined) return { bearer };
  if (apiKey === undefined) return { username: username ?? "", password: password ?? "" };
  return { apiKey: apiKey.includes(":") ? Buffer.from(apiKey).toString("base64") : apiKey };
}

/** Every form in which the credentials may come back in a server's complaint. */
export function secretsOf({ auth, headers }: ElasticOptions): readonly string[] {
  const { apiKey, username, password, bearer } = auth ?? {};
  const encoded = [apiKey, username === undefined ? undefined : `${username}:${password}`].map((each) =>
    each === undefined ? undefined : Buffer.from(each).toString("base64"),
  );
  return [apiKey, password, bearer, ...encoded, ...Object.values(headers)].filter((each) => each !== undefined);
}
