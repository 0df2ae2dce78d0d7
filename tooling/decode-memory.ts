// How much memory it takes to read large objects: each is made while it is read, decoded, framed, parsed to ECS fields and
// encoded into batches, which are then dropped. Fails when a process was ever larger than it may be.
//
//   node tooling/decode-memory.ts [--only csv,line] [--scale 0.1]
import { Buffer } from "node:buffer";
import { spawnSync } from "node:child_process";
import path from "node:path";
import { parseArgs } from "node:util";
import { setFlagsFromString } from "node:v8";
import {
  createPipeline,
  DELIVERED,
  encodeDocument,
  type ObjectReader,
  parseConfig,
  type SinkDefinition,
} from "@sluice/core";
import { build } from "esbuild";

const MAX_PEAK_BYTES = 160_000_000;
const CHUNK_BYTES = 64 * 1024;

/** Content is a head, a body that is repeated, and a tail. */
interface Case {
  readonly head: string;
  readonly body: string;
  readonly tail: string;
  readonly bytes: number;
  readonly source: object;
  /** How many come of it. */
  readonly records: (bodies: number, bytes: number) => number;
}

const GB = 1_000_000_000;
/** What lines are cut to. */
const PIECE_BYTES = 4 * 1024 * 1024;

const event = (n: number): object => ({
  eventVersion: "1.11",
  userIdentity: { type: "AssumedRole", principalId: `AROAEXAMPLE:${n}`, accountId: "123456789012" },
  eventTime: `2026-05-01T00:00:${String(n % 60).padStart(2, "0")}Z`,
  eventSource: "ec2.amazonaws.com",
  eventName: "DescribeInstances",
  awsRegion: "eu-west-1",
  sourceIPAddress: `10.0.0.${n % 256}`,
  userAgent: 'aws-cli/2 "quoted"',
  requestParameters: { filterSet: { items: [{ name: "tag:Name", valueSet: { items: [{ value: `node-${n}` }] } }] } },
  responseElements: null,
  requestID: `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`,
  eventID: `11111111-0000-4000-8000-${String(n).padStart(12, "0")}`,
  eventType: "AwsApiCall",
  recipientAccountId: "123456789012",
});
const events = (count: number): string => Array.from({ length: count }, (_, n) => JSON.stringify(event(n))).join(",");

/** One of ten goes over two lines. */
const note = (n: number): string => (n % 10 === 0 ? '"over\ntwo lines ""too"""' : '"over one, plain"');
const row = (n: number): string =>
  `2026-05-01T00:00:00Z,${n},"a name, quoted",10.0.0.${n % 256},some text that is no number,0.${n},${note(n)}\n`;
const rows = (count: number): string => Array.from({ length: count }, (_, n) => row(n)).join("");

const CASES: Readonly<Record<string, Case>> = {
  cloudtrail: {
    head: `{"Records":[${events(1)}`,
    body: `,${events(1000)}`,
    tail: "]}",
    bytes: 2 * GB,
    source: {},
    records: (bodies) => 1 + 1000 * bodies,
  },
  csv: {
    head: "time,id,name,address,text,share,note\n",
    body: rows(1000),
    tail: "",
    bytes: 2 * GB,
    source: { framing: "csv" },
    records: (bodies) => 1000 * bodies,
  },
  sequence: {
    head: "",
    body: Array.from({ length: 1000 }, (_, n) => JSON.stringify(event(n))).join(""),
    tail: "",
    bytes: GB,
    source: {},
    records: (bodies) => 1000 * bodies,
  },
  line: {
    head: "",
    body: "x".repeat(1000),
    tail: "",
    bytes: GB / 2,
    source: { oversized: "split" },
    records: (_, bytes) => Math.ceil(bytes / PIECE_BYTES),
  },
  truncated: {
    head: "",
    body: "x".repeat(1000),
    tail: "\nlast\n",
    bytes: GB / 2,
    source: { oversized: "truncate" },
    records: () => 2,
  },
  blank: {
    head: "",
    body: "\n".repeat(1000),
    tail: "last\n",
    bytes: GB / 10,
    source: {},
    records: () => 1,
  },
  utf16: {
    head: "\ufeff",
    body: "a line of grün\n".repeat(1000),
    tail: "",
    bytes: GB / 4,
    source: {},
    records: (bodies) => 1000 * bodies,
  },
};

