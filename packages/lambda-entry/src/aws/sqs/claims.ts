import { createHash } from "node:crypto";
import { type Claim, type ObjectReader, SluiceError } from "@sluice/core";
import type { AwsOptions } from "../options.ts";
import { s3Clients } from "../s3-clients.ts";
import { SOCKET_TIMEOUT_MS } from "../s3-reader.ts";
import { claimFault, handOverFault } from "./faults.ts";

/** Bytes of a body that is put aside; a larger one is refused, and what is larger where a claim should be isn't read. */
export const MAX_CLAIM_BYTES: number = 16 * 1024 * 1024;

/** Named by its content's SHA-256: a retry overwrites the same object, and nothing else passes for it. */
const CLAIM_KEY = /([0-9a-f]{64})\.json$/;

export interface ClaimsPlace {
  readonly bucket: string;
  readonly prefix: string;
}

/** One attempt at a time: whoever calls tries again. */
export interface Claims {
  put(body: Uint8Array, place: ClaimsPlace, signal: AbortSignal): Promise<Claim>;
  get(claim: Claim, signal: AbortSignal): Promise<string>;
}

/** Bodies in S3 for messages that their queue doesn't take. */
export function createClaims(aws: AwsOptions, reader: ObjectReader): Claims {
  const client = s3Clients(aws, { maxAttempts: 1, socketTimeoutMs: SOCKET_TIMEOUT_MS });
  return {
    async put(body, { bucket, prefix }, signal) {
      const key = `${prefix}${hashOf(body)}.json`;
      try {
        const [s3, { PutObjectCommand }] = await Promise.all([client(), import("../sdk/s3.ts")]);
        const put = new PutObjectCommand({
          Bucket: bucket,
          Key: key,
          Body: body,
          ContentType: "application/json",
          ChecksumAlgorithm: "CRC32",
        });
        await s3.send(put, { abortSignal: signal });
      } catch (error) {
        throw handOverFault(error, `s3://${bucket}/${key}`, signal);
      }
      return { bucket, key };
    },
    async get({ bucket, key }, signal) {
      try {
        const hash = CLAIM_KEY.exec(key)?.[1];
        if (hash === undefined) throw new SluiceError("EVENT_MALFORMED", "expected a claim's key, <SHA-256>.json");
        const ref = { store: "s3", bucket, key } as const;
        const { size, body } = await reader.read(ref, { start: 0, end: MAX_CLAIM_BYTES }, signal);
        if (size > MAX_CLAIM_BYTES)
          throw new SluiceError("EVENT_MALFORMED", `expected a claim of at most ${MAX_CLAIM_BYTES} bytes, got ${size}`);
        const content = await collected(body);
        if (hashOf(content) !== hash) throw new SluiceError("OBJECT_CORRUPT", "its content isn't what the key is of");
        return content.toString("utf8");
      } catch (error) {
        throw claimFault(error, `s3://${bucket}/${key}`, signal);
      }
    },
  };
}

async function collected(body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of body) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

function hashOf(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
