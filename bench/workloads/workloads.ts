import { AlbLog } from "./alb.ts";
import { AppLog } from "./app-log.ts";
import { CloudTrailLog } from "./cloudtrail.ts";
import { CloudWatchBatches } from "./cloudwatch.ts";
import { logText } from "./log-text.ts";
import { ACCOUNT, listOf, REGION } from "./names.ts";
import { sqsMessage } from "./notifications.ts";
import { Random } from "./random.ts";
import { type LogText, type Prepared, prepared, type WorkloadWriter } from "./store.ts";
import { VPC_FLOW_HEADER, VpcFlowLog } from "./vpc-flow.ts";

const MB = 1_000_000;
const DEFAULT_BYTES = 64 * MB;

export interface Workload {
  readonly name: string;
  readonly title: string;
  /** Invocations in one run; the first one warms up and isn't counted. */
  readonly invocations: number;
  /** Name of the format that core must have for it; undefined when any core can do it. */
  readonly needs?: RegExp;
  readonly build: (out: WorkloadWriter) => Promise<void>;
}

export const WORKLOADS: readonly Workload[] = [
  alb("w1", DEFAULT_BYTES),
  { name: "w2", title: "CloudTrail, 32k records", invocations: 3, needs: /cloudtrail/, build: cloudTrail },
  { name: "w3", title: "Kinesis, 100 × CloudWatch, 20k events", invocations: 11, build: kinesis },
  ndjson("w4", DEFAULT_BYTES),
  { name: "w5", title: "2,000 tiny ALB objects", invocations: 3, build: tinyObjects },
  { name: "vpc", title: "VPC flow, 64 MB", invocations: 2, needs: /vpc/, build: vpcFlow },
];

/** One of the list, or `w1` or `w4` of another size: `w1-256m`, `w4-1g`. */
export function workloadNamed(name: string): Workload {
  const known = WORKLOADS.find((workload) => workload.name === name);
  if (known !== undefined) return known;
  const [, kind, count, unit] = /^(w1|w4)-(\d+)(m|g)$/.exec(name) ?? [];
  const bytes = Number(count) * MB * (unit === "g" ? 1000 : 1);
  if (kind === undefined || !(bytes > 0 && bytes <= 1000 * MB)) {
    throw new Error(`no workload ${name}: expected one of ${WORKLOADS.map((each) => each.name).join(", ")}, w1-256m …`);
  }
  return kind === "w1" ? alb(name, bytes) : ndjson(name, bytes);
}

export function prepare(workload: Workload): Promise<Prepared> {
  return prepared(workload.name, workload.build);
}

function alb(name: string, bytes: number): Workload {
  const title = `ALB, ${bytes / MB} MB`;
  const build = (out: WorkloadWriter): Promise<void> => {
    const log = new AlbLog(42);
    return oneObject(
      out,
      albKey("2et2e1mx"),
      logText(() => log.line(), { bytes }),
    );
  };
  return { name, title, invocations: 3, build };
}

function ndjson(name: string, bytes: number): Workload {
  const title = `NDJSON, ${bytes / MB} MB`;
  const build = (out: WorkloadWriter): Promise<void> => {
    const log = new AppLog(45);
    return oneObject(
      out,
      "apps/checkout/2026/05/01/app-0001.ndjson.gz",
      logText(() => log.line(), { bytes }),
    );
  };
  return { name, title, invocations: 3, build };
}

function cloudTrail(out: WorkloadWriter): Promise<void> {
  const log = new CloudTrailLog(43);
  const text = logText(() => JSON.stringify(log.record()), {
    records: 32_000,
    head: '{"Records":[',
    separator: ",",
    tail: "]}",
  });
  const folder = `AWSLogs/${ACCOUNT}/CloudTrail/${REGION}/2026/05/01`;
  return oneObject(out, `${folder}/${ACCOUNT}_CloudTrail_${REGION}_20260501T0005Z_Mu0KsOhtH1ar15ZZ.json.gz`, text);
}

function vpcFlow(out: WorkloadWriter): Promise<void> {
  const log = new VpcFlowLog(47);
  const folder = `AWSLogs/${ACCOUNT}/vpcflowlogs/${REGION}/2026/05/01`;
  const key = `${folder}/${ACCOUNT}_vpcflowlogs_${REGION}_fl-0123456789abcdef0_20260501T0005Z_1a2b3c4d.log.gz`;
  return oneObject(
    out,
    key,
    logText(() => log.line(), { bytes: DEFAULT_BYTES, head: VPC_FLOW_HEADER }),
  );
}

async function oneObject(out: WorkloadWriter, key: string, text: LogText): Promise<void> {
  const object = await out.object(key, text);
  const { records, rawBytes } = text.counted();
  await out.event({ Records: [sqsMessage(object, new Random(1))] }, records, rawBytes);
}

async function kinesis(out: WorkloadWriter): Promise<void> {
  const batches = new CloudWatchBatches(44);
  for (let file = 0; file < 5; file++) {
    const made = listOf(100, () => batches.record(200));
    const rawBytes = made.reduce((sum, each) => sum + each.rawBytes, 0);
    await out.event({ Records: made.map(({ record }) => record) }, made.length * 200, rawBytes);
  }
}

async function tinyObjects(out: WorkloadWriter): Promise<void> {
  const random = new Random(46);
  const log = new AlbLog(48);
  const messages: object[] = [];
  let allRecords = 0;
  let allBytes = 0;
  for (let i = 0; i < 2000; i++) {
    const text = logText(() => log.line(), { records: random.int(10, 16) });
    messages.push(sqsMessage(await out.object(albKey(`${random.base62(8)}${i}`), text), random));
    const { records, rawBytes } = text.counted();
    allRecords += records;
    allBytes += rawBytes;
  }
  await out.event({ Records: messages }, allRecords, allBytes);
}

function albKey(name: string): string {
  const folder = `AWSLogs/${ACCOUNT}/elasticloadbalancing/${REGION}/2026/05/01`;
  return `${folder}/${ACCOUNT}_elasticloadbalancing_${REGION}_app.my-loadbalancer.b13ea9d19f16d015_20260501T0005Z_10.0.0.1_${name}.log.gz`;
}
