import { expectNoState, RestartOffers, type RestartOptions, SluiceError } from "@sluice/core";
import { type Blocks, withBlocks } from "../blocks/blocks.ts";
import { ByteSource } from "../byte-source.ts";
import { STREAM_HEADER } from "./magic.ts";

// The format: "Snappy framing format description" (framing_format.txt of google/snappy).

const HEADER_BYTES = 4;
const CHECKSUM_BYTES = 4;
const MAX_CONTENT_BYTES = 64 * 1024;
/** What 64 KiB may at most become: 32 + n + n/6. */
const MAX_CHUNK_BYTES: number = CHECKSUM_BYTES + 32 + MAX_CONTENT_BYTES + Math.ceil(MAX_CONTENT_BYTES / 6);

const COMPRESSED = 0x00;
const UNCOMPRESSED = 0x01;
const FIRST_SKIPPABLE = 0x80;
const STREAM = 0xff;

const NO_STATE = new Uint8Array(0);

/**
 * Snappy's framing format → decoded chunks, each valid until the next one is asked for. The CRC of each is checked; streams
 * may follow each other. Restart points lie between chunks, and have no state.
 */
export function unsnappy(chunks: AsyncIterable<Uint8Array>, restart: RestartOptions = {}): AsyncGenerator<Uint8Array> {
  return withBlocks((blocks) => decoded(chunks, blocks, restart));
}

async function* decoded(
  chunks: AsyncIterable<Uint8Array>,
  blocks: Blocks,
  restart: RestartOptions,
): AsyncGenerator<Uint8Array> {
  const source = new ByteSource(chunks, "snappy", restart.from?.stored);
  const offers = RestartOffers.of(restart);
  try {
    if (restart.from !== undefined) expectNoState("snappy", restart.from);
    while (await source.more()) {
      const at = source.position;
      if (offers?.isDue === true) offers.give(at, () => NO_STATE);
      const header = await source.take(HEADER_BYTES);
      const kind = header[0] as number;
      const size = (header[1] as number) | ((header[2] as number) << 8) | ((header[3] as number) << 16);
      if (kind === STREAM) await expectStream(source, size, at);
      else if (at === 0) throw damaged("no stream identifier", at);
      else if (kind === COMPRESSED || kind === UNCOMPRESSED) {
        const content = await contentOf(source, blocks, kind, size, at);
        const { length } = content;
        yield content;
        offers?.passed(length);
      } else if (kind >= FIRST_SKIPPABLE) await source.skip(size);
      else throw damaged(`a chunk of kind ${kind}`, at);
    }
  } finally {
    await source.close();
  }
}

async function expectStream(source: ByteSource, size: number, at: number): Promise<void> {
  const name = STREAM_HEADER.slice(HEADER_BYTES);
  if (size !== name.length) throw damaged("another stream identifier", at);
  const bytes = await source.take(size);
  if (name.some((byte, i) => bytes[i] !== byte)) throw damaged("another stream identifier", at);
}

async function contentOf(
  source: ByteSource,
  blocks: Blocks,
  kind: number,
  size: number,
  at: number,
): Promise<Uint8Array> {
  if (size < CHECKSUM_BYTES || size > MAX_CHUNK_BYTES) throw damaged(`a chunk of ${size} bytes`, at);
  const bytes = await source.take(size);
  const body = bytes.subarray(CHECKSUM_BYTES);
  if (kind === UNCOMPRESSED && body.length > MAX_CONTENT_BYTES) throw damaged(`a chunk of ${size} bytes`, at);
  const expected = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  const decoded = kind === UNCOMPRESSED ? body : block(blocks, body, at);
  const masked = mask(blocks.crc32c(decoded));
  if (masked !== expected) throw damaged("a wrong checksum", at);
  return decoded;
}

function block(blocks: Blocks, body: Uint8Array, at: number): Uint8Array {
  try {
    return blocks.snappy(body, MAX_CONTENT_BYTES);
  } catch (error) {
    throw damaged("a chunk that can't be decoded", at, error);
  }
}

/** Checksums of data that holds checksums are feared to be weak. */
function mask(crc: number): number {
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

function damaged(what: string, at: number, cause?: unknown): SluiceError {
  return new SluiceError("OBJECT_CORRUPT", `snappy data is damaged (${what}), after ${at} compressed bytes`, { cause });
}
