import { type ByteRange, type ObjectRef, type ObjectSlice, quote, SluiceError } from "@sluice/core";
import type { Answer } from "./exchange.ts";

/** Of a refusal's body: more than S3 ever says. */
const MAX_REFUSAL_BYTES = 64 * 1024;

/** What S3 refused, in the SDK's own terms: its code as the name. */
export class S3Refusal extends Error {
  readonly $metadata: { readonly httpStatusCode: number };
  readonly actualSize: number | undefined;

  constructor(status: number, xml: string) {
    super(tag(xml, "Message") ?? `HTTP ${status}`);
    this.name = tag(xml, "Code") ?? "Error";
    this.$metadata = { httpStatusCode: status };
    const size = tag(xml, "ActualObjectSize");
    this.actualSize = size === undefined ? undefined : Number(size);
  }
}

/** Reads it to its end, so that the connection can be used again. The status stands, whatever becomes of the body. */
export async function refusalOf({ status, body }: Answer): Promise<S3Refusal> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of body) {
      chunks.push(chunk);
      size += chunk.length;
      if (size > MAX_REFUSAL_BYTES) break;
    }
  } catch {}
  return new S3Refusal(status, Buffer.concat(chunks).toString("utf8"));
}

/** Fails with INTERNAL, and ends the body, when it isn't the range that was asked for, or doesn't say of how large an object. */
export function sliceOf(answer: Answer, ref: ObjectRef, range: ByteRange): ObjectSlice {
  const { headers, body } = answer;
  const { start, size } = placed(answer);
  if (start !== range.start || size === undefined) {
    void body.return();
    const came = size === undefined ? said(answer) : `the store answered with those from ${start}`;
    throw new SluiceError("INTERNAL", `asked for bytes from ${range.start}, ${came}`);
  }
  const etag = unquoted(headers.etag) ?? ref.etag ?? "";
  if (isShort(answer, size, etag, ref)) {
    void body.return();
    throw new SluiceError(
      "INTERNAL",
      `the store answered with ${size} bytes, the event says ${ref.size} of the same etag`,
    );
  }
  const modified = Date.parse(headers["last-modified"] ?? "");
  const versionId = headers["x-amz-version-id"];
  return {
    etag,
    size,
    lastModified: Number.isNaN(modified) ? undefined : modified,
    versionId: typeof versionId === "string" ? versionId : undefined,
    metadata: metadataOf(headers),
    body,
  };
}

const META = "x-amz-meta-";

function metadataOf(headers: Answer["headers"]): ObjectSlice["metadata"] {
  const names = Object.keys(headers).filter((name) => name.startsWith(META));
  if (names.length === 0) return undefined;
  return Object.fromEntries(names.map((name) => [name.slice(META.length), String(headers[name])]));
}

/** S3 has no range that an empty object, or one that ends before `start`, could answer: 416. Any other has a byte there. */
export function beyondTheEnd(refusal: S3Refusal, ref: ObjectRef, range: ByteRange): ObjectSlice | undefined {
  const size = refusal.actualSize ?? range.start;
  if (refusal.$metadata.httpStatusCode !== 416 || size > range.start) return undefined;
  return { etag: range.ifMatch ?? ref.etag ?? "", size, body: nothing() };
}

async function* nothing(): AsyncGenerator<Uint8Array> {}

/** 206 has `bytes 0-99/1234` as its Content-Range; 200 means that the whole object comes. Without a size nobody knows where it ends. */
function placed({ status, headers }: Answer): { readonly start: number; readonly size: number | undefined } {
  const { "content-range": range = "", "content-length": length } = headers;
  if (status === 200) return { start: 0, size: length === undefined ? undefined : Number(length) };
  const [, start, size] = (status === 206 && /^bytes (\d+)-\d+\/(\d+)$/.exec(range)) || [];
  return { start: Number(start), size: size === undefined ? undefined : Number(size) };
}

/** Whoever answers with all instead of a range may have cut it, and give the length of what is left. */
function isShort({ status }: Answer, size: number, etag: string, ref: ObjectRef): boolean {
  return status === 200 && etag === ref.etag && ref.size !== undefined && size < ref.size;
}

function said({ status, headers }: Answer): string {
  const range = quote(headers["content-range"] ?? "none");
  return `the store answered ${status} without the object's size (Content-Range: ${range})`;
}

function unquoted(etag: string | undefined): string | undefined {
  return etag === undefined ? undefined : (/^(?:W\/)?"(.*)"$/.exec(etag)?.[1] ?? etag);
}

/** S3's errors are a flat list of elements; anything else (a proxy's page) has none of these. */
function tag(xml: string, name: string): string | undefined {
  const text = new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1];
  return text?.replace(/&(lt|gt|quot|apos|amp);/g, (_, entity: keyof typeof ENTITIES) => ENTITIES[entity]);
}

const ENTITIES = { lt: "<", gt: ">", quot: '"', apos: "'", amp: "&" } as const;
