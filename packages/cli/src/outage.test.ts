import { Buffer } from "node:buffer";
import { gzipSync } from "node:zlib";
import type { QueueTarget, ReceiveOptions } from "@sluice/lambda-entry";
import { describe, expect, test } from "vitest";
import { fakeContext } from "./fake-context.testing.ts";
import { main } from "./main.ts";
import {
  ACCOUNT,
  continuing,
  createdEvent,
  DAY_MS,
  FUNCTION_ARN,
  functionReads,
  MINUTE_MS,
  OUTAGE_MS,
  REGION,
  SimulatedQueue,
  World,
} from "./outage.testing.ts";

const QUEUE = `https://sqs.${REGION}.amazonaws.com/${ACCOUNT}/q`;
const CONTINUED = { continuation: { queue: QUEUE } };
const DEAD = `https://sqs.${REGION}.amazonaws.com/${ACCOUNT}/dead`;
const KEYS = ["a", "b", "c"];
const LINES = 20;
const linesOf = (...keys: readonly string[]): string[] =>
  keys.flatMap((key) => Array.from({ length: LINES }, (_, i) => `${key} ${i}`));
const base64 = (text: string | Uint8Array): string => Buffer.from(text).toString("base64");

/** A world with three objects in a bucket. */
function aWorld(config: object = {}): World {
  const world = new World(config);
  for (const key of KEYS) world.put("logs", key, LINES);
  return world;
}

describe("SQS", () => {
  const GROUPS = ["x", "y"];
  const perGroup = (group: string): string[] => [0, 1, 2, 3].map((i) => `${group}/${i}`);

  /** Four messages in each of two groups, of an object each. */
  function filled(queue: SimulatedQueue, world: World): string[] {
    for (const group of GROUPS)
      for (const key of perGroup(group)) {
        world.put("logs", key, LINES);
        queue.send(JSON.stringify(createdEvent("logs", key)), group);
      }
    return linesOf(...GROUPS.flatMap(perGroup));
  }

  test("FIFO: three days lose nothing, each group keeps its order, no message is received a hundred times", async () => {
    const world = new World(CONTINUED);
    const queue = new SimulatedQueue(world.clock, { fifo: true, maxReceives: 100 });
    const lines = filled(queue, world);
    await functionReads(queue, world);
    expect(queue.lost).toEqual([]);
    expect(world.delivered.toSorted()).toEqual(lines.toSorted());
    for (const group of GROUPS)
      expect(world.delivered.filter((line) => line.startsWith(group))).toEqual(linesOf(...perGroup(group)));
    expect(queue.mostReceives).toBeGreaterThan(70);
    expect(queue.mostReceives).toBeLessThan(90);
  });

  test.each([{ fifo: false }, { fifo: true }])(
    "with five receives the dead-letter queue has all within an hour, and one command drains it (%j)",
    async ({ fifo }) => {
      const world = new World();
      const began = world.now;
      const deadLetters = new SimulatedQueue(world.clock, { fifo });
      const queue = new SimulatedQueue(world.clock, { fifo, maxReceives: 5, deadLetters });
      const lines = filled(queue, world);
      await functionReads(queue, world);
      expect(world.now - began).toBeLessThan(60 * MINUTE_MS);
      expect(deadLetters.size).toBe(8);
      const summary = world.drain(["replay", "--queue", DEAD], { queue: deadLetters });
      expect(await world.clock.play(summary)).toMatchObject({ exit: 0 });
      expect(deadLetters.size).toBe(0);
      expect(world.delivered.toSorted()).toEqual(lines.toSorted());
    },
  );
});

