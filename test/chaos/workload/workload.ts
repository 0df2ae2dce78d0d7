import { gzipSync } from "node:zlib";
import type { Random } from "../../fuzz/random.ts";
import type { Direct } from "../sources/direct.ts";
import type { Fifo } from "../sources/fifo.ts";
import type { Queue } from "../sources/queue.ts";
import type { Told } from "../sources/source.ts";
import { BUCKETS, type Bucket, type Store } from "../stand/store.ts";
import { line } from "./lines.ts";
import { directEvent, type Notified, queueBody } from "./notifications.ts";
import { FOLDERS, lineKindOf, makeObject, OBJECT_KINDS, type ObjectKind, type Stored } from "./objects.ts";
import type { Serials } from "./serials.ts";

/**
 * What is owed of some lines. `once`: each of them once. `acknowledged`: the same, but only where everything that told of
 * them was acknowledged. `any`: each at most once, as what they stood in was overwritten, or is damaged.
 */
export type Owed = "once" | "acknowledged" | "any";

export interface Part {
  readonly name: string;
  readonly serials: readonly number[];
  /** Of these, what the index refuses. */
  readonly refused: ReadonlySet<number>;
  owed: Owed;
  /** None: a shard holds it. */
  readonly toldBy: Told[];
}

export interface SourceObject extends Part {
  readonly bucket: Bucket;
  readonly key: string;
  readonly versionId: string | undefined;
  readonly kind: ObjectKind;
  readonly size: number;
  readonly etag: string;
}

export interface Workload {
  readonly serials: Serials;
  readonly objects: SourceObject[];
  /** Those of streams and log groups. */
  readonly parts: Part[];
  readonly kinesis: readonly Buffer[];
  /** Asynchronous invocations. */
  readonly events: readonly Told[];
}

/** Records of a run, by the seed; skewed towards few. */
export function sizeOf(random: Random): number {
  return Math.round(1000 * 10 ** (random.next() ** 2));
}

/** What a run is to have besides objects, and messages of a standard queue that tell of them; `queues`: nothing that comes by anything but queues. */
export type Need = "queues" | "log-events" | "stream" | "fifo" | "versions" | "archive" | "engine";

interface Making {
  readonly token: string;
  readonly records: number;
  /** Of JSON records. */
  readonly badShare: number;
  /** Kind of the first object; of JSON, some records are to be refused. */
  readonly first: ObjectKind | undefined;
  readonly needs: ReadonlySet<Need>;
  readonly serials: Serials;
  readonly store: Store;
  readonly queue: Queue;
  readonly fifo: Fifo;
  readonly direct: Direct;
  readonly random: Random;
}

/** Puts objects into the store, and what tells of them where it is delivered from. */
export async function makeWorkload(making: Making): Promise<Workload> {
  const { random, records, needs } = making;
  const has = (need: Need, share: number): boolean => random.chance(share) || needs.has(need);
  const share = needs.has("queues") ? 0 : 0.3;
  const [inKinesis, inLogs] = [has("stream", share) ? 0.1 : 0, has("log-events", share) ? 0.1 : 0];
  const [isFifo, isVersioned] = [has("fifo", 0.25), has("versions", 0.25)];
  const kinesis = inKinesis > 0 ? kinesisData(making, Math.round(records * inKinesis)) : undefined;
  const logs = inLogs > 0 ? logEvents(making, Math.round(records * inLogs)) : undefined;
  const left = Math.round(records * (1 - inKinesis - inLogs));
  const shares = Array.from({ length: (isFifo ? 5 : 1) + random.below(6) }, () => 0.1 + random.next());
  const all = shares.reduce((sum, share) => sum + share, 0);
  const objects = await Promise.all(
    shares.map((share, i) => {
      const bucket = isVersioned && (i === 0 || random.chance(0.5)) ? "versions" : "sources";
      return storeObject(making, bucket, i, Math.max(1, Math.round((left * share) / all)));
    }),
  );
  for (const event of logs?.events ?? []) logs?.part.toldBy.push(making.direct.add(event));
  inGroups(objects, random).forEach((group, i) => {
    if (isFifo && (i < 3 || random.chance(0.6))) tellInOrder(making, group, i);
    else tell(making, group);
  });
  const parts = [kinesis?.part, logs?.part].filter((part) => part !== undefined);
  return { serials: making.serials, objects, parts, kinesis: kinesis?.data ?? [], events: making.direct.events };
}

