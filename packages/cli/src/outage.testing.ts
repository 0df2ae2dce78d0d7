import { Buffer } from "node:buffer";
import {
  type Clock,
  type Config,
  type ContinuationQueue,
  createPipeline,
  defineSink,
  encodeDocument,
  type ObjectReader,
  type Outcome,
  type Pipeline,
  type Ports,
  type Postpone,
  parseConfig,
  type Sink,
  SluiceError,
} from "@sluice/core";
import {
  type ListObjects,
  MAX_MESSAGES,
  type PolledQueue,
  type QueueState,
  type ReceiveOptions,
  type SqsRecord,
} from "@sluice/lambda-entry";
import * as z from "zod";
import { type FakeOptions, fakeContext } from "./fake-context.testing.ts";
import { main } from "./main.ts";

export const MINUTE_MS = 60_000;
export const DAY_MS: number = 24 * 60 * MINUTE_MS;
export const OUTAGE_MS: number = 3 * DAY_MS;
export const ACCOUNT = "123456789012";
export const REGION = "eu-west-1";
export const FUNCTION_ARN: string = `arn:aws:lambda:${REGION}:${ACCOUNT}:function:sluice`;
/** What an invocation is given. */
const GIVEN_MS = MINUTE_MS;
/** Of queues, as docs/reliability.md asks for. */
const VISIBILITY_MS = 6 * MINUTE_MS;
const RETENTION_MS = 14 * DAY_MS;
/** Turns of the event loop without anything asleep being due, after which everybody waits for the clock. */
const IDLE_TURNS = 5;

/** Stands still until a service moves it on; with `play`, it goes on to whatever is slept for, once nobody does anything. */
export class SimulatedClock implements Clock {
  #now = Date.UTC(2026, 0, 2);
  readonly #sleepers = new Set<{ readonly due: number; readonly wake: () => void }>();

  readonly now = (): number => this.#now;

