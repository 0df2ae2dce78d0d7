// How fast an object is passed over that is read from its beginning to go on in it: what OBJECT_TOO_LARGE_TO_RESUME depends on.
// node --conditions=@sluice/source bench/passing.ts [FILE.parquet]     the file: bench/passing/make-parquet.py
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { deflateSync, gzipSync, zstdCompressSync } from "node:zlib";
import { codecs } from "@sluice/codecs";
import { createPipeline, DELIVERED, parseConfig, type SinkDefinition } from "@sluice/core";
import { elasticsearch } from "@sluice/sinks-elastic";
import { zip } from "../packages/codecs/src/zip/zip.testing.ts";
import { table } from "./runner/table.ts";
import { leastCpu } from "./stages/least-cpu.ts";
import { AlbLog } from "./workloads/alb.ts";
import { VPC_FLOW_HEADER, VpcFlowLog } from "./workloads/vpc-flow.ts";

const DECODED_BYTES = 64 * 1024 * 1024;
/** As they come from a socket. */
const CHUNK_BYTES = 64 * 1024;

const bzip2 = (content: Buffer): Buffer => execFileSync("bzip2", ["-c"], { input: content, maxBuffer: 2 ** 30 });
const PACKINGS: Readonly<Record<string, (content: Buffer) => Buffer>> = {
  none: (content) => content,
  zlib: (content) => deflateSync(content),
  zip: (content) => zip([{ name: "log", content }]),
  zstd: (content) => zstdCompressSync(content),
  bzip2,
  "gzip in gzip": (content) => gzipSync(gzipSync(content)),
  "bzip2 in gzip": (content) => gzipSync(bzip2(content)),
};

/** The options of one that is there, and nothing else of it. */
const nobody: SinkDefinition = {
  ...elasticsearch,
  create: () => ({ dedupes: "always", encode: () => undefined, send: async () => DELIVERED }),
};
const sinks = { one: { type: "one", url: "http://localhost", auth: { apiKey: "eDp4" } } };

/** Resolves when all below `position` was passed over; fails when nothing was. */
async function passOver(stored: Buffer, position: number): Promise<void> {
  const pipeline = createPipeline(parseConfig({ sinks }), {
    sinks: async () => nobody,
    codecs,
    reader: {
      read: async (_, { start, end }) => {
        const bytes = stored.subarray(start, end);
        return { etag: "e", size: stored.length, body: chunked(bytes) };
      },
    },
  });
  const ref = { store: "s3", bucket: "b", key: "k" };
  const resume = { etag: "e", owed: { one: position } };
  const body = JSON.stringify({ sluice: "continuation", v: 1, hop: 1, firstSeen: 0, ref, resume });
  const { units } = await pipeline.handle({
    Records: [{ messageId: "m", body, eventSource: "aws:sqs", attributes: {} }],
  });
  if (units[0]?.ok !== true) throw units[0]?.error;
  await pipeline.close();
}

async function* chunked(bytes: Buffer): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) yield Buffer.from(bytes.subarray(at, at + CHUNK_BYTES));
}

function contentOf(head: string, line: () => string): Buffer {
  const lines = [head];
  for (let bytes = 0; bytes < DECODED_BYTES; bytes += lines.at(-1)?.length ?? 0) lines.push(line());
  return Buffer.from(lines.join(""));
}

const alb = new AlbLog(1);
const flow = new VpcFlowLog(1);
const contents = {
  "load balancer, 710 bytes a line": contentOf("", () => alb.line()),
  "VPC flow, 110 bytes a line": contentOf(VPC_FLOW_HEADER, () => flow.line()),
};
const rows: string[][] = [];
for (const [name, content] of Object.entries(contents)) {
  for (const [packing, pack] of Object.entries(PACKINGS)) {
    const stored = pack(content);
    const [seconds = 0] = await leastCpu([() => passOver(stored, content.length)]);
    rows.push([name, packing, `${(content.length / 1e6 / seconds).toFixed(0)} MB`]);
  }
}
for (const file of process.argv.slice(2)) {
  const stored = readFileSync(file);
  // Its last four bytes but four say how long the footer is; how many rows there are is in there, and counted instead.
  const counted = await countRows(stored);
  const [seconds = 0] = await leastCpu([() => passOver(stored, counted)]);
  rows.push([file, "parquet", `${(counted / seconds).toFixed(0)} rows`]);
}
console.log(table(["content", "stored as", "passed over in a second of CPU"], rows));

async function countRows(stored: Buffer): Promise<number> {
  const pipeline = createPipeline(
    parseConfig({ process: [{ exclude: { field: "@timestamp", exists: true } }], sinks }),
    {
      sinks: async () => nobody,
      codecs,
      reader: {
        read: async (_, { start, end }) => ({
          etag: "e",
          size: stored.length,
          body: chunked(stored.subarray(start, end)),
        }),
      },
    },
  );
  const { counts } = await pipeline.objects([{ store: "s3", bucket: "b", key: "k" }]);
  await pipeline.close();
  return counts.in;
}
