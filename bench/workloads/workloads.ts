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
  /** Invocations of a run that aren't counted, and those that are, after them. */
  readonly warmUps: number;
  readonly counted: number;
  /** Rounds that it is run in at most, where one takes long. */
  readonly rounds?: number;
  /** Name of the format that core must have for it; undefined when any core can do it. */
  readonly needs?: RegExp;
  readonly build: (out: WorkloadWriter) => Promise<void>;
}

const ONCE_WARM = { warmUps: 1, counted: 1 } as const;
/** Beyond this an object takes seconds, and is one of few. */
const LARGE = 512 * MB;
/** Tiny objects that a run of `small-N` reads, N at once: first to warm up, then counted. */
const SMALL_WARM_UPS = 64;
const SMALL_COUNTED = 192;

export const WORKLOADS: readonly Workload[] = [
  alb("w1", DEFAULT_BYTES),
  { name: "w2", title: "CloudTrail, 32k records", ...ONCE_WARM, needs: /cloudtrail/, build: cloudTrail },
  { name: "w3", title: "Kinesis, 100 × CloudWatch, 20k events", warmUps: 1, counted: 5, build: kinesis },
  ndjson("w4", DEFAULT_BYTES),
  { name: "w5", title: "2,000 tiny ALB objects", ...ONCE_WARM, build: (out) => tinyObjects(out, 2000, 500) },
  vpcFlow("vpc", DEFAULT_BYTES),
];

const SIZED: Readonly<Record<string, (name: string, bytes: number) => Workload>> = {
  w1: alb,
  w4: ndjson,
  vpc: vpcFlow,
};

/** One of the list, or `w1`, `w4` or `vpc` of another size (`w1-256m`, `w4-1g`), or `small-64`: 64 tiny objects an event. */
export function workloadNamed(name: string): Workload {
  const known = WORKLOADS.find((workload) => workload.name === name) ?? sized(name) ?? small(name);
  if (known !== undefined) return known;
  const names = WORKLOADS.map((each) => each.name).join(", ");
  throw new Error(`no workload ${name}: expected one of ${names}, w1-256m …, small-64 …`);
}

export function prepare(workload: Workload): Promise<Prepared> {
  return prepared(workload.name, workload.build);
}

function sized(name: string): Workload | undefined {
  const [, kind = "", count, unit] = /^(w1|w4|vpc)-(\d+)(m|g)$/.exec(name) ?? [];
  const bytes = Number(count) * MB * (unit === "g" ? 1000 : 1);
  return bytes > 0 && bytes <= 1000 * MB ? SIZED[kind]?.(name, bytes) : undefined;
}

function small(name: string): Workload | undefined {
  const count = Number(/^small-(\d+)$/.exec(name)?.[1]);
  if (!(count >= 1 && count <= SMALL_WARM_UPS)) return undefined;
  return {
    name,
    title: `${count} tiny ALB objects at once`,
    warmUps: Math.ceil(SMALL_WARM_UPS / count),
    counted: Math.ceil(SMALL_COUNTED / count),
    build: (out) => tinyObjects(out, count),
  };
}

/** Objects of hundreds of megabytes are preceded by one of 64 MB, and done in few rounds. */
function single(name: string, bytes: number): Pick<Workload, "name" | "warmUps" | "counted"> & { rounds?: number } {
  if (bytes >= LARGE) return { name, ...ONCE_WARM, rounds: 2 };
  return { name, warmUps: 1, counted: bytes < DEFAULT_BYTES ? 2 : 1 };
}

function alb(name: string, bytes: number): Workload {
  const build = async (out: WorkloadWriter): Promise<void> => {
    const log = new AlbLog(42);
    if (bytes >= LARGE) await warmUpObject(out, albKey("1warmup0"), new AlbLog(41));
    const text = logText(() => log.line(), { bytes });
    await oneObject(out, albKey("2et2e1mx"), text);
  };
  return { ...single(name, bytes), title: `ALB, ${bytes / MB} MB`, build };
}

function ndjson(name: string, bytes: number): Workload {
  const build = async (out: WorkloadWriter): Promise<void> => {
    const log = new AppLog(45);
    if (bytes >= LARGE) await warmUpObject(out, "apps/checkout/2026/05/01/app-0000.ndjson.gz", new AppLog(40));
    const text = logText(() => log.line(), { bytes });
    await oneObject(out, "apps/checkout/2026/05/01/app-0001.ndjson.gz", text);
  };
  return { ...single(name, bytes), title: `NDJSON, ${bytes / MB} MB`, build };
}

function vpcFlow(name: string, bytes: number): Workload {
  const folder = `AWSLogs/${ACCOUNT}/vpcflowlogs/${REGION}/2026/05/01`;
  const key = `${folder}/${ACCOUNT}_vpcflowlogs_${REGION}_fl-0123456789abcdef0_20260501T0005Z_1a2b3c4d.log.gz`;
  const build = (out: WorkloadWriter): Promise<void> => {
    const log = new VpcFlowLog(47);
    const text = logText(() => log.line(), { bytes, head: VPC_FLOW_HEADER });
    return oneObject(out, key, text);
  };
  return { ...single(name, bytes), title: `VPC flow, ${bytes / MB} MB`, needs: /vpc/, build };
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

async function oneObject(out: WorkloadWriter, key: string, text: LogText): Promise<void> {
  const object = await out.object(key, text);
  await out.event({ Records: [sqsMessage(object, new Random(1))] }, text.counted());
}

async function warmUpObject(out: WorkloadWriter, key: string, log: { line(): string }): Promise<void> {
  const text = logText(() => log.line(), { bytes: DEFAULT_BYTES });
  const object = await out.object(key, text);
  await out.warmUp({ Records: [sqsMessage(object, new Random(2))] }, text.counted());
}

async function kinesis(out: WorkloadWriter): Promise<void> {
  const batches = new CloudWatchBatches(44);
  for (let file = 0; file < 5; file++) {
    const made = listOf(100, () => batches.record(200));
    const rawBytes = made.reduce((sum, each) => sum + each.rawBytes, 0);
    await out.event({ Records: made.map(({ record }) => record) }, { records: made.length * 200, rawBytes });
  }
}

/** `warmUps`: messages that come in an event of their own, before the first that counts. */
async function tinyObjects(out: WorkloadWriter, count: number, warmUps = 0): Promise<void> {
  const random = new Random(46);
  const log = new AlbLog(48);
  const messages: object[] = [];
  const sum = { records: 0, rawBytes: 0 };
  for (let i = 0; i < count; i++) {
    const text = logText(() => log.line(), { records: random.int(10, 16) });
    messages.push(sqsMessage(await out.object(albKey(`${random.base62(8)}${i}`), text), random));
    const { records, rawBytes } = text.counted();
    sum.records += records;
    sum.rawBytes += rawBytes;
    if (i + 1 === warmUps) await out.warmUp({ Records: messages }, sum);
  }
  await out.event({ Records: messages }, sum);
}

function albKey(name: string): string {
  const folder = `AWSLogs/${ACCOUNT}/elasticloadbalancing/${REGION}/2026/05/01`;
  return `${folder}/${ACCOUNT}_elasticloadbalancing_${REGION}_app.my-loadbalancer.b13ea9d19f16d015_20260501T0005Z_10.0.0.1_${name}.log.gz`;
}