function readerOf(
  { head, body, tail }: Case,
  bodies: number,
  encoding: BufferEncoding,
): ObjectReader & { size: number } {
  const [first, repeated, last] = [head, body, tail].map((text) => Buffer.from(text, encoding)) as [
    Buffer,
    Buffer,
    Buffer,
  ];
  const size = first.length + repeated.length * bodies + last.length;
  const at = (position: number): Buffer => {
    if (position < first.length) return first.subarray(position);
    const within = position - first.length;
    if (within < repeated.length * bodies) return repeated.subarray(within % repeated.length);
    return last.subarray(within - repeated.length * bodies);
  };
  // A connection would read into buffers of its own, too; these are used in turns.
  const pool = Array.from({ length: 16 }, () => Buffer.allocUnsafeSlow(CHUNK_BYTES));
  let turn = 0;
  async function* chunks(start: number, end: number): AsyncGenerator<Uint8Array> {
    for (let position = start; position < end; ) {
      const chunk = (pool[turn++ % pool.length] as Buffer).subarray(0, end - position);
      for (let filled = 0; filled < chunk.length; ) filled += at(position + filled).copy(chunk, filled);
      position += chunk.length;
      yield chunk;
    }
  }
  return { size, read: async (_, { start, end }) => ({ etag: "e", size, body: chunks(start, Math.min(end, size)) }) };
}

/** Encodes documents, and sends them nowhere. */
const encoding: SinkDefinition = {
  options: { safeParse: (data: unknown) => ({ success: true, data }) } as unknown as SinkDefinition["options"],
  create: () => ({
    dedupes: "never",
    encode: (record, out) => {
      encodeDocument(record, out, { id: true });
      out.byte(0x0a);
      return undefined;
    },
    send: async () => DELIVERED,
  }),
};

async function measure(name: string, scale: number): Promise<boolean> {
  // As the handler of the zip does.
  setFlagsFromString("--semi-space-growth-factor=1");
  const one = CASES[name];
  if (one === undefined) throw new Error(`no case ${name}: ${Object.keys(CASES).join(", ")}`);
  const bodies = Math.round((one.bytes * scale) / one.body.length);
  const reader = readerOf(one, bodies, name === "utf16" ? "utf16le" : "utf8");
  const config = parseConfig({ sources: [one.source], sinks: { out: { type: "out" } } });
  const pipeline = createPipeline(config, { sinks: async () => encoding, reader });
  const began = process.cpuUsage();
  const outcome = await pipeline.objects([{ store: "s3", bucket: "b", key: "k", size: reader.size }]);
  const { user, system } = process.cpuUsage(began);
  const peak = process.resourceUsage().maxRSS * 1024;
  const expected = one.records(bodies, reader.size);
  const delivered = outcome.counts.delivered.out ?? 0;
  const speed = reader.size / (user + system);
  const figures = `${delivered} records of ${(reader.size / 1e6).toFixed(0)} MB, ${speed.toFixed(0)} MB per CPU second`;
  console.log(`${name}: ${figures}, peak ${(peak / 1e6).toFixed(0)} MB`);
  if (outcome.units[0]?.error !== undefined) throw outcome.units[0].error;
  if (delivered !== expected) throw new Error(`${delivered} records instead of ${expected}`);
  return peak < MAX_PEAK_BYTES;
}

/** In one file of JavaScript, as it is deployed: Node needs memory of its own to read TypeScript. */
async function bundled(): Promise<string> {
  const outfile = path.join(import.meta.dirname, "../.cache/decode-memory/main.mjs");
  await build({
    entryPoints: [import.meta.filename],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    conditions: ["@sluice/source"],
    external: ["esbuild"],
    logLevel: "error",
  });
  return outfile;
}

const { values } = parseArgs({
  options: { only: { type: "string" }, scale: { type: "string", default: "1" }, measure: { type: "string" } },
});
if (values.measure !== undefined) process.exitCode = (await measure(values.measure, Number(values.scale))) ? 0 : 1;
else {
  const main = await bundled();
  for (const name of values.only?.split(",") ?? Object.keys(CASES)) {
    const args = [main, "--measure", name, "--scale", values.scale];
    if (spawnSync(process.execPath, args, { stdio: "inherit" }).status !== 0) process.exitCode = 1;
  }
}