const sns = (event: object): object => ({
  Records: [
    {
      EventSource: "aws:sns",
      EventSubscriptionArn: `arn:aws:sns:${REGION}:${ACCOUNT}:t:s`,
      Sns: { TopicArn: `arn:aws:sns:${REGION}:${ACCOUNT}:t`, MessageId: "n", Message: JSON.stringify(event) },
    },
  ],
});
const eventBridge = (key: string): object => ({
  version: "0",
  id: key,
  "detail-type": "Object Created",
  source: "aws.s3",
  account: ACCOUNT,
  region: REGION,
  resources: ["arn:aws:s3:::logs"],
  detail: { bucket: { name: "logs" }, object: { key, size: 10, etag: "e" } },
});
const cloudWatch = (key: string): object => {
  const logEvents = linesOf(key).map((message, i) => ({ id: `${key}${i}`, timestamp: 1_700_000_000_000, message }));
  const payload = { messageType: "DATA_MESSAGE", owner: "1", logGroup: "g", logStream: key, logEvents };
  return { awslogs: { data: base64(gzipSync(JSON.stringify(payload))) } };
};
const ASYNC: readonly (readonly [string, readonly object[]])[] = [
  ["SNS", KEYS.map((key) => sns(createdEvent("logs", key)))],
  ["EventBridge", KEYS.map(eventBridge)],
  ["S3", KEYS.map((key) => createdEvent("logs", key))],
  ["CloudWatch Logs", KEYS.map(cloudWatch)],
];

describe.each(ASYNC)("%s, asynchronously", (_, events) => {
  /** As Lambda does: two retries, a minute and two minutes later. Attempts made when it gave up; undefined: it didn't. */
  async function invoked(event: object, world: World, queue: SimulatedQueue): Promise<number | undefined> {
    for (const [attempt, waitMs] of [MINUTE_MS, 2 * MINUTE_MS, 0].entries()) {
      const handedOver: string[] = [];
      const { error } = await world.invoke(event, continuing(handedOver, world));
      for (const body of handedOver) queue.send(body);
      if (error === undefined) return undefined;
      world.until(world.now + waitMs);
      if (waitMs === 0) return attempt + 1;
    }
    return undefined;
  }

  test("with a continuation: the queue has it from the first failure on, and three days lose nothing", async () => {
    const world = aWorld(CONTINUED);
    const queue = new SimulatedQueue(world.clock, { maxReceives: 100 });
    for (const event of events) expect(await invoked(event, world, queue)).toBeUndefined();
    expect(queue.size).toBe(3);
    await functionReads(queue, world);
    expect(queue.lost).toEqual([]);
    expect(queue.mostReceives).toBeLessThan(90);
    expect(world.delivered.toSorted()).toEqual(linesOf(...KEYS).toSorted());
  });

  test("without one: Lambda gives up within minutes, its failure destination in S3 has all, one command drains it", async () => {
    const world = aWorld();
    const began = world.now;
    for (const [i, event] of events.entries()) {
      expect(await invoked(event, world, new SimulatedQueue(world.clock))).toBe(3);
      const record = { version: "1.0", timestamp: new Date(world.now).toISOString(), requestPayload: event };
      const requestContext = { functionArn: `${FUNCTION_ARN}:$LATEST`, condition: "RetriesExhausted" };
      const text = JSON.stringify({ ...record, requestContext, approximateInvokeCount: 3 });
      world.objects.set(`failures/aws/lambda/async/sluice/2026/01/02/${i}`, Buffer.from(text));
    }
    expect(world.now - began).toBe(events.length * 3 * MINUTE_MS);
    expect(await world.drain(["replay", "s3://failures/aws/lambda/async/"])).toMatchObject({ exit: 0 });
    expect(world.delivered.toSorted()).toEqual(linesOf(...KEYS).toSorted());
  });

  test("without one, and a dead-letter queue of the function: one command drains that", async () => {
    const world = aWorld();
    const dead = new SimulatedQueue(world.clock);
    for (const event of events) {
      expect(await invoked(event, world, dead)).toBe(3);
      dead.send(JSON.stringify(event));
    }
    const drained = world.drain(["replay", "--queue", DEAD], { queue: dead });
    expect(await world.clock.play(drained)).toMatchObject({ exit: 0 });
    expect(dead.size).toBe(0);
    expect(world.delivered.toSorted()).toEqual(linesOf(...KEYS).toSorted());
  });
});

