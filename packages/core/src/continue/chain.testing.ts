import { Buffer } from "node:buffer";
import type { Ports } from "../api.ts";
import { parseConfig } from "../config/parse-config.ts";
import { SluiceError } from "../errors.ts";
import type { Outcome } from "../outcome/outcome.ts";
import { createPipeline } from "../pipeline.ts";
import type { Clock } from "../ports/clock.ts";
import type { ObjectReader } from "../ports/object-reader.ts";
import type { ScriptedSink } from "../sink/scripted-sink.testing.ts";

/** Bytes in a chunk of an object, each of which takes CHUNK_MS to come. */
const CHUNK_BYTES = 4 * 1024;
const CHUNK_MS = 100;
/** What an invocation is given. */
export const GIVEN_MS = 6000;

export interface Stored {
  readonly bytes: Uint8Array;
  readonly etag: string;
}

/** A function, the queue that it reads and hands over to, a bucket, and a time that passes while objects are read. */
export class Chain {
  readonly objects: Map<string, Stored> = new Map();
  readonly queue: string[] = [];
  readonly outcomes: Outcome[] = [];
  /** Bytes asked for from the bucket. */
  read: number = 0;
  refuses: boolean = false;
  /** Of an object, in a chunk. */
  chunkBytes: number = CHUNK_BYTES;
  now: number = 1_700_000_000_000;
  readonly #sinks: Readonly<Record<string, ScriptedSink>>;
  readonly #config: object;
  readonly #ports: Partial<Ports>;

  constructor(sinks: Readonly<Record<string, ScriptedSink>>, config: object = {}, ports: Partial<Ports> = {}) {
    this.#sinks = sinks;
    this.#config = config;
    this.#ports = ports;
  }

  /** Hands over all messages one after the other until none is left or `most` invocations were had. */
  async play(most = 200): Promise<void> {
    for (let i = 0; i < most; i++) {
      const body = this.queue.shift();
      if (body === undefined) return;
      const { ok } = (await this.invoke(sqsEvent(body))).units[0] ?? { ok: false };
      if (!ok) this.queue.push(body);
    }
  }

  async invoke(event: unknown): Promise<Outcome> {
    const end = this.now + GIVEN_MS;
    const outcome = await this.#pipeline().handle(event, {
      region: "eu-west-1",
      account: "123456789012",
      deadline: { remainingMs: () => end - this.now },
    });
    this.outcomes.push(outcome);
    return outcome;
  }

  /** A new one each time: nothing is known of the invocation before. */
  #pipeline() {
    const types = Object.entries(this.#sinks);
    const sinks = Object.fromEntries(types.map(([name]) => [name, { type: name, retry: { attempts: 1 } }]));
    const merged = { ...this.#config } as { sinks?: Record<string, object> };
    for (const [name, own] of Object.entries(merged.sinks ?? {})) Object.assign(sinks[name] ?? {}, own);
    const config = parseConfig(
      {
        continuation: { queue: "https://sqs.eu-west-1.amazonaws.com/123456789012/continue", maxHops: 100 },
        deadline: { marginMs: 500, maxMarginMs: 1500 },
        read: { partBytes: 64 * 1024 },
        ...merged,
        sinks,
      },
      "test",
    );
    const clock: Clock = { now: () => this.now, sleep: () => new Promise(() => {}) };
    const continuation = {
      send: async (body: string) => {
        if (this.refuses) throw new SluiceError("CONTINUATION_REFUSED", "as told");
        this.queue.push(body);
      },
      redeem: async () => {
        throw new SluiceError("OBJECT_MISSING", "no claims here");
      },
    };
    return createPipeline(config, {
      sinks: async (type) => this.#sinks[type]?.definition,
      reader: this.#reader(),
      clock,
      continuation,
      ...this.#ports,
    });
  }

  #reader(): ObjectReader {
    return {
      read: async ({ key }, { start, end, ifMatch }) => {
        const object = this.objects.get(key);
        if (object === undefined) throw new SluiceError("OBJECT_MISSING", "no such object");
        if (ifMatch !== undefined && ifMatch !== object.etag) throw new SluiceError("OBJECT_CHANGED", "another etag");
        const bytes = object.bytes.subarray(start, end);
        return {
          etag: object.etag,
          size: object.bytes.length,
          lastModified: 1_700_000_000_000,
          body: this.#chunks(bytes),
        };
      },
    };
  }

  async *#chunks(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < bytes.length; at += this.chunkBytes) {
      this.now += CHUNK_MS;
      this.read += Math.min(this.chunkBytes, bytes.length - at);
      yield Buffer.from(bytes.subarray(at, at + this.chunkBytes));
    }
  }
}

export function sqsEvent(body: string, own: object = {}): unknown {
  const record = { messageId: "m", receiptHandle: "r", body, eventSource: "aws:sqs", attributes: {}, ...own };
  return { Records: [record] };
}

export function notification(...keys: readonly string[]): string {
  return JSON.stringify({ Records: keys.map((key) => created(key)) });
}

export function created(key: string): object {
  const object = { key: encodeURIComponent(key) };
  return {
    eventSource: "aws:s3",
    eventName: "ObjectCreated:Put",
    awsRegion: "eu-west-1",
    s3: { bucket: { name: "b" }, object },
  };
}
