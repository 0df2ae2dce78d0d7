import { Buffer } from "node:buffer";
import { albKinds, albTraffic, randomFrom } from "./make-fixtures-alb.ts";
import { cloudTrailDigest, cloudTrailEvents } from "./make-fixtures-cloudtrail.ts";
import { ACCOUNT, gzip, md5, type ObjectFacts, REGION } from "./make-fixtures-events.ts";
import { packed } from "./make-fixtures-packed.ts";
import { vpcFlowCustom, vpcFlowDefault } from "./make-fixtures-vpc.ts";

/** An object of a bucket folder and what is in it. */
export interface FixtureObject extends ObjectFacts {
  readonly bytes: Uint8Array;
  /** Records; null where it can't be said, as the object ends in the middle of its compressed data. */
  readonly records: number | null;
  /** Blank lines and headers. */
  readonly skipped: number;
  /** Lines that don't fit the format that the first line shows. */
  readonly unparsed: number;
}

interface Content {
  readonly records: number | null;
  readonly skipped?: number;
  readonly unparsed?: number;
  readonly versionId?: string;
  /** Uploaded in parts (here one), which gives another kind of etag. */
  readonly multipart?: true;
}

function object(bucket: string, key: string, bytes: Uint8Array, content: Content): FixtureObject {
  const { records, skipped = 0, unparsed = 0, versionId, multipart } = content;
  const whole = md5(bytes);
  const etag = multipart === true ? `${md5(Buffer.from(whole, "hex"))}-1` : whole;
  const version = versionId === undefined ? {} : { versionId };
  return { bucket, key, bytes, size: bytes.length, etag, ...version, records, skipped, unparsed };
}

const lines = (all: readonly string[]): string => all.map((line) => `${line}\n`).join("");

/** A key as the load balancer writes it: "Access log files" in the AWS guide. */
export function albKey(balancer: string, endTime: string, name: string): string {
  const folder = `${endTime.slice(0, 4)}/${endTime.slice(4, 6)}/${endTime.slice(6, 8)}`;
  const file = `123456789012_elasticloadbalancing_eu-west-1_${balancer}_${endTime}_203.0.113.21_${name}.log.gz`;
  return `AWSLogs/123456789012/elasticloadbalancing/eu-west-1/${folder}/${file}`;
}

const ELB = "acme-elb-logs";
const APP = "acme-app-logs";
const AUDIT = "acme-audit-logs";

/** As CloudTrail and flow logs name their files: `AWSLogs/<account>/<service>/<region>/<day>/<file>`. */
const auditKey = (service: string, file: string): string =>
  `AWSLogs/${ACCOUNT}/${service}/${REGION}/2026/11/03/${ACCOUNT}_${file}`;
const flowKey = (flowLog: string, name: string): string =>
  auditKey("vpcflowlogs", `vpcflowlogs_${REGION}_${flowLog}_20261103T0905Z_${name}.log.gz`);

/** With folders as Hive has them, which flow logs in Parquet may be given. */
const flowParquetKey = (flowLog: string, name: string): string =>
  `AWSLogs/aws-account-id=${ACCOUNT}/aws-service=vpcflowlogs/aws-region=${REGION}/year=2026/month=11/day=03/` +
  `${ACCOUNT}_vpcflowlogs_${REGION}_${flowLog}_20261103T0905Z_${name}.log.parquet`;
const SECURITY_LAKE_KEY = `aws/VPC_FLOW/2.0/region=${REGION}/accountId=${ACCOUNT}/eventDay=20261103/1f2e3d4c5b6a.zstd.parquet`;

const traffic = albTraffic({
  random: randomFrom(1),
  lines: 40,
  start: "2026-11-03T09:00:00Z",
  balancer: "app/shop/50dc6c495c0c9188",
});
const plain = albTraffic({
  random: randomFrom(2),
  lines: 10,
  start: "2026-11-03T09:00:00Z",
  balancer: "app/admin/9c1b7e0a44d2f316",
});
const kinds = albKinds();

export const jsonLine = (n: number): string =>
  JSON.stringify({
    "@timestamp": new Date(Date.parse("2026-11-03T09:01:00Z") + n * 1500).toISOString(),
    level: n % 5 === 0 ? "error" : "info",
    message: n % 5 === 0 ? `payment ${n} refused: card expired` : `order ${n} accepted`,
    order: { id: 1000 + n, total: n * 7.5 },
  });
const orders = Array.from({ length: 12 }, (_, n) => jsonLine(n));

const trail = JSON.stringify({ Records: cloudTrailEvents });

const cut = gzip(lines(traffic));

