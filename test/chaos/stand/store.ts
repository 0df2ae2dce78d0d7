import { createHash } from "node:crypto";
import { gunzipSync } from "node:zlib";

export const BUCKETS = {
  sources: "chaos-sources",
  deadLetters: "chaos-dead-letters",
  archive: "chaos-archive",
  claims: "chaos-claims",
  /** Keeps versions. */
  versions: "chaos-versions",
} as const;
export type Bucket = keyof typeof BUCKETS;

export interface Put {
  readonly etag: string;
  /** Where versions are kept. */
  readonly versionId: string | undefined;
}

/** S3 itself, past the proxies. The local AWS asks for no signatures. */
export class Store {
  readonly #endpoint: string;

  constructor(endpoint: string) {
    this.#endpoint = endpoint;
  }

  async setUp(): Promise<void> {
    for (const name of Object.values(BUCKETS)) await this.#call("PUT", `/${name}`, Buffer.alloc(0), [409]);
    const enabled = "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>";
    await this.#call("PUT", `/${BUCKETS.versions}?versioning`, Buffer.from(enabled));
  }

  async put(bucket: Bucket, key: string, body: Buffer): Promise<Put> {
    const { headers } = await this.#request("PUT", pathOf(bucket, key), body);
    const etag = createHash("md5").update(body).digest("hex");
    return { etag, versionId: headers.get("x-amz-version-id") ?? undefined };
  }

  /** Where versions are kept, a marker hides them. */
  async delete(bucket: Bucket, key: string): Promise<void> {
    await this.#call("DELETE", pathOf(bucket, key), undefined, [404]);
  }

  async deleteAll(bucket: Bucket, prefix: string): Promise<void> {
    const keys = await this.#keys(bucket, prefix);
    await Promise.all(keys.map((key) => this.delete(bucket, key)));
  }

  async deleteVersions(bucket: Bucket, prefix: string): Promise<void> {
    const path = `/${BUCKETS[bucket]}?versions&prefix=${encodeURIComponent(prefix)}`;
    const xml = (await this.#call("GET", path)).toString("utf8");
    const versions = [...xml.matchAll(/<Key>([^<]*)<\/Key>\s*<VersionId>([^<]*)<\/VersionId>/g)];
    for (const [, key = "", version = ""] of versions)
      await this.#call("DELETE", `${pathOf(bucket, plain(key))}?versionId=${version}`, undefined, [404]);
  }

  /** The text of every object under a prefix. */
  async texts(bucket: Bucket, prefix: string): Promise<string[]> {
    return [...(await this.everything(bucket, prefix)).values()];
  }

  /** The same, by key. */
  async everything(bucket: Bucket, prefix: string): Promise<ReadonlyMap<string, string>> {
    const keys = await this.#keys(bucket, prefix);
    const texts = keys.map(async (key) => [key, textOf(await this.#call("GET", pathOf(bucket, key)))] as const);
    return new Map(await Promise.all(texts));
  }

  async #keys(bucket: Bucket, prefix: string): Promise<string[]> {
    const path = `/${BUCKETS[bucket]}?list-type=2&max-keys=1000&prefix=${encodeURIComponent(prefix)}`;
    const xml = (await this.#call("GET", path)).toString("utf8");
    if (xml.includes("<IsTruncated>true")) throw new Error(`${BUCKETS[bucket]}/${prefix}: more than 1000 objects`);
    return [...xml.matchAll(/<Key>([^<]*)<\/Key>/g)].map(([, key = ""]) => plain(key));
  }

  async #call(method: string, path: string, body?: Buffer, accepted: readonly number[] = []): Promise<Buffer> {
    return (await this.#request(method, path, body, accepted)).bytes;
  }

  async #request(
    method: string,
    path: string,
    body?: Buffer,
    accepted: readonly number[] = [],
  ): Promise<{ readonly headers: Headers; readonly bytes: Buffer }> {
    const response = await fetch(this.#endpoint + path, {
      method,
      ...(body === undefined ? {} : { body: new Uint8Array(body) }),
    });
    const bytes = Buffer.from(await response.arrayBuffer());
    if (response.ok || accepted.includes(response.status)) return { headers: response.headers, bytes };
    throw new Error(`S3: ${method} ${path}: ${response.status} ${bytes.toString("utf8").slice(0, 300)}`);
  }
}

function plain(key: string): string {
  return key.replaceAll("&amp;", "&");
}

function pathOf(bucket: Bucket, key: string): string {
  return `/${BUCKETS[bucket]}/${key.split("/").map(encodeURIComponent).join("/")}`;
}

function textOf(bytes: Buffer): string {
  return (bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes).toString("utf8");
}
