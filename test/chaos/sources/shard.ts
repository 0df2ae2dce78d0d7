import type { InvokeResult } from "../../../tooling/engines/lambda-runtime.ts";
import { type Delivery, failuresIn, MAX_DELIVERIES, type Source } from "./source.ts";

const STREAM_ARN = "arn:aws:kinesis:us-east-1:123456789012:stream/chaos";

/** Beyond the second in which a process may not know of a rollover. */
const AGAIN_AFTER_MS = 2_000;

export interface ShardOptions {
  readonly name: string;
  readonly data: readonly Buffer[];
  readonly maxBatch: number;
  /** BisectBatchOnFunctionError: after an error, the first half alone, then the second. */
  readonly bisects: boolean;
}

/** One shard of a Kinesis stream and its event source mapping with ReportBatchItemFailures: read on from the earliest failure, and given up at last. */
export class Shard implements Source {
  /** Answers that named a failure, and batches that were halved. */
  readonly told = { partial: 0, halved: 0 };
  readonly #options: ShardOptions;
  #position = 0;
  #isUnderWay = false;
  #deliveries = 0;
  #notBefore = 0;
  /** Where halves of a failed batch end, the nearest last. */
  #cuts: number[] = [];

  constructor(options: ShardOptions) {
    this.#options = options;
  }

  /** Records of the stream, each with several lines. */
  get data(): readonly Buffer[] {
    return this.#options.data;
  }

  get isDone(): boolean {
    return !this.#isUnderWay && (this.#position >= this.data.length || this.#deliveries >= MAX_DELIVERIES);
  }

  comesAt(): number | undefined {
    return this.#isUnderWay || this.isDone ? undefined : this.#notBefore;
  }

  next(now: number): Delivery | undefined {
    if (this.#isUnderWay || this.isDone || now < this.#notBefore) return undefined;
    const from = this.#position;
    const data = this.data.slice(from, Math.min(from + this.#options.maxBatch, this.#cuts.at(-1) ?? Infinity));
    this.#isUnderWay = true;
    this.#deliveries += 1;
    return {
      event: { Records: data.map((bytes, i) => this.#record(bytes, from + i)) },
      settle: (result) => {
        this.#isUnderWay = false;
        const reached = this.#reached(result, from, data.length);
        if (reached > from) this.#deliveries = 0;
        else this.#notBefore = now + AGAIN_AFTER_MS * this.#deliveries;
        this.#position = reached;
        this.#cut(reached, from + data.length);
      },
    };
  }

  #reached(result: InvokeResult, from: number, count: number): number {
    const failed = failuresIn(result);
    if (failed === undefined) return from;
    for (let i = from; i < from + count; i++) {
      if (!failed.has(this.#sequence(i))) continue;
      this.told.partial += 1;
      return i;
    }
    return from + count;
  }

  /** What is left of a batch is halved, where the mapping does so and it can be. */
  #cut(reached: number, end: number): void {
    this.#cuts = this.#cuts.filter((cut) => cut > reached);
    if (!this.#options.bisects || end - reached < 2) return;
    this.told.halved += 1;
    if (!this.#cuts.includes(end)) this.#cuts.push(end);
    this.#cuts.push(reached + ((end - reached) >> 1));
  }

  #sequence(i: number): string {
    return `4960${String(i).padStart(20, "0")}`;
  }

  #record(bytes: Buffer, i: number): object {
    return {
      kinesis: {
        kinesisSchemaVersion: "1.0",
        partitionKey: "p",
        sequenceNumber: this.#sequence(i),
        data: bytes.toString("base64"),
        approximateArrivalTimestamp: 1_793_700_000 + i,
      },
      eventSource: "aws:kinesis",
      eventVersion: "1.0",
      eventID: `shardId-000000000000:${this.#sequence(i)}`,
      eventName: "aws:kinesis:record",
      awsRegion: "us-east-1",
      eventSourceARN: `${STREAM_ARN}-${this.#options.name}`,
    };
  }
}