export const objects = {
  alb: object(ELB, albKey("app.shop.50dc6c495c0c9188", "20261103T0905Z", "4xkd93mz"), gzip(lines(traffic)), {
    records: traffic.length,
    versionId: "ZM1bUO4W3iWw3Fgc1nYTGYy.EXAMPLE1",
  }),
  albKinds: object(ELB, albKey("app.shop.50dc6c495c0c9188", "20261103T0910Z", "1r7vq0ay"), gzip(lines(kinds)), {
    records: kinds.length,
    versionId: "9_gKg5vG56F.TTEUdwkxGpJ3EXAMPLE2",
  }),
  albPlain: object(APP, "elb/admin.log", Buffer.from(lines(plain)), { records: plain.length }),
  albWithOtherLines: object(
    APP,
    "elb/admin-with-other-lines.log",
    Buffer.from(lines([...plain.slice(0, 3), "this line is no access log entry", (plain[3] as string).slice(0, 240)])),
    { records: 5, unparsed: 2 },
  ),
  orders: object(APP, "orders/2026/11/03/orders.ndjson", Buffer.from(lines(orders)), { records: orders.length }),
  empty: object(APP, "text/empty.log", Buffer.alloc(0), { records: 0 }),
  untidy: object(APP, "text/untidy.log", Buffer.from("\n\r\nfirst\r\n\nsecond\r\n\r\n\nthird, without a line end"), {
    records: 3,
    skipped: 5,
  }),
  separators: object(
    APP,
    "text/separators.log",
    Buffer.from("line\u2028separator\nnext\u0085line\nparagraph\u2029separator\na\rb, \u000b and \f\n"),
    { records: 4 },
  ),
  multiMember: object(
    APP,
    "text/multi-member.log.gz",
    Buffer.concat([gzip("one\ntwo\nthr"), gzip("ee\nfour\n"), gzip("five\n")]),
    { records: 5, multipart: true },
  ),
  truncated: object(APP, "text/truncated.log.gz", cut.subarray(0, Math.floor(cut.length * 0.6)), { records: null }),
  cloudTrail: object(
    AUDIT,
    auditKey("CloudTrail", `CloudTrail_${REGION}_20261103T0905Z_Mu0KsOhtH1ar15ZZ.json.gz`),
    gzip(trail),
    { records: cloudTrailEvents.length },
  ),
  cloudTrailDigest: object(
    AUDIT,
    auditKey("CloudTrail-Digest", `CloudTrail-Digest_${REGION}_all-events_${REGION}_20261103T091500Z.json.gz`),
    gzip(JSON.stringify(cloudTrailDigest)),
    { records: 0 },
  ),
  cloudTrailPretty: object(
    AUDIT,
    "exports/events.json",
    Buffer.from(`${JSON.stringify({ Records: cloudTrailEvents.slice(0, 3) }, null, 2)}\n`),
    { records: 3 },
  ),
  cloudTrailCut: object(AUDIT, "exports/events-cut.json.gz", gzip(trail.slice(0, trail.lastIndexOf("kms"))), {
    records: cloudTrailEvents.findIndex(({ eventSource }) => eventSource === "kms.amazonaws.com"),
  }),
  vpcFlow: object(AUDIT, flowKey("fl-0123456789abcdef0", "1a2b3c4d"), gzip(lines(vpcFlowDefault)), {
    records: vpcFlowDefault.length - 1,
    skipped: 1,
  }),
  vpcFlowCustom: object(AUDIT, flowKey("fl-0fedcba9876543210", "5e6f7a8b"), gzip(lines(vpcFlowCustom)), {
    records: vpcFlowCustom.length - 1,
    skipped: 1,
  }),
  bzip2: object(APP, "packed/orders.ndjson.bz2", packed("orders.bz2"), { records: orders.length }),
  snappy: object(APP, "packed/orders.ndjson.sz", packed("orders.sz"), { records: orders.length }),
  zstd: object(APP, "packed/orders.ndjson.zst", packed("orders.zst"), { records: orders.length }),
  zlib: object(APP, "packed/orders", packed("orders.zlib"), { records: orders.length }),
  gzipTwice: object(APP, "packed/orders.ndjson.gz", packed("orders.gz.gz"), { records: orders.length }),
  zip: object(APP, "packed/orders.zip", packed("orders.zip"), { records: orders.length }),
  zipCut: object(APP, "packed/orders-cut.zip", packed("orders.zip").subarray(0, -30), { records: 0 }),
  vpcFlowParquet: object(AUDIT, flowParquetKey("fl-0123456789abcdef0", "1a2b3c4d"), packed("vpc-flow.parquet"), {
    records: vpcFlowDefault.length - 1,
    skipped: 1,
  }),
  vpcFlowCustomParquet: object(
    AUDIT,
    flowParquetKey("fl-0fedcba9876543210", "5e6f7a8b"),
    packed("vpc-flow-custom.parquet"),
    { records: vpcFlowCustom.length - 1, skipped: 1 },
  ),
  securityLake: object(AUDIT, SECURITY_LAKE_KEY, packed("security-lake.parquet"), { records: 3 }),
  oddKey: object(APP, "text/grün tee+zucker 100% (neu).log", Buffer.from("eins\nzwei\n"), { records: 2 }),
} as const satisfies Record<string, FixtureObject>;
