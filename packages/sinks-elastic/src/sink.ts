import type { Client } from "@elastic/elasticsearch";
import type { EncodedBatch, Reason, SendCall, SendResult, Sink, SinkLimits } from "@sluice/core";
import { BulkLines } from "./bulk-lines.ts";
import { connect, type Product, secretsOf } from "./client.ts";
import { type Post, sendMissing } from "./dedupe.ts";
import { createEncoder, documentOf } from "./encode.ts";
import { type Ask, Lookup } from "./lookup.ts";
import type { ElasticOptions } from "./options.ts";
import { FILTER_PATH, sendResult } from "./outcomes.ts";
import { missingPrivileges } from "./privileges.ts";
import { createTell, type Tell } from "./reason.ts";
import { errorOf } from "./refusal.ts";
import { Rollovers } from "./rollovers.ts";
import { exchange, type Request } from "./send.ts";
import { Target } from "./target.ts";

const MiB = 1024 * 1024;

/** Half of the smallest request limit met with (10 MiB on small Amazon OpenSearch nodes), which holds for the body as decompressed. */
const LIMITS: Partial<SinkLimits> = {
  maxBatchBytes: 5 * MiB,
  maxBatchRecords: 10_000,
  maxRecordBytes: 10 * MiB,
  maxInFlight: 3,
};

export async function createElasticSink(options: ElasticOptions, product: Product): Promise<Sink> {
  const client = await connect(options, product);
  const tell = createTell(secretsOf(options));
  const gzipLevel = options.compression === "none" ? undefined : options.compressionLevel;
  const lookupOptions = { primary: product === "opensearch", gzipLevel };
  const closing = new AbortController();
  const alone: Ask = (request) => exchange(client, request, closing.signal, options.requestTimeoutMs);
  const rollovers = watchesRollovers(options)
    ? new Rollovers({ windowMs: options.dedupeWindowMs, lookup: new Lookup(alone, tell, lookupOptions) })
    : undefined;
  const send = async (batch: EncodedBatch, call: SendCall): Promise<SendResult> => {
    const ask: Ask = (request) => {
      const timeoutMs = Math.min(options.requestTimeoutMs, Math.max(0, call.deadline.remainingMs()));
      return exchange(client, request, call.signal, timeoutMs);
    };
    const post: Post = async (body, sent) => sendResult(await ask(bulkRequest(options, body)), sent, tell);
    const lookup = new Lookup(ask, tell, lookupOptions);
    if (looksUp(options, call)) {
      return sendMissing(batch, new BulkLines(batch, gzipLevel), (sought) => lookup.find(sought), post);
    }
    const asItIs = (): Promise<SendResult> =>
      post(batch.bytes, { count: batch.count, bytes: batch.offset(batch.count) });
    if (call.told === true && rollovers?.isNew === true) {
      // Only a message that was handed out twice at once comes untold there: a process's first bulk doesn't wait to hear of rollovers.
      const result = asItIs();
      void rollovers.due();
      return result;
    }
    const due = rollovers && (await unlessAborted(rollovers.due(), call.signal));
    if (due?.kind === "retry") return due;
    if (due === undefined || due.indices.size === 0) return asItIs();
    const { indices } = due;
    return sendMissing(batch, new BulkLines(batch, gzipLevel), (sought) => lookup.findIn(indices, sought), post);
  };
  return {
    limits: LIMITS,
    dedupes: options.dedupe === "index" ? "within-index" : "always",
    ...(gzipLevel === undefined ? {} : { gzip: gzipLevel }),
    encode: createEncoder(new Target(options.target), (name) => rollovers?.watch(name)),
    document: documentOf,
    send,
    probe: (signal) => probe(client, options, tell, signal),
    caveats: async (signal) => {
      const ask: Ask = (request) => exchange(client, request, signal, options.requestTimeoutMs);
      return options.dedupe === "index" ? [] : missingPrivileges(options, product, ask);
    },
    close: () => {
      closing.abort();
      return client.close();
    },
  };
}

/** Undefined as soon as the signal aborts, which whatever follows finds out, too. */
async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  if (signal.aborted) return undefined;
  let stop = (): void => {};
  const aborted = new Promise<undefined>((resolve) => {
    stop = () => resolve(undefined);
  });
  signal.addEventListener("abort", stop, { once: true });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

function watchesRollovers({ dedupe, dedupeWindowMs }: ElasticOptions): boolean {
  return dedupe === "stream" && dedupeWindowMs > 0;
}

function looksUp({ dedupe }: ElasticOptions, { again }: SendCall): boolean {
  return dedupe === "always" || (dedupe === "stream" && again);
}

function bulkRequest({ compression, pipeline }: ElasticOptions, bytes: Uint8Array): Request {
  const query = { filter_path: FILTER_PATH, ...(pipeline === undefined ? {} : { pipeline }) };
  // The transport sends a Buffer as it is; any other Uint8Array it would serialise.
  const body = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headers = compression === "none" ? {} : { headers: { "content-encoding": "gzip" } };
  return { method: "POST", path: "/_bulk", query, body, ...headers };
}

/** A key that may only write is refused the cluster's name, but it is known. */
async function probe(
  client: Client,
  options: ElasticOptions,
  tell: Tell,
  signal: AbortSignal,
): Promise<Reason | undefined> {
  const answer = await exchange(client, { method: "GET", path: "/" }, signal, options.requestTimeoutMs);
  if (answer.kind === "failure") return tell(answer.code, answer.message);
  if (answer.status >= 200 && answer.status <= 299) return undefined;
  const { type, words } = errorOf(answer.text);
  if (answer.status === 403 && type === "security_exception" && words.includes("cluster:monitor/main"))
    return undefined;
  return tell(type ?? `HTTP_${answer.status}`, words === "" ? `HTTP ${answer.status}` : words, answer.status);
}
