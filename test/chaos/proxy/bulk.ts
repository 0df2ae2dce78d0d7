import { gunzipSync } from "node:zlib";
import type { Exchange, Reply } from "./exchange.ts";

/** A bulk request as the server sees it: two lines for each document. */
export function documentsOf({ body, headers }: Exchange): string[] {
  return documentsIn(body, headers);
}

export function documentsIn(body: Buffer, headers: Exchange["headers"]): string[] {
  const text = (headers["content-encoding"] === "gzip" ? gunzipSync(body) : body).toString("utf8");
  const lines = text.split("\n").filter((line) => line !== "");
  return Array.from({ length: lines.length >> 1 }, (_, i) => `${lines[2 * i]}\n${lines[2 * i + 1]}\n`);
}

interface BulkReply {
  errors: boolean;
  items: unknown[];
}

export function bulkReplyOf(reply: Reply): BulkReply | undefined {
  if (reply.status !== 200) return undefined;
  const encoded = reply.headers["content-encoding"] === "gzip" ? gunzipSync(reply.body) : reply.body;
  return JSON.parse(encoded.toString("utf8")) as BulkReply;
}

export function withBulk(reply: Reply, bulk: BulkReply): Reply {
  const headers = Object.fromEntries(Object.entries(reply.headers).filter(([name]) => name !== "content-encoding"));
  return { ...reply, headers, body: Buffer.from(JSON.stringify(bulk)) };
}

/** The answer to all documents, where `left` of them never reached the server: each is told as `item` at its place. */
export function fillIn(reply: Reply, left: ReadonlySet<number>, count: number, item: object): Reply {
  const bulk = bulkReplyOf(reply);
  if (bulk === undefined) return reply;
  const given = bulk.items[Symbol.iterator]();
  const items = Array.from({ length: count }, (_, i) => (left.has(i) ? item : given.next().value));
  return withBulk(reply, { errors: bulk.errors || "error" in (Object.values(item)[0] as object), items });
}
