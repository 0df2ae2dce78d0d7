import { createHash } from "node:crypto";
import { gunzipSync } from "node:zlib";

export const BUCKETS = {
  sources: "chaos-sources",
  deadLetters: "chaos-dead-letters",
  archive: "chaos-archive",
} as const;
export type Bucket = keyof typeof BUCKETS;

/** S3 itself, past the proxies. The local AWS asks for no signatures. */
export class Store {
  readonly #endpoint: string;

  constructor(endpoint: string) {
    this.#endpoint = endpoint;
  }

  async setUp(): Promise<void> {
    for (const name of Object.values(BUCKETS)) await this.#call("PUT", `/${name}`, Buffer.alloc(0), [409]);
  }

  /** Gives the etag. */
  async put(bucket: Bucket, key: string, body: Buffer): Promise<string> {
    await this.#call("PUT", pathOf(bucket, key), body);
    return createHash("md5").update(body).digest("hex");
  }

  async delete(bucket: Bucket, key: string): Promise<void> {
    await this.#call("DELETE", pathOf(bucket, key), undefined, [404]);
  }

  async deleteAll(bucket: Bucket, prefix: string): Promise<void> {
    const keys = await this.#keys(bucket, prefix);
    await Promise.all(keys.map((key) => this.delete(bucket, key)));
  }

  /** The text of every object under a prefix. */
  async texts(bucket: Bucket, prefix: string): Promise<string[]> {
    const keys = await this.#keys(bucket, prefix);
    return Promise.all(keys.map(async (key) => textOf(await this.#call("GET", pathOf(bucket, key)))));
  }

  async #keys(bucket: Bucket, prefix: string): Promise<string[]> {
    const path = `/${BUCKETS[bucket]}?list-type=2&max-keys=1000&prefix=${encodeURIComponent(prefix)}`;
    const xml = (await this.#call("GET", path)).toString("utf8");
    if (xml.includes("<IsTruncated>true")) throw new Error(`${BUCKETS[bucket]}/${prefix}: more than 1000 objects`);
    return [...xml.matchAll(/<Key>([^<]*)<\/Key>/g)].map(([, key = ""]) => key.replaceAll("&amp;", "&"));
  }

  async #call(method: string, path: string, body?: Buffer, accepted: readonly number[] = []): Promise<Buffer> {
    const response = await fetch(this.#endpoint + path, {
      method,
      ...(body === undefined ? {} : { body: new Uint8Array(body) }),
    });
    const bytes = Buffer.from(await response.arrayBuffer());
    if (response.ok || accepted.includes(response.status)) return bytes;
    throw new Error(`S3: ${method} ${path}: ${response.status} ${bytes.toString("utf8").slice(0, 300)}`);
  }
}

function pathOf(bucket: Bucket, key: string): string {
  return `/${BUCKETS[bucket]}/${key.split("/").map(encodeURIComponent).join("/")}`;
}

function textOf(bytes: Buffer): string {
  return (bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes).toString("utf8");
}