const PARTITIONS = ["t-0", "t-1"];
const RECORDS = 10;
const recordsOf = (partition: string): string[] => Array.from({ length: RECORDS }, (_, i) => `${partition} ${i}`);
/** From the offset on that each partition stands at; those that are through are left out. */
function kafka(from: ReadonlyMap<string, number>): object {
  const records = PARTITIONS.map((name) => [
    name,
    recordsOf(name).flatMap((text, offset) => {
      const record = { topic: "t", partition: Number(name.at(-1)), offset, timestamp: 1_700_000_000_000 };
      return offset < (from.get(name) ?? 0) ? [] : [{ ...record, value: base64(text) }];
    }),
  ]);
  return {
    eventSource: "aws:kafka",
    eventSourceArn: `arn:aws:kafka:${REGION}:${ACCOUNT}:cluster/c/1`,
    records: Object.fromEntries(records.filter(([, some]) => (some as unknown[]).length > 0)),
  };
}
const kinesis = (): object => ({
  Records: recordsOf("shard").map((text, i) => ({
    eventSource: "aws:kinesis",
    eventSourceARN: `arn:aws:kinesis:${REGION}:${ACCOUNT}:stream/s`,
    eventID: `shardId-000000000000:${i}`,
    kinesis: { sequenceNumber: String(i), data: base64(text), partitionKey: "p" },
  })),
});

describe("Kafka", () => {
  const RETENTION_MS = 7 * DAY_MS;
  const RETRY_MS = 60 * MINUTE_MS;

  test("a mapping that knows only exceptions: the batch comes again whole until it is taken, within the topic's seven days", async () => {
    const world = new World();
    const began = world.now;
    const from = new Map<string, number>();
    for (let isDone = false; !isDone; ) {
      const { error, response } = await world.invoke(kafka(from));
      expect(response).toBeUndefined();
      isDone = error === undefined;
      if (!isDone) world.until(world.now + RETRY_MS);
    }
    expect(world.now - began).toBeGreaterThanOrEqual(OUTAGE_MS);
    expect(world.now - began).toBeLessThan(RETENTION_MS);
    expect(world.delivered.toSorted()).toEqual(PARTITIONS.flatMap(recordsOf).toSorted());
  });

  test("one with reportBatchItemFailures: each partition stands at its first failed offset until that is taken", async () => {
    const world = new World({ triggers: { kafka: { reportBatchItemFailures: true } } });
    const began = world.now;
    const from = new Map(PARTITIONS.map((name) => [name, 0]));
    for (let isDone = false; !isDone; ) {
      const { error, response } = await world.invoke(kafka(from));
      expect(error).toBeUndefined();
      type Failed = { readonly itemIdentifier: { readonly partition: string; readonly offset: number } };
      const { batchItemFailures: failed } = response as { readonly batchItemFailures: readonly Failed[] };
      isDone = failed.length === 0;
      if (!isDone) expect(failed.map(({ itemIdentifier }) => itemIdentifier.partition).sort()).toEqual(PARTITIONS);
      for (const { itemIdentifier } of failed) {
        expect(itemIdentifier.offset).toBe(from.get(itemIdentifier.partition));
        from.set(itemIdentifier.partition, itemIdentifier.offset);
      }
      if (!isDone) world.until(world.now + RETRY_MS);
    }
    expect(world.now - began).toBeLessThan(RETENTION_MS);
    expect(world.delivered.toSorted()).toEqual(PARTITIONS.flatMap(recordsOf).toSorted());
  });
});

