import { Buffer } from "node:buffer";
import type { Copying } from "./api.ts";
import type { OpenItem } from "./envelope/item.ts";
import { asSluiceError } from "./errors.ts";
import type { FrameBlock } from "./framing/frame.ts";
import type { FrameLimit } from "./framing/oversize.ts";
import { type Content, contents, inMemory } from "./object/contents.ts";
import { type OpenObject, openObject } from "./object/read-object.ts";
import type { Plan } from "./plan.ts";
import type { ObjectRef } from "./ports/object-reader.ts";
import type { ObjectCopy } from "./ports/sink.ts";
import { objectOrigin } from "./record/origin.ts";
import type { RecordContext, RecordCursor } from "./record/record.ts";
import { RecordReader } from "./record/record-reader.ts";
import type { Reach } from "./route/reach.ts";
import type { Run } from "./run.ts";
import type { Lane } from "./sink/lane.ts";

/** Stored bytes that are looked at: the beginning, at least, of the first record is in them. */
const LOOK_BYTES = 16 * 1024;

/** Which sinks have an object before it is read. */
export interface Taken {
  /** Their numbers. */
  readonly by: ReadonlySet<number>;
  /** Nobody else would get anything of it. */
  readonly isAll: boolean;
  /** Of the object that was looked at: what is read must be the same. */
  readonly etag: string | undefined;
}

export const NOT_TAKEN: Taken = { by: new Set(), isAll: false, etag: undefined };

/**
 * Lets sinks take over an object whole, where that comes to the same as reading it for them. What a sink then doesn't take
 * is read for it like any other; so it is with an object that can't be looked at, whose reading says why.
 */
export async function letCopy(ref: ObjectRef, item: OpenItem, number: number, run: Run): Promise<Taken> {
  if (!mayBeCopied(ref)) return NOT_TAKEN;
  const able = run.lanes.filter((lane) => lane.copies(ref.bucket));
  if (able.length === 0) return NOT_TAKEN;
  const look = await lookAt(ref, item, able, run);
  const by = new Set<number>();
  await Promise.all(
    look.copies.map(async ({ lane, copy }) => {
      if (!(await lane.copy(copy))) return;
      by.add(lane.number);
      run.ledger.copied(lane.number, number, copy.size);
    }),
  );
  return { by, isAll: by.size > 0 && [...look.others].every((sink) => by.has(sink)), etag: look.etag };
}

/** Which sinks would copy, and whether whatever there is in an object. */
export async function copyingOf({ handles, reach, sinkNames }: Plan): Promise<readonly Copying[]> {
  const { whole } = reach(new Map());
  const would = await Promise.all(handles.map((handle) => handle.wouldCopy()));
  return sinkNames.flatMap((sink, i) => (would[i] === true ? [{ sink, always: whole.has(i) }] : []));
}

/** Read as somebody else than the function, it isn't the sink's to copy. */
export function mayBeCopied({ store, role }: ObjectRef): boolean {
  return store === "s3" && role === undefined;
}

/** Gzip, and nothing in it, of lines: what an archive of lines would be as well. */
export function isCopyable({ kind, layers, name }: Content, reader: RecordReader): boolean {
  return kind === "bytes" && layers.length === 1 && layers[0] === "gzip" && name === undefined && reader.cutsLines;
}

/** The fields that every record of an item has, with the same value. */
export function knownFields({ constants, overrides }: RecordContext): RecordContext["constants"] {
  if (overrides === undefined || overrides.size === 0) return constants;
  return new Map([...constants].filter(([name]) => !overrides.has(name)));
}

interface Look {
  readonly etag: string;
  readonly copies: readonly { readonly lane: Lane; readonly copy: ObjectCopy }[];
  /** Numbers of all sinks that may get some of its records. */
  readonly others: Reach["some"];
}

async function lookAt(ref: ObjectRef, item: OpenItem, able: readonly Lane[], run: Run): Promise<Look> {
  const { plan } = run;
  const object = await openObject(plan.reader, ref, { ...run.readOptions, partBytes: LOOK_BYTES });
  const { etag, size } = object;
  const origin = objectOrigin(ref, etag, object.lastModified, run.arrival);
  const copy = { ref, etag, size, id: origin.id, lastModified: object.lastModified };
  const nothing: Look = { etag, copies: [], others: new Set() };
  let look = nothing;
  const judge = (record: RecordCursor): void => {
    const { whole, some } = plan.reach(knownFields(record.context));
    const copies = able
      .filter((lane) => whole.has(lane.number))
      .map((lane) => ({ lane, copy: { ...copy, partition: lane.partitionOf(record) } }));
    look = { etag, copies, others: some };
  };
  const first = new FirstRecord(judge);
  const reader = new RecordReader(origin, plan.sourceOf(item), ref.key, first.counts, (record) => first.take(record));
  const bytes = await firstBytes(object);
  try {
    for await (const content of contents(inMemory(bytes), plan.contentOptions(item))) {
      if (content.kind !== "bytes") return nothing;
      await readFirst(content.chunks, reader, first, { ...plan.config.read, isCut: bytes.length < size });
      return isCopyable(content, reader) ? look : nothing;
    }
  } catch {
    // Whatever it is, reading the object will tell.
  }
  return nothing;
}

/** By the first record, and what it has in common with all the others, the object is judged. */
class FirstRecord {
  readonly counts = { in: 0, skipped: 0, unparsed: 0 };
  seen = false;
  readonly #judge: (record: RecordCursor) => void;

  constructor(judge: (record: RecordCursor) => void) {
    this.#judge = judge;
  }

  take(record: RecordCursor): void {
    if (this.seen) return;
    this.seen = true;
    this.#judge(record);
  }
}

/** As many as were asked for, so that the connection is free for the next object. */
async function firstBytes({ body, size }: OpenObject): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  let missing = Math.min(size, LOOK_BYTES);
  for await (const chunk of body) {
    parts.push(Buffer.from(chunk));
    missing -= chunk.length;
    if (missing <= 0) break;
  }
  return Buffer.concat(parts);
}

/** To their end, though that is cut off: a decoder that is left early isn't used again. */
async function readFirst(
  chunks: AsyncIterable<Uint8Array>,
  reader: RecordReader,
  first: FirstRecord,
  { isCut, ...limit }: FrameLimit & { readonly isCut: boolean },
): Promise<void> {
  const framer = reader.framer(limit);
  const read = (block: FrameBlock): void => {
    if (!first.seen) reader.read(block);
  };
  try {
    for await (const chunk of chunks) if (!first.seen) framer.push(chunk, read);
  } catch (error) {
    if (!isCut || asSluiceError(error).code !== "OBJECT_TRUNCATED") throw error;
  }
  if (!first.seen) framer.end(read);
}