  readonly sleep = (ms: number, signal: AbortSignal): Promise<void> => {
    signal.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const sleeper = { due: this.#now + ms, wake: resolve };
    const stop = (): void => reject(signal.reason);
    this.#sleepers.add(sleeper);
    signal.addEventListener("abort", stop);
    return promise.finally(() => {
      this.#sleepers.delete(sleeper);
      signal.removeEventListener("abort", stop);
    });
  };

  moveTo(time: number): void {
    this.#now = Math.max(this.#now, time);
  }

  /** Until the work is done. */
  async play<T>(work: Promise<T>): Promise<T> {
    let isDone = false;
    void work.catch(() => {}).finally(() => (isDone = true));
    while (!isDone) {
      for (let i = 0; i < IDLE_TURNS && !isDone; i++) await new Promise((resolve) => setImmediate(resolve));
      const [next] = [...this.#sleepers].sort((a, b) => a.due - b.due);
      if (next === undefined) continue;
      this.#sleepers.delete(next);
      this.moveTo(next.due);
      next.wake();
    }
    return work;
  }
}

interface Held {
  readonly id: string;
  readonly body: string;
  readonly group: string | undefined;
  readonly sentAt: number;
  receives: number;
  visibleAt: number;
  receipt: string;
}

export interface QueueSettings {
  readonly fifo?: boolean;
  /** `maxReceiveCount`; beyond it messages go to `deadLetters`. */
  readonly maxReceives?: number;
  readonly deadLetters?: SimulatedQueue;
}

/** SQS by a clock: visibility, receives, retention; in a FIFO queue a group waits for what of it is in flight. */
export class SimulatedQueue implements PolledQueue {
  /** Deleted by SQS, for their age. */
  readonly lost: string[] = [];
  /** Of any message, in all. */
  mostReceives = 0;
  readonly #clock: Clock;
  readonly #settings: QueueSettings;
  #held: Held[] = [];
  #sent = 0;

  constructor(clock: Clock, settings: QueueSettings = {}) {
    this.#clock = clock;
    this.#settings = settings;
  }

  get size(): number {
    return this.#held.length;
  }

  get arn(): string {
    return `arn:aws:sqs:${REGION}:${ACCOUNT}:${this.#settings.fifo === true ? "q.fifo" : "q"}`;
  }

  send(body: string, group?: string, sentAt: number = this.#clock.now()): void {
    this.#sent += 1;
    const id = `m${this.#sent}`;
    this.#held.push({ id, body, group, sentAt, receives: 0, visibleAt: sentAt, receipt: "" });
  }

  /** When something can be received; undefined: it is empty. */
  nextAt(): number | undefined {
    const times = this.#held.map((each) => Math.max(...this.#inWayOf(each).map(({ visibleAt }) => visibleAt)));
    return times.length === 0 ? undefined : Math.min(...times);
  }

  /** What can be received now. */
  take(max: number): SqsRecord[] {
    this.#expire();
    const now = this.#clock.now();
    const free = this.#held.filter((each) => this.#inWayOf(each).every(({ visibleAt }) => visibleAt <= now));
    return free.slice(0, max).flatMap((each) => {
      const { maxReceives = Number.POSITIVE_INFINITY, deadLetters } = this.#settings;
      if (each.receives >= maxReceives) {
        this.#remove(each);
        deadLetters?.send(each.body, each.group, each.sentAt);
        return [];
      }
      each.receives += 1;
      each.visibleAt = now + VISIBILITY_MS;
      each.receipt = `${each.id} ${each.receives}`;
      this.mostReceives = Math.max(this.mostReceives, each.receives);
      return [this.#recordOf(each)];
    });
  }

  /** Of the function that reads it. */
  readonly postpone: Postpone = {
    postpone: async (messages) => {
      for (const { receiptHandle, seconds } of messages) await this.hide([receiptHandle], seconds);
    },
  };

  async state(): Promise<QueueState> {
    const about = { arn: this.arn, region: REGION, account: ACCOUNT, visibilitySeconds: VISIBILITY_MS / 1000 };
    const visible = this.#held.filter(({ visibleAt }) => visibleAt <= this.#clock.now()).length;
    return { ...about, visible, delayed: 0, invisible: this.#held.length - visible };
  }

  async receive({ max, waitSeconds }: ReceiveOptions, signal: AbortSignal): Promise<readonly SqsRecord[]> {
    const found = this.take(max);
    if (found.length > 0 || waitSeconds === 0) return found;
    await this.#clock.sleep(waitSeconds * 1000, signal);
    return this.take(max);
  }

  async delete(receipts: readonly string[]): Promise<readonly []> {
    for (const each of this.#by(receipts)) this.#remove(each);
    return [];
  }

  async hide(receipts: readonly string[], seconds: number): Promise<readonly []> {
    for (const each of this.#by(receipts)) each.visibleAt = this.#clock.now() + seconds * 1000;
    return [];
  }

  close(): void {}

  #by(receipts: readonly string[]): Held[] {
    return this.#held.filter(({ receipt }) => receipts.includes(receipt));
  }

  #remove(held: Held): void {
    this.#held = this.#held.filter((each) => each !== held);
  }

  #inWayOf(held: Held): readonly Held[] {
    return held.group === undefined ? [held] : this.#held.filter(({ group }) => group === held.group);
  }

  #expire(): void {
    const old = this.#held.filter(({ sentAt }) => sentAt + RETENTION_MS < this.#clock.now());
    for (const each of old) this.#remove(each);
    this.lost.push(...old.map(({ body }) => body));
  }

  #recordOf({ id, body, group, receives, receipt, sentAt }: Held): SqsRecord {
    const groups = group === undefined ? {} : { MessageGroupId: group };
    return {
      messageId: id,
      receiptHandle: receipt,
      body,
      attributes: { ApproximateReceiveCount: String(receives), SentTimestamp: String(sentAt), ...groups },
      messageAttributes: {},
      md5OfBody: "",
      eventSource: "aws:sqs",
      eventSourceARN: this.arn,
      awsRegion: REGION,
    };
  }
}

/**
 * A function whose one sink fails for three days from the beginning on, a bucket or more, and the command line beside it: all with the
 * product's own pipeline, and a time that only the services move on.
 */
export class World {
  readonly clock: SimulatedClock = new SimulatedClock();
  /** By `bucket/key`. */
  readonly objects: Map<string, Buffer> = new Map();
  /** Messages of delivered records, as they came. */
  readonly delivered: string[] = [];
  /** Of delivered records, in the same order. */
  readonly ids: string[] = [];
  /** Requests to the sink while it was down. */
  refused = 0;
  readonly config: Config;
  readonly #back: number;
  readonly #ports: Partial<Ports>;

  constructor(config: object = {}, ports: Partial<Ports> = {}) {
    this.#back = this.now + OUTAGE_MS;
    this.#ports = ports;
    this.config = parseConfig({ sinks: { one: { type: "one", retry: { attempts: 1 } } }, ...config }, "outage");
  }

  /** Lines in an object: `<key> <number>`. */
  put(bucket: string, key: string, lines: number): void {
    this.objects.set(
      `${bucket}/${key}`,
      Buffer.from(Array.from({ length: lines }, (_, i) => `${key} ${i}\n`).join("")),
    );
  }