test.each([
  ["Kafka", "KafkaBatchInfo", kafka(new Map()), PARTITIONS.flatMap(recordsOf)],
  ["Kinesis", "KinesisBatchInfo", kinesis(), recordsOf("shard")],
])(
  "%s, given up by its mapping: the failure destination in S3 has the records, one command drains it",
  async (...all) => {
    const [, info, event, lines] = all;
    const world = new World();
    const failed = await world.invoke(event);
    expect(failed.units.every(({ ok }) => !ok)).toBe(true);
    // As `MaximumRecordAge` of a day has it.
    world.until(world.now + DAY_MS);
    const requestContext = { requestId: "r", functionArn: FUNCTION_ARN, condition: "RetryAttemptsExhausted" };
    const timestamp = new Date(world.now).toISOString();
    const text = JSON.stringify({
      requestContext,
      version: "1.0",
      timestamp,
      [info]: {},
      payload: JSON.stringify(event),
    });
    world.objects.set("failures/aws/lambda/mapping/shard/2026/01/03/f", Buffer.from(text));
    expect(await world.drain(["replay", "s3://failures/aws/lambda/mapping/"])).toMatchObject({ exit: 0 });
    expect(world.delivered.toSorted()).toEqual(lines.toSorted());
  },
);

describe("Firehose, to be delivered", () => {
  const DELIVER = { triggers: { firehose: { mode: "deliver" } } };
  /** By default; up to 300 by `NumberOfRetries`. */
  const RETRIES = 3;
  const FIREHOSE_ARN = `arn:aws:firehose:${REGION}:${ACCOUNT}:deliverystream/app`;
  const textsOf = (batch: number): string[] => Array.from({ length: 12 }, (_, i) => `batch ${batch} record ${i}`);
  const eventOf = (texts: readonly string[], batch: number, arrival: number): object => ({
    invocationId: `i${batch}`,
    deliveryStreamArn: FIREHOSE_ARN,
    region: REGION,
    records: texts.map((text, i) => ({
      recordId: `${batch}-${i}`,
      approximateArrivalTimestamp: arrival,
      data: base64(text),
    })),
  });

  /** A batch every six hours of the three days; what Firehose gives up, it writes below `processing-failed/`. */
  async function threeDays(world: World): Promise<string[]> {
    const began = world.now;
    const all: string[] = [];
    for (let batch = 0; world.now < began + OUTAGE_MS - DAY_MS / 4; batch++) {
      world.until(began + (batch * DAY_MS) / 4);
      const arrivalTimestamp = world.now;
      const texts = textsOf(batch);
      all.push(...texts);
      const event = eventOf(texts, batch, arrivalTimestamp);
      for (let attempt = 0; attempt <= RETRIES; attempt++) {
        expect((await world.invoke(event)).error?.code).toBe("SINK_UNAVAILABLE");
        world.until(world.now + MINUTE_MS);
      }
      const lines = texts.map((text) =>
        JSON.stringify({
          attemptsMade: RETRIES + 1,
          arrivalTimestamp,
          errorCode: "Lambda.FunctionError",
          errorMessage: "The Lambda function was successfully invoked but it returned an error result.",
          attemptEndingTimestamp: world.now,
          rawData: base64(text),
          lambdaArn: `${FUNCTION_ARN}:$LATEST`,
        }),
      );
      const uuid = `01234567-89ab-cdef-0123-${String(batch).padStart(12, "0")}`;
      const key = `errors/logs/processing-failed/2026/01/02/03/app-1-2026-01-02-03-04-05-${uuid}`;
      world.objects.set(key, Buffer.from(`${lines.join("\n")}\n`));
    }
    return all;
  }

  test("gives up within minutes; its error prefix has all of three days, and one command drains it", async () => {
    const world = new World({ ...DELIVER, sources: [{ match: { streamArn: FIREHOSE_ARN }, tags: ["told"] }] });
    const all = await threeDays(world);
    expect(world.delivered).toEqual([]);
    const { exit, err } = await world.drain(["replay", "s3://errors/logs/processing-failed/"]);
    expect(err).toContain("Lambda.FunctionError");
    expect(exit).toBe(0);
    expect(world.delivered.toSorted()).toEqual(all.toSorted());
  });

  test("sent again, the records have the ids of the time before; a file that is damaged is told, and is sent in no part", async () => {
    const world = new World(DELIVER);
    await threeDays(world);
    const [name = "", ...others] = world.objects.keys();
    for (const other of others) world.objects.delete(other);
    await world.drain(["replay", `s3://${name}`]);
    const ids = world.ids.splice(0);
    await world.drain(["replay", `s3://${name}`]);
    expect(ids).toHaveLength(12);
    expect(new Set(ids).size).toBe(12);
    expect(world.ids.splice(0)).toEqual(ids);
    world.objects.set(name, Buffer.concat([world.objects.get(name) as Buffer, Buffer.from('{"attemptsMade": 4}\n')]));
    const { exit, err } = await world.drain(["replay", `s3://${name}`]);
    expect(exit).toBe(1);
    expect(err).toContain("DEAD_LETTER_MALFORMED: line 13: expected JSON with rawData");
    expect(world.ids).toEqual([]);
  });

  test("what a transformation failed at is refused: no sink would have it", async () => {
    const world = new World();
    const key = "errors/processing-failed/x";
    const line = { rawData: base64("text"), attemptsMade: 4, lambdaArn: FUNCTION_ARN };
    world.objects.set(key, Buffer.from(`${JSON.stringify(line)}\n`));
    const { exit, err } = await world.drain(["replay", `s3://${key}`]);
    expect(exit).toBe(1);
    expect(err).toContain("CONFIG_INVALID: triggers.firehose.mode is transform");
    expect(world.delivered).toEqual([]);
  });
});

