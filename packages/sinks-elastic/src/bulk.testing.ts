import { gunzipSync } from "node:zlib";
import type { FakeRequest } from "@sluice/core/testing";

export interface BulkRecord {
  readonly action: { readonly create: { readonly _index: string; readonly _id: string } };
  readonly document: Readonly<Record<string, unknown>>;
}

/** The records of a bulk request as a server reads them. */
export function recordsOf({ headers, body }: Pick<FakeRequest, "headers" | "body">): BulkRecord[] {
  const text = (headers["content-encoding"] === "gzip" ? gunzipSync(body) : body).toString();
  const lines = text.split("\n");
  if (lines.pop() !== "") throw new Error("the body doesn't end in a newline");
  const parsed: unknown[] = lines.map((line) => JSON.parse(line));
  return Array.from({ length: parsed.length / 2 }, (_, i) => ({
    action: parsed[2 * i] as BulkRecord["action"],
    document: parsed[2 * i + 1] as BulkRecord["document"],
  }));
}
