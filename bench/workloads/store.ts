import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { type FileHandle, mkdir, open, readFile, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { Readable } from "node:stream";
import { createGzip } from "node:zlib";
import type { NamedObject } from "./notifications.ts";

/** Raised when the same name would get other content: what was made before is then made anew. */
const GENERATOR_VERSION = 2;
const ROOT = path.resolve(import.meta.dirname, "../../.cache/bench", `data-v${GENERATOR_VERSION}`);

const MANIFEST = "manifest.json";
const PACK = "objects.bin";

export interface StoredObject extends NamedObject {
  /** Where its bytes begin in the pack. */
  readonly start: number;
}

/** How much is in a log: records, and bytes before compression. */
export interface Amount {
  readonly records: number;
  readonly rawBytes: number;
}

/** One Lambda event, and what must come out of it. */
export interface EventFile extends Amount {
  readonly file: string;
}

export interface Manifest {
  /** Handed out for warming up, in place of the first of `events`. */
  readonly warmUp?: EventFile | undefined;
  /** Handed out one after another, from the first again after the last. */
  readonly events: readonly EventFile[];
  readonly objects: readonly StoredObject[];
}

/** A workload on disk: absolute paths. */
export interface Prepared extends Manifest {
  readonly folder: string;
  /** All objects, one after another. */
  readonly pack: string;
}

/** Text in pieces of any size, and how many records it holds once it was read to its end. */
export interface LogText {
  readonly pieces: Iterable<string>;
  readonly counted: () => Amount;
}

/** Writes one workload: its objects, gzipped, and the events that name them. */
export class WorkloadWriter {
  readonly #folder: string;
  readonly #pack: FileHandle;
  readonly #objects: StoredObject[] = [];
  readonly #events: EventFile[] = [];
  #warmUp: EventFile | undefined;
  #size = 0;

  constructor(folder: string, pack: FileHandle) {
    this.#folder = folder;
    this.#pack = pack;
  }

  /** Streams, so that an object may be larger than memory. */
  async object(key: string, text: LogText): Promise<StoredObject> {
    const start = this.#size;
    const hash = createHash("md5");
    for await (const chunk of Readable.from(text.pieces).pipe(createGzip({ chunkSize: 256 * 1024 }))) {
      hash.update(chunk);
      await this.#pack.writeFile(chunk);
      this.#size += chunk.length;
    }
    const stored = { key, start, size: this.#size - start, etag: hash.digest("hex") };
    this.#objects.push(stored);
    return stored;
  }

  async event(event: object, amount: Amount): Promise<void> {
    this.#events.push(await this.#write(`event-${this.#events.length}.json`, event, amount));
  }

  async warmUp(event: object, amount: Amount): Promise<void> {
    this.#warmUp = await this.#write("warm-up.json", event, amount);
  }

  async finish(): Promise<void> {
    const manifest: Manifest = { warmUp: this.#warmUp, events: this.#events, objects: this.#objects };
    await writeFile(path.join(this.#folder, MANIFEST), JSON.stringify(manifest));
  }

  async #write(file: string, event: object, { records, rawBytes }: Amount): Promise<EventFile> {
    await writeFile(path.join(this.#folder, file), JSON.stringify(event));
    return { file, records, rawBytes };
  }
}

export async function isPrepared(name: string): Promise<boolean> {
  return (await stored(path.join(ROOT, name))) !== undefined;
}

/** What lies there under this name, or else what `build` makes now. */
export async function prepared(name: string, build: (out: WorkloadWriter) => Promise<void>): Promise<Prepared> {
  const folder = path.join(ROOT, name);
  return (await stored(folder)) ?? (await made(folder, build));
}

async function stored(folder: string): Promise<Prepared | undefined> {
  const text = await readFile(path.join(folder, MANIFEST), "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  const { warmUp, events, objects } = JSON.parse(text) as Manifest;
  const absolute = (event: EventFile): EventFile => ({ ...event, file: path.join(folder, event.file) });
  return {
    ...(warmUp === undefined ? {} : { warmUp: absolute(warmUp) }),
    events: events.map(absolute),
    objects,
    folder,
    pack: path.join(folder, PACK),
  };
}

/** Under another name until it is whole, so that a run that was stopped leaves nothing that looks ready. */
async function made(folder: string, build: (out: WorkloadWriter) => Promise<void>): Promise<Prepared> {
  const partial = `${folder}.partial-${process.pid}`;
  await mkdir(partial, { recursive: true });
  const pack = await open(path.join(partial, PACK), "w");
  try {
    const writer = new WorkloadWriter(partial, pack);
    await build(writer);
    await writer.finish();
    await rename(partial, folder);
  } finally {
    await pack.close();
    await rm(partial, { recursive: true, force: true });
  }
  return (await stored(folder)) as Prepared;
}

/** The bytes of one object, as stored. */
export async function objectBytes(workload: Prepared, number = 0): Promise<Buffer> {
  const object = workload.objects[number];
  if (object === undefined) throw new Error(`${workload.folder} has no object ${number}`);
  const { start, size } = object;
  const chunks: Buffer[] = [];
  for await (const chunk of createReadStream(workload.pack, { start, end: start + size - 1 })) chunks.push(chunk);
  return Buffer.concat(chunks);
}
