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
import { Expansion } from "./expansion.ts";
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
export async function* contents(stored: Stored, options: ContentOptions): AsyncGenerator<Content> {
  const from = options.restart?.from;
  if (from !== undefined) {
    yield* goneOn(stored, from, options);
    return;
  }
  const expansion = new Expansion(options.limits);
  const level: Level = {
    chunks: expansion.stored(stored.body),
    size: stored.size,
    file: fileOf(stored, expansion),
    layers: [],
    name: undefined,
    compression: options.compression,
  };
  yield* open(level, { ...options, codecs: [...BUILT_IN_CODECS, ...options.codecs], expansion });
}

async function* goneOn(
  { body, size }: Stored,
  from: NonNullable<ContentRestart["from"]>,
  { codecs, limits, restart }: ContentOptions,
): AsyncGenerator<Content> {
  const { compression } = from;
  const expansion = new Expansion(limits, from.stored);
  const peeked = await peek(body, 0);
  try {
    const decoder = await [...BUILT_IN_CODECS, ...codecs].find(({ name }) => name === compression)?.load();
    if (decoder?.kind !== "stream" || decoder.restarts !== true)
      throw new SluiceError("INTERNAL", `${compression} data can't be gone on with: no codec here does so`);
    const chunks = expansion.stored(peeked.chunks);
    const decoded = decoder.decode(chunks, { limits, storedBytes: size, from, offer: restart?.offer });
    yield { kind: "bytes", layers: [compression], name: undefined, chunks: expansion.layer(from.decoded)(decoded) };
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

interface Level {
  readonly chunks: AsyncIterable<Uint8Array>;
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
  return { size, read: (start, end) => expansion.stored(range(start, end)) };
}

async function* open(level: Level, opening: Opening): AsyncGenerator<Content> {
  const peeked = await peek(level.chunks, level.compression === "none" ? 0 : CODEC_HEAD_BYTES);
  try {
    const codec = codecOf(peeked.head, level, opening.codecs);
    if (codec === undefined) yield plain(level, peeked, opening);
    else yield* decoded(await codec.load(), peeked, { ...level, layers: [...level.layers, codec.name] }, opening);
  } finally {
    await peeked.close();
  }
}

/** Decoded bytes are counted already; those of an object that is stored as it is aren't. */
function plain({ layers, name }: Level, { chunks }: Peeked, { expansion }: Opening): Content {
  return { kind: "bytes", layers, name, chunks: layers.length === 0 ? expansion.layer()(chunks) : chunks };
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

async function* decoded(decoder: Decoder, peeked: Peeked, level: Level, opening: Opening): AsyncGenerator<Content> {
  const { limits, header, expansion } = opening;
  const inner = {
    size: undefined,
    file: undefined,
    layers: level.layers,
    name: level.name,
    compression: "auto",
  } as const;
  if (decoder.kind === "stream") {
    const offer = level.layers.length === 1 ? opening.restart?.offer : undefined;
    const chunks = decoder.decode(peeked.chunks, { limits, storedBytes: level.size, offer });
    yield* open({ ...inner, chunks: expansion.layer()(chunks) }, opening);
    return;
  }
  const file = await randomAccess(peeked, level, limits);
  if (decoder.kind === "table") {
    const blocks = expansion.rows()(decoder.rows(file, { limits, header }));
    yield { kind: "rows", layers: level.layers, name: level.name, blocks };
    return;
  }
  const counted = expansion.layer();
  for await (const entry of decoder.entries(file, { limits })) {
    const plain = entry.compression === "gzip" ? decompress(entry.chunks, limits) : entry.chunks;
    yield* named(entry.name, open({ ...inner, name: entry.name, chunks: counted(plain) }, opening));
  }
}

async function randomAccess(peeked: Peeked, level: Level, limits: DecodeLimits): Promise<RandomAccess> {
  if (level.file === undefined) return bytesAccess(await bytesOf(peeked.chunks, limits.maxDecoderBytes));
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