/** A message, or an event, that tells of all these objects. */
function tell({ queue, direct, random, needs }: Making, objects: readonly SourceObject[]): void {
  const all = objects.map(notified);
  const told =
    random.chance(0.85) || needs.has("queues")
      ? queue.add(queueBody(all, random))
      : direct.add(directEvent(all, random));
  for (const object of objects) object.toldBy.push(told);
}

/** The first messages are of one group. */
function tellInOrder({ fifo, random }: Making, objects: readonly SourceObject[], turn: number): void {
  const message = fifo.add(queueBody(objects.map(notified), random), `g${turn < 2 ? 0 : random.below(3)}`);
  for (const object of objects) object.toldBy.push(message);
}

export function notified({ bucket, key, size, etag, versionId }: SourceObject): Notified {
  return { bucket: BUCKETS[bucket], key, size, etag, versionId };
}

async function storeObject(making: Making, bucket: Bucket, i: number, count: number): Promise<SourceObject> {
  const { random, serials, token, store } = making;
  const first = i === 0 ? making.first : undefined;
  const kind = first ?? random.pick(OBJECT_KINDS);
  const badShare = first === "json" ? Math.min(0.5, 20 / count) : making.badShare;
  const key = `${token}/${FOLDERS[lineKindOf(kind)]}/${random.chance(0.2) ? "an odd+näme " : ""}${i}.log`;
  return storeAs(store, { bucket, key, kind }, makeObject(kind, count, badShare, serials, random));
}

export async function storeAs(
  store: Store,
  { bucket, key, kind }: Pick<SourceObject, "bucket" | "key" | "kind">,
  stored: Stored,
): Promise<SourceObject> {
  const { etag, versionId } = await store.put(bucket, key, stored.body);
  const { serials, refused, body } = stored;
  return {
    name: versionId === undefined ? key : `${key} (${versionId})`,
    bucket,
    key,
    versionId,
    kind,
    size: body.length,
    etag,
    serials,
    refused: new Set(refused),
    owed: "once",
    toldBy: [],
  };
}

/** Most messages tell of one object. */
function inGroups(objects: readonly SourceObject[], random: Random): SourceObject[][] {
  const groups: SourceObject[][] = [];
  for (const object of objects) {
    const last = groups.at(-1);
    if (last !== undefined && random.chance(0.25)) last.push(object);
    else groups.push([object]);
  }
  return groups;
}

function newPart(name: string, serials: readonly number[]): Part {
  return { name, serials, refused: new Set(), owed: "once", toldBy: [] };
}

function lines(making: Making, count: number): { readonly texts: string[]; readonly numbers: number[] } {
  const numbers = Array.from({ length: count }, () => making.serials.next());
  return { numbers, texts: numbers.map((number) => line("text", making.serials.text(number), making.random, false)) };
}

function kinesisData(making: Making, count: number): { readonly data: Buffer[]; readonly part: Part } {
  const { texts, numbers } = lines(making, count);
  const data: Buffer[] = [];
  for (let i = 0; i < count; ) {
    const some = 1 + making.random.below(20);
    const text = texts.slice(i, i + some).join("\n");
    data.push(making.random.chance(0.3) ? gzipSync(text) : Buffer.from(text));
    i += some;
  }
  return { data, part: newPart("kinesis", numbers) };
}

function logEvents(making: Making, count: number): { readonly events: object[]; readonly part: Part } {
  const { texts, numbers } = lines(making, count);
  const events: object[] = [];
  for (let i = 0; i < count; ) {
    const some = 1 + making.random.below(200);
    const logEvents = texts.slice(i, i + some).map((message, j) => {
      return { id: `3912${String(i + j).padStart(20, "0")}`, timestamp: 1_793_700_000_000 + i + j, message };
    });
    const group = { owner: "123456789012", logGroup: `/app/${making.token}`, logStream: "one" };
    const payload = { messageType: "DATA_MESSAGE", ...group, subscriptionFilters: ["all"], logEvents };
    events.push({ awslogs: { data: gzipSync(JSON.stringify(payload)).toString("base64") } });
    i += some;
  }
  return { events, part: newPart("log events", numbers) };
}