  endOutage(): void {
    this.until(this.#back);
  }

  get now(): number {
    return this.clock.now();
  }

  /** Time goes on to there, if it isn't there yet. */
  until(time: number): void {
    this.clock.moveTo(time);
  }

  /** A new one each time: nothing is known of the invocation before. */
  pipeline(ports: Partial<Ports> = {}): Pipeline {
    return createPipeline(this.config, {
      sinks: async () => defineSink({ options: z.looseObject({}), create: () => this.#sink() }),
      reader: this.reader,
      clock: this.clock,
      ...this.#ports,
      ...ports,
    });
  }

  async invoke(event: unknown, ports: Partial<Ports> = {}): Promise<Outcome> {
    const end = this.now + GIVEN_MS;
    const deadline = { remainingMs: () => end - this.now };
    return this.pipeline(ports).handle(event, { region: REGION, account: ACCOUNT, deadline });
  }

  /** One command, once the sink is back. */
  async drain(argv: readonly string[], options: FakeOptions = {}): Promise<Drained> {
    this.endOutage();
    const list: ListObjects = async ({ bucket, prefix }) => {
      const names = [...this.objects.keys()].filter((name) => name.startsWith(`${bucket}/${prefix}`));
      const objects = names.map((name) => {
        const size = this.objects.get(name)?.length ?? 0;
        return { key: name.slice(bucket.length + 1), size, etag: undefined, lastModified: 0 };
      });
      return { objects, prefixes: [], more: false };
    };
    const context = fakeContext({
      load: async () => ({ config: this.config, name: "outage", baseDir: ".", found: true }),
      pipeline: this.pipeline(),
      reader: this.reader,
      buckets: { regionOf: async () => REGION, list },
      ...options,
    });
    const exit = await main(argv, context);
    return { exit, ...context.terminal.written };
  }

  readonly reader: ObjectReader = {
    read: async ({ bucket, key }, { start, end }) => {
      const bytes = this.objects.get(`${bucket}/${key}`);
      if (bytes === undefined) throw new SluiceError("OBJECT_MISSING", "no such object");
      const body = (async function* () {
        yield Buffer.from(bytes.subarray(start, end));
      })();
      return { etag: `e${bytes.length}`, size: bytes.length, lastModified: 1_700_000_000_000, body };
    },
  };

  #sink(): Sink {
    return {
      dedupes: "always",
      encode: (record, out) => {
        encodeDocument(record, out, { id: true });
        out.byte(0x0a);
        return undefined;
      },
      send: async (batch) => {
        if (this.now < this.#back) {
          this.refused += 1;
          return { kind: "unavailable", reason: { code: "CERTIFICATE", message: "expired" } };
        }
        const lines = Buffer.from(batch.bytes).toString("utf8").trimEnd().split("\n");
        this.delivered.push(...lines.map((line) => (JSON.parse(line) as { message: string }).message));
        this.ids.push(...Array.from({ length: batch.count }, (_, i) => batch.id(i)));
        return { kind: "delivered" };
      },
    };
  }
}

/** What a command came to. */
export interface Drained {
  readonly exit: number;
  readonly out: string;
  readonly err: string;
}

/** A function that reads the queue until it is empty, ten messages at a time, as an event source mapping has it. */
export async function functionReads(queue: SimulatedQueue, world: World): Promise<void> {
  for (let at = queue.nextAt(); at !== undefined; at = queue.nextAt()) {
    world.until(at);
    const Records = queue.take(MAX_MESSAGES);
    if (Records.length === 0) continue;
    const handedOver: string[] = [];
    const { response } = await world.invoke(
      { Records },
      { postpone: queue.postpone, ...continuing(handedOver, world) },
    );
    const { batchItemFailures } = response as { readonly batchItemFailures: readonly { itemIdentifier: string }[] };
    const failed = new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
    for (const body of handedOver) queue.send(body);
    await queue.delete(
      Records.filter(({ messageId }) => !failed.has(messageId)).map(({ receiptHandle }) => receiptHandle),
    );
  }
}

/** The port of a continuation, where the config has one. */
export function continuing(bodies: string[], { config }: World): Partial<Ports> {
  return config.continuation === undefined ? {} : { continuation: queueOf(bodies) };
}

/** An event of an object's creation, as S3 tells it. */
export function createdEvent(bucket: string, ...keys: readonly string[]): object {
  const Records = keys.map((key) => ({
    eventSource: "aws:s3",
    eventName: "ObjectCreated:Put",
    awsRegion: REGION,
    s3: { bucket: { name: bucket }, object: { key: encodeURIComponent(key) } },
  }));
  return { Records };
}

/** A continuation that takes everything. */
export function queueOf(bodies: string[]): ContinuationQueue {
  return {
    send: async (body) => void bodies.push(body),
    redeem: async () => {
      throw new SluiceError("OBJECT_MISSING", "no claims here");
    },
  };
}