describe("S3 Batch Operations", () => {
  /** Redrives of a task within a job; the service says neither how many nor how far apart. */
  const REDRIVES = 5;
  type Task = { readonly taskId: string; readonly s3Key: string; readonly s3Bucket: string };

  /** Of a job over the keys: the report of those that failed (Report_CSV_20180820). */
  async function job(keys: readonly string[], world: World): Promise<string> {
    let tasks: readonly Task[] = keys.map((key, i) => ({
      taskId: `task${i}`,
      s3Key: encodeURIComponent(key),
      s3Bucket: "logs",
    }));
    const words = new Map<string, string>();
    for (let drive = 0; drive <= REDRIVES && tasks.length > 0; drive++) {
      const failed: Task[] = [];
      for (const task of tasks) {
        const { response } = await world.invoke({
          invocationSchemaVersion: "2.0",
          invocationId: "i",
          job: { id: "j" },
          tasks: [task],
        });
        type Result = { readonly resultCode: string; readonly resultString: string };
        const [result] = (response as { readonly results: readonly Result[] }).results;
        expect(["Succeeded", "TemporaryFailure"]).toContain(result?.resultCode);
        if (result?.resultCode === "TemporaryFailure") failed.push(task);
        words.set(task.taskId, result?.resultString ?? "");
      }
      tasks = failed;
      world.until(world.now + 60 * MINUTE_MS);
    }
    return tasks
      .map(({ taskId, s3Key, s3Bucket }) => {
        const words_ = (words.get(taskId) ?? "").replaceAll('"', '""');
        return `${s3Bucket},${s3Key},,failed,TemporaryFailure,200,"${words_}"\n`;
      })
      .join("");
  }

  const KEY = "app/dt=1/a b.log";

  /** A job whose tasks all fail, its report where the service puts it. */
  async function failedJob(): Promise<World> {
    const world = aWorld();
    world.put("logs", KEY, LINES);
    const report = await job([...KEYS, KEY], world);
    expect(report.split("\n")).toHaveLength(5);
    world.objects.set("reports/sluice/job-j/results/0123456789abcdef.csv", Buffer.from(report));
    world.objects.set("reports/sluice/job-j/manifest.json", Buffer.from('{"Format":"Report_CSV_20180820"}'));
    expect(world.delivered).toEqual([]);
    return world;
  }

  test("tasks are tried again within the job; its report has what is left, and one command drains that", async () => {
    const world = await failedJob();
    const { exit, out } = await world.drain(["backfill", "--list", "s3://reports/sluice/job-j/", "--json"]);
    expect(exit).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ objects: { found: 4, done: 4, failed: 0, complete: true } });
    expect(world.delivered.toSorted()).toEqual(linesOf(...KEYS, KEY).toSorted());
  });

  test("or another job does, with the report for its manifest", async () => {
    const world = await failedJob();
    const report = world.objects.get("reports/sluice/job-j/results/0123456789abcdef.csv")?.toString() ?? "";
    world.endOutage();
    const keys = report
      .trimEnd()
      .split("\n")
      .map((row) => decodeURIComponent(row.split(",")[1] ?? ""));
    expect(await job(keys, world)).toBe("");
    expect(world.delivered.toSorted()).toEqual(linesOf(...KEYS, KEY).toSorted());
  });

  test("onto a queue, what a dry run counts, what is bad usage", async () => {
    const world = await failedJob();
    const sent: string[] = [];
    const queueTarget: QueueTarget = {
      send: async (messages) => {
        sent.push(...messages.map(({ body }) => body));
        return messages.map(() => undefined);
      },
      close: () => {},
    };
    const list = ["backfill", "--list", "s3://reports/sluice/job-j/"];
    expect((await world.drain([...list, "--dry-run"])).err).toContain("4 objects wanted");
    expect(await world.drain([...list, "--queue", QUEUE], { queueTarget })).toMatchObject({ exit: 0 });
    expect(world.delivered).toEqual([]);
    expect(sent.flatMap((body) => JSON.parse(body).Records)).toHaveLength(4);
    expect((await world.drain([...list, "--match", "app/**", "--dry-run"])).err).toContain("1 object wanted");
    for (const wrong of [["--state", "s"], ["--since", "7d"], ["s3://logs/"], ["--rate", "1MB/s"]])
      expect(await world.drain([...list, ...wrong])).toMatchObject({ exit: 2 });
    expect(await world.drain(["backfill", "--list", "s3://reports/none/"])).toMatchObject({ exit: 2 });
  });
});

