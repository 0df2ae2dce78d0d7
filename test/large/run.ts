import { setTimeout as delay } from "node:timers/promises";
import { type LambdaFunction, startLambda } from "../../tooling/engines/lambda-runtime.ts";
import { Queue } from "../chaos/sources/queue.ts";
import { type Delivery, failuresIn } from "../chaos/sources/source.ts";
import { queueBody } from "../chaos/workload/notifications.ts";
import { Random } from "../fuzz/random.ts";
import { BUCKET, LocalAws } from "./local-aws.ts";
import type { Kind, Made } from "./object/kinds.ts";
import type { Counted, Target } from "./target/target.ts";

/** What an invocation may hold, whatever the object's size. */
export const MOST_MB = 160;

const QUEUE = {
  arn: "arn:aws:sqs:us-east-1:000000000000:large-continue",
  maxBatch: 1,
  duplicates: 0,
  disorder: 0,
  maxBytes: 1_048_576,
};
/** From one look for messages to the next, while there are none or all were put off. */
const WAIT_MS = 100;
const MOST_FAILURES = 5;
const now = (): number => performance.now();
const QUEUE_PATH = "/000000000000/large-continue";

export interface LargeOptions {
  readonly kind: Kind;
  readonly made: Made;
  readonly target: Target;
  /** The unpacked function. */
  readonly taskRoot: string;
  /** Of each invocation. */
  readonly seconds: number;
  readonly memoryMb: number;
  /** Whether requests to the sink are compressed. */
  readonly compression: "gzip" | "none";
  /** Execution environments at the same time. */
  readonly parallel?: number | undefined;
  /** `continuation.splitBytes`; default: the product's. */
  readonly splitBytes?: number | undefined;
  readonly bytesPerSecond?: number | undefined;
  onInvocation?(each: Invocation, target: Target): unknown;
}

export interface Invocation {
  readonly seconds: number;
  /** Largest resident size of its process so far, which all invocations have in common unless one was killed. */
  readonly peakMb: number;
  readonly end: "answered" | "failed" | "killed";
}

export interface LargeResult extends Counted {
  readonly kind: Kind;
  readonly textBytes: number;
  readonly records: number;
  readonly invocations: readonly Invocation[];
  readonly seconds: number;
  readonly logs: string;
}

/** Carries one object by as many invocations as it takes, and counts its lines. */
export async function runLarge(options: LargeOptions): Promise<LargeResult> {
  const { kind, made, target, parallel = 1 } = options;
  const random = new Random(1);
  const queue = new Queue(QUEUE, random);
  const { object, text, records } = made;
  queue.add(queueBody([{ bucket: BUCKET, key: object.name, size: object.size, etag: object.etag }], random));
  const aws = new LocalAws({ object, queue, now, bytesPerSecond: options.bytesPerSecond });
  const url = await aws.open();
  const workers = Array.from({ length: parallel }, () => new Worker(options, url));
  const invocations: Invocation[] = [];
  const work = async (worker: Worker): Promise<void> => {
    while (!queue.isDone && !isStuck(invocations)) {
      const next = queue.next(now());
      if (next === undefined) {
        await delay(WAIT_MS);
        continue;
      }
      const invocation = await worker.deliver(next);
      invocations.push(invocation);
      await options.onInvocation?.(invocation, target);
    }
  };
  const began = performance.now();
  try {
    await Promise.all(workers.map(work));
    const seconds = (performance.now() - began) / 1000;
    const textBytes = records * text.lineBytes;
    const logs = workers.map((worker) => worker.logs).join("");
    return { kind, textBytes, records, invocations, seconds, ...(await target.count()), logs };
  } finally {
    await Promise.all(workers.map((worker) => worker.stop()));
    aws.close();
  }
}

/** What comes back so often, one time after the other, won't be done. */
function isStuck(invocations: readonly Invocation[]): boolean {
  return (
    invocations.length >= MOST_FAILURES && invocations.slice(-MOST_FAILURES).every(({ end }) => end !== "answered")
  );
}

/** A place for one execution environment: warm until it is killed. */
class Worker {
  readonly #options: LargeOptions;
  readonly #awsUrl: string;
  #function: LambdaFunction | undefined;
  #logs = "";

  constructor(options: LargeOptions, awsUrl: string) {
    this.#options = options;
    this.#awsUrl = awsUrl;
  }

  get logs(): string {
    return this.#logs + (this.#function?.logs() ?? "");
  }

  async deliver(delivery: Delivery): Promise<Invocation> {
    this.#function ??= await this.#start();
    const result = await this.#function.invoke(delivery.event, this.#options.seconds * 1000);
    delivery.settle(result);
    const failed = failuresIn(result);
    const end = failed === undefined ? "killed" : failed.size > 0 ? "failed" : "answered";
    const invocation: Invocation = {
      seconds: result.durationMs / 1000,
      peakMb: this.#function.rssPeakMb(),
      end,
    };
    if (end === "killed") await this.stop();
    return invocation;
  }

  async stop(): Promise<void> {
    const stopped = this.#function;
    this.#function = undefined;
    this.#logs += stopped?.logs() ?? "";
    await stopped?.stop();
  }

  #start(): Promise<LambdaFunction> {
    const { taskRoot, memoryMb, target, compression, splitBytes } = this.#options;
    const config = {
      sinks: { search: { ...target.sink, compression } },
      continuation: { queue: this.#awsUrl + QUEUE_PATH, ...(splitBytes === undefined ? {} : { splitBytes }) },
    };
    const env = { AWS_ENDPOINT_URL: this.#awsUrl, SLUICE_CONFIG: JSON.stringify(config) };
    return startLambda({ taskRoot, handler: "index.handler", env, memoryMb });
  }
}

/** `KIND GB: N records, N lost, N doubled, N invocations, longest N s, peak N MB`, and what else is wrong. */
export function lineOf({ kind, textBytes, records, invocations, ...counted }: LargeResult): string {
  const longest = Math.max(...invocations.map(({ seconds }) => seconds));
  const peak = Math.max(...invocations.map(({ peakMb }) => peakMb));
  const not = (end: Invocation["end"]): number => invocations.filter((each) => each.end === end).length;
  const parts = [
    `${records} records`,
    `${counted.lost} lost`,
    `${counted.doubled} doubled`,
    `${invocations.length} invocations`,
    `longest ${longest.toFixed(1)} s`,
    `peak ${Math.round(peak)} MB`,
    ...(counted.strange === 0 ? [] : [`${counted.strange} not as they were`]),
    ...(not("failed") === 0 ? [] : [`${not("failed")} that failed`]),
    ...(not("killed") === 0 ? [] : [`${not("killed")} killed`]),
  ];
  return `${kind} ${Number((textBytes / 1e9).toFixed(2))} GB: ${parts.join(", ")}`;
}

/** A message that came back and was then done is no breach: the queue is there for that. */
export function isKept({ lost, doubled, strange, invocations }: LargeResult): boolean {
  const isMet = ({ end, peakMb }: Invocation): boolean => end !== "killed" && peakMb <= MOST_MB;
  return lost === 0 && doubled === 0 && strange === 0 && invocations.every(isMet);
}
