import { randomUUID } from "node:crypto";
import { type Clock, type Reingest, type ReingestTarget, SluiceError, systemClock } from "@sluice/core";
import { type AwsOptions, regionOfArn } from "./options.ts";

/** What one request takes, of either service. */
const MAX_RECORDS = 500;
const MAX_BYTES = 4 * 1000 * 1000;

/** Attempts at what wasn't taken, the first included: both services refuse single records when they are busy. */
const MAX_ATTEMPTS = 5;
/** Milliseconds before the second attempt; doubled each time. */
const FIRST_DELAY_MS = 100;

type Put = (data: readonly Uint8Array[], signal: AbortSignal) => Promise<readonly boolean[]>;

/** Puts data back into a delivery stream, or into the Kinesis stream that it reads from. Clients are loaded and made when first needed. */
export function createReingest(aws: AwsOptions, clock: Clock = systemClock): Reingest {
  return {
    put: async (to, data, signal) => {
      const put =
        to.sourceKinesisStreamArn === undefined
          ? await delivery(to, aws)
          : await kinesis(to.sourceKinesisStreamArn, aws);
      const taken = data.map(() => false);
      for (let made = 1; ; made++) {
        const left = taken.flatMap((is, i) => (is ? [] : [i]));
        const now: boolean[] = [];
        for (const batch of batches(left.map((i) => data[i] as Uint8Array)))
          now.push(...(await attempt(put, batch, signal)));
        for (const [at, i] of left.entries()) taken[i] = now[at] === true;
        if (made === MAX_ATTEMPTS || !now.includes(false)) return taken;
        if (!(await slept(FIRST_DELAY_MS * 2 ** (made - 1), clock, signal))) return taken;
      }
    },
  };
}

/** False: the time was over before. */
function slept(ms: number, clock: Clock, signal: AbortSignal): Promise<boolean> {
  return clock.sleep(ms, signal).then(
    () => true,
    () => false,
  );
}

/** Nothing of a request that failed was taken, as far as anyone knows. */
async function attempt(put: Put, batch: readonly Uint8Array[], signal: AbortSignal): Promise<readonly boolean[]> {
  try {
    return await put(batch, signal);
  } catch {
    return batch.map(() => false);
  }
}

function batches(data: readonly Uint8Array[]): Uint8Array[][] {
  const all: Uint8Array[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const each of data) {
    if (bytes + each.length > MAX_BYTES || (all.at(-1)?.length ?? 0) >= MAX_RECORDS) {
      all.push([]);
      bytes = 0;
    }
    all.at(-1)?.push(each);
    bytes += each.length;
  }
  return all;
}

async function delivery({ deliveryStreamArn }: ReingestTarget, aws: AwsOptions): Promise<Put> {
  const { FirehoseClient, PutRecordBatchCommand } = await import("./sdk/firehose.ts");
  const client = new FirehoseClient(configOf(deliveryStreamArn, aws));
  const DeliveryStreamName = nameIn(deliveryStreamArn, "deliverystream");
  return async (data, abortSignal) => {
    const Records = data.map((Data) => ({ Data }));
    const answer = await client.send(new PutRecordBatchCommand({ DeliveryStreamName, Records }), { abortSignal });
    return data.map((_, i) => answer.RequestResponses?.[i]?.RecordId !== undefined);
  };
}

async function kinesis(StreamARN: string, aws: AwsOptions): Promise<Put> {
  const { KinesisClient, PutRecordsCommand } = await import("./sdk/kinesis.ts");
  const client = new KinesisClient(configOf(StreamARN, aws));
  return async (data, abortSignal) => {
    const Records = data.map((Data) => ({ Data, PartitionKey: randomUUID() }));
    try {
      const answer = await client.send(new PutRecordsCommand({ StreamARN, Records }), { abortSignal });
      return data.map((_, i) => answer.Records?.[i]?.SequenceNumber !== undefined);
    } finally {
      // Its HTTP/2 session would stay open, and be dead after a freeze.
      client.destroy();
    }
  };
}

function configOf(arn: string, aws: AwsOptions): AwsOptions & { readonly region?: string } {
  const region = regionOfArn(arn);
  return region === undefined ? aws : { ...aws, region };
}

function nameIn(arn: string, kind: string): string {
  const name = arn.split(`:${kind}/`)[1];
  if (name === undefined) throw new SluiceError("INTERNAL", `expected the ARN of a ${kind}, got ${arn}`);
  return name;
}
