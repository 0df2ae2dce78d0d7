import { asSluiceError, quote, SluiceError } from "../errors.ts";
import type { FrameBlock } from "../framing/frame.ts";
import {
  CODEC_HEAD_BYTES,
  type Codec,
  type Compression,
  type DecodeLimits,
  type Decoder,
  type RandomAccess,
  type RestartPoint,
  type TableOptions,
} from "../ports/codec.ts";
import { BUILT_IN_CODECS, unsupportedCompression } from "./built-in-codecs.ts";
import { decompress } from "./decompress.ts";
import { type Count, counted, Expansion } from "./expansion.ts";
import { type Peeked, peek } from "./peek.ts";
import { bytesAccess, bytesOf } from "./random-access.ts";

/** Layers of compression in each other; more of them fail with EXPANSION_LIMIT. */
export const MAX_LAYERS = 4;

/** Bytes as stored. */
export interface Stored {
  /** When known. */
  readonly size: number | undefined;
  /** To be read once. */
  readonly body: AsyncIterable<Uint8Array>;
  /** The bytes `[start, end)`; missing where there is only the body. */
  readonly range?: (start: number, end: number) => AsyncIterable<Uint8Array>;
  /** Stored bytes up to which the body is held in memory rather than ranges asked for. */
  readonly maxHeldBytes?: number;
}

export function inMemory(bytes: Uint8Array): Stored {
  const body = async function* (): AsyncGenerator<Uint8Array> {
    yield bytes;
  };
  return { size: bytes.length, body: body() };
}

export interface ContentOptions {
  readonly compression: Compression;
  /** Beside those that core has. */
  readonly codecs: readonly Codec[];
  readonly limits: DecodeLimits;
  readonly header: TableOptions["header"];
  readonly restart?: ContentRestart | undefined;
}

/** For an object that is one stream of compressed bytes, to be gone on with later. */
export interface ContentRestart {
  /** A point that was offered: the body begins with byte `from.stored`. What comes out is bytes, and isn't looked at again. */
  readonly from?: (RestartPoint & { readonly compression: Compression }) | undefined;
  /** Called with points of the outermost layer, whatever turns out to be in it: of use only for bytes in one layer. */
  readonly offer?: ((point: RestartPoint) => void) | undefined;
}

/**
 * What an object holds once it is decoded: itself, or the entries of an archive, each to be read to its end before the next
 * one is asked for.
 */
export type Content = {
  /** Compressions from the outside in; empty for plain content. */
  readonly layers: readonly Compression[];
  /** Of an archive's entry. */
  readonly name: string | undefined;
} & (
  | {
      readonly kind: "bytes";
      /** Each chunk is valid until the next one is asked for. */
      readonly chunks: AsyncIterable<Uint8Array>;
    }
  | {
      readonly kind: "rows";
      /** Positions are the rows' numbers. */
      readonly blocks: AsyncIterable<FrameBlock>;
    }
);

/**
 * Decides by the first bytes, never by name or metadata, and again for what comes out, what is in an object. Fails as a
 * `Decoder` does; where `compression` names one and the bytes are of another, with OBJECT_CORRUPT.
 */
export function contents(stored: Stored, options: ContentOptions): AsyncGenerator<Content> {
  const from = options.restart?.from;
  if (from !== undefined) return goneOn(stored, from, options);
  const expansion = new Expansion(options.limits);
  const level: Level = {
    chunks: stored.body,
    count: expansion.stored,
    size: stored.size,
    file: fileOf(stored, expansion),
    layers: [],
    name: undefined,
    compression: options.compression,
  };
  return open(level, { ...options, codecs: [...BUILT_IN_CODECS, ...options.codecs], expansion });
}

async function* goneOn(
  { body, size }: Stored,
  from: NonNullable<ContentRestart["from"]>,
  { codecs, limits, restart }: ContentOptions,
): AsyncGenerator<Content> {
  const { compression } = from;
  const expansion = new Expansion(limits, from.stored);
  const peeked = await peek(body, 0, expansion.stored);
  try {
    const decoder = await [...BUILT_IN_CODECS, ...codecs].find(({ name }) => name === compression)?.load();
    if (decoder?.kind !== "stream" || decoder.restarts !== true)
      throw new SluiceError("INTERNAL", `${compression} data can't be gone on with: no codec here does so`);
    const decoded = decoder.decode(peeked, { limits, storedBytes: size, from, offer: restart?.offer });
    const chunks = counted(decoded, expansion.layer(from.decoded));
    yield { kind: "bytes", layers: [compression], name: undefined, chunks };
  } finally {
    await peeked.close();
  }
}

/** Whether there is anything to decode: most small payloads are plain, and need none of what follows. */
export function isPacked(head: Uint8Array, { compression, codecs }: ContentOptions): boolean {
  if (compression !== "auto") return compression !== "none";
  const first = head.subarray(0, CODEC_HEAD_BYTES);
  const detects = (codec: Codec): boolean => codec.detect(first);
  return BUILT_IN_CODECS.some(detects) || codecs.some(detects) || unsupportedCompression(first) !== undefined;
}

type StreamDecoder = Extract<Decoder, { readonly kind: "stream" }>;

interface Level {
  readonly chunks: AsyncIterable<Uint8Array>;
  /** To be told of those that are taken. */
  readonly count: Count;
  readonly size: number | undefined;
  readonly file: RandomAccess | undefined;
  readonly layers: readonly Compression[];
  readonly name: string | undefined;
  readonly compression: Compression;
}

interface Opening extends ContentOptions {
  readonly expansion: Expansion;
}