test("sluice poll: three days lose nothing, no message is received a hundred times, the sink is hardly asked", async () => {
  const world = aWorld();
  const queue = new SimulatedQueue(world.clock, { maxReceives: 100 });
  for (const key of KEYS) queue.send(JSON.stringify(createdEvent("logs", key)));
  const began = world.now;
  const stop = new AbortController();
  const postpone = {
    postpone: async (messages: Parameters<typeof queue.postpone.postpone>[0], signal: AbortSignal) => {
      await context.opened[0]?.beforePostpone?.(messages.map(({ receiptHandle }) => receiptHandle));
      await queue.postpone.postpone(messages, signal);
    },
  };
  const watched = {
    state: () => queue.state(),
    hide: queue.hide.bind(queue),
    close: () => {},
    receive: (options: ReceiveOptions, signal: AbortSignal) => {
      // Whatever is left by then isn't coming.
      if (world.now > began + OUTAGE_MS + DAY_MS) stop.abort();
      return queue.receive(options, signal);
    },
    delete: async (receipts: readonly string[]) => {
      await queue.delete(receipts);
      if (queue.size === 0) stop.abort();
      return [];
    },
  };
  const context = fakeContext({
    load: async () => ({ config: world.config, name: "outage", baseDir: ".", found: true }),
    pipeline: world.pipeline({ postpone }),
    queue: watched,
    clock: world.clock,
    stop: stop.signal,
  });
  expect(await world.clock.play(main(["poll", "--queue", QUEUE], context))).toBe(0);
  expect(world.now - began).toBeGreaterThanOrEqual(OUTAGE_MS);
  expect(world.now - began).toBeLessThan(OUTAGE_MS + 90 * MINUTE_MS);
  expect(queue.lost).toEqual([]);
  expect(queue.mostReceives).toBeGreaterThan(60);
  expect(queue.mostReceives).toBeLessThan(90);
  expect(world.refused).toBeLessThan(3 * 90);
  expect(world.delivered.toSorted()).toEqual(linesOf(...KEYS).toSorted());
});