/** Where ranges can be had, and it isn't so small that it is simply held. */
function fileOf({ size, range, maxHeldBytes = 0 }: Stored, expansion: Expansion): RandomAccess | undefined {
  if (range === undefined || size === undefined || size <= maxHeldBytes) return undefined;
  return { size, read: (start, end) => counted(range(start, end), expansion.stored) };
}

/** Stream after stream is opened, until something else is in one. */
async function* open(outermost: Level, opening: Opening): AsyncGenerator<Content> {
  const opened: Peeked[] = [];
  try {
    for (let level = outermost; ; ) {
      const peeked = await peek(level.chunks, level.compression === "none" ? 0 : CODEC_HEAD_BYTES, level.count);
      opened.push(peeked);
      const codec = codecOf(peeked.head, level, opening.codecs);
      if (codec === undefined) {
        yield plain(level, peeked, opening);
        return;
      }
      const decoder = await codec.load();
      const packed = { ...level, layers: [...level.layers, codec.name] };
      if (decoder.kind !== "stream") {
        yield* parts(decoder, peeked, packed, opening);
        return;
      }
      level = decodedBy(decoder, peeked, packed, opening);
    }
  } finally {
    for (const each of opened.toReversed()) await each.close();
  }
}

/** Decoded bytes are counted already; those of an object that is stored as it is aren't. */
function plain({ layers, name }: Level, peeked: Peeked, { expansion }: Opening): Content {
  const chunks = layers.length === 0 ? counted(peeked, expansion.layer()) : peeked;
  return { kind: "bytes", layers, name, chunks };
}

function codecOf(head: Uint8Array, { compression, layers }: Level, codecs: readonly Codec[]): Codec | undefined {
  if (compression === "none" || head.length === 0) return undefined;
  const found = codecs.find((codec) => codec.detect(head));
  if (compression !== "auto" && found?.name !== compression) throw unexpected(head, compression, codecs);
  const unsupported = found === undefined ? unsupportedCompression(head) : undefined;
  if (unsupported !== undefined)
    throw new SluiceError("COMPRESSION_UNSUPPORTED", `${unsupported} data: there is no codec for it`);
  if (found !== undefined && layers.length === MAX_LAYERS)
    throw new SluiceError(
      "EXPANSION_LIMIT",
      `more than ${MAX_LAYERS} compressions in each other: ${layers.join(", ")}`,
    );
  return found;
}

function unexpected(head: Uint8Array, compression: Compression, codecs: readonly Codec[]): SluiceError {
  if (codecs.every(({ name }) => name !== compression))
    return new SluiceError("COMPRESSION_UNSUPPORTED", `${compression} data: there is no codec for it here`);
  const first = Array.from(head.subarray(0, 4), (byte) => byte.toString(16).padStart(2, "0")).join(" ");
  return new SluiceError("OBJECT_CORRUPT", `expected ${compression} data, got bytes that begin with ${first}`);
}

/** What comes out of a stream: what it is, is looked at again. */
function decodedBy(
  decoder: StreamDecoder,
  peeked: Peeked,
  level: Level,
  { limits, expansion, restart }: Opening,
): Level {
  const offer = level.layers.length === 1 ? restart?.offer : undefined;
  const chunks = decoder.decode(peeked, { limits, storedBytes: level.size, offer });
  return inner(level, chunks, expansion.layer());
}

function inner({ layers, name }: Level, chunks: AsyncIterable<Uint8Array>, count: Count): Level {
  return { chunks, count, size: undefined, file: undefined, layers, name, compression: "auto" };
}

async function* parts(
  decoder: Exclude<Decoder, StreamDecoder>,
  peeked: Peeked,
  level: Level,
  opening: Opening,
): AsyncGenerator<Content> {
  const { limits, header, expansion } = opening;
  const file = await randomAccess(peeked, level, limits);
  const count = expansion.layer();
  if (decoder.kind === "table") {
    const blocks = countedRows(decoder.rows(file, { limits, header }), count);
    yield { kind: "rows", layers: level.layers, name: level.name, blocks };
    return;
  }
  for await (const { name, compression, chunks } of decoder.entries(file, { limits })) {
    const plain = compression === "gzip" ? decompress(chunks, limits) : chunks;
    yield* named(name, open({ ...inner(level, plain, count), name }, opening));
  }
}

/** Rows are as large as what they are written as. */
async function* countedRows(blocks: AsyncIterable<FrameBlock>, count: Count): AsyncGenerator<FrameBlock> {
  for await (const block of blocks) {
    count(block.bytes.length);
    yield block;
  }
}

async function randomAccess(peeked: Peeked, level: Level, limits: DecodeLimits): Promise<RandomAccess> {
  if (level.file === undefined) return bytesAccess(await bytesOf(peeked, limits.maxDecoderBytes));
  await peeked.close();
  return level.file;
}

/** What goes wrong in an entry says which. */
async function* named(name: string, all: AsyncGenerator<Content>): AsyncGenerator<Content> {
  try {
    for await (const content of all) {
      if (content.kind === "bytes") yield { ...content, chunks: saying(name, content.chunks) };
      else yield { ...content, blocks: saying(name, content.blocks) };
    }
  } catch (error) {
    throw inEntry(name, error);
  }
}

async function* saying<T>(name: string, all: AsyncIterable<T>): AsyncGenerator<T> {
  try {
    yield* all;
  } catch (error) {
    throw inEntry(name, error);
  }
}

/** The innermost entry is enough, and says it first. */
function inEntry(name: string, error: unknown): SluiceError {
  const known = asSluiceError(error);
  if (known.transient || known.message.startsWith(ENTRY)) return known;
  return new SluiceError(known.code, `${ENTRY}${quote(name)}": ${known.message}`, { cause: known });
}

const ENTRY = 'entry "';
