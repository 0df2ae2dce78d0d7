import { Buffer } from "node:buffer";
import type { ObjectRef } from "@sluice/core";
import { type Context, UsageError } from "../command.ts";
import { type InputFile, inputFiles } from "../input/files.ts";
import { openFile } from "../input/open-file.ts";
import { printable } from "../output/text.ts";
import type { Deliver } from "./deliver.ts";
import type { Pace } from "./pace.ts";
import type { Tally } from "./tally.ts";

/** Of one run of the pipeline, or one round of sending. */
const MAX_CHUNK_OBJECTS = 500;
/** Of all files of a list: they are held. */
const MAX_LIST_BYTES = 256 * 1024 * 1024;

export type Listed = Pick<ObjectRef, "bucket" | "key" | "versionId">;

/** Rows of all CSV files there; of a path that names one file, of that, whatever it is called. */
export async function listedObjects(path: string, context: Context): Promise<readonly Listed[]> {
  const all = await inputFiles([path], context, undefined);
  const files = all.filter(({ name }) => name.endsWith(".csv") || name === path || all.length === 1);
  if (files.length === 0) throw new UsageError(`--list ${path}: no CSV files there`);
  const size = files.reduce((sum, each) => sum + each.size, 0);
  if (size > MAX_LIST_BYTES)
    throw new UsageError(
      `--list ${path}: expected ${MAX_LIST_BYTES} bytes at most, got ${size}: go through its files one by one`,
    );
  const texts = await Promise.all(files.map((file) => textOf(file, context)));
  return texts.flatMap((text, i) => rowsOf(text, files[i]?.name ?? ""));
}

async function textOf({ ref }: InputFile, { adapters, stop }: Context): Promise<string> {
  const open = await openFile(ref, adapters.reader(), stop);
  const pieces: Uint8Array[] = [];
  for await (const piece of open.chunks(0)) pieces.push(piece);
  return Buffer.concat(pieces).toString("utf8");
}

/**
 * Rows of `bucket,key[,version]`, keys URL-encoded: a manifest of S3 Batch Operations, or its report (`Report_CSV_20180820`: … and
 * then TaskStatus, ErrorCode, HTTPStatusCode, ResultMessage), of which the tasks that succeeded are left out.
 * Amazon S3: Specifying a manifest; Examples of completion reports.
 */
export function rowsOf(text: string, name: string): readonly Listed[] {
  return rows(text, name).flatMap(({ cells, line }) => {
    const [bucket = "", encoded = "", versionId = "", status = ""] = cells;
    if (!/^[a-z0-9][a-z0-9.-]*$/i.test(bucket) || encoded === "")
      throw new UsageError(
        `${name}:${line}: expected bucket,key or bucket,key,version, got ${printable(cells.join(","))}`,
      );
    if (status.toLowerCase() === "succeeded") return [];
    const key = decoded(encoded);
    if (key === undefined)
      throw new UsageError(`${name}:${line}: expected a URL-encoded key, got ${printable(encoded)}`);
    return [{ bucket, key, ...(versionId !== "" && { versionId }) }];
  });
}

function decoded(key: string): string | undefined {
  try {
    return decodeURIComponent(key.replaceAll("+", " "));
  } catch {
    return undefined;
  }
}

interface Row {
  readonly cells: readonly string[];
  /** That it begins in, from 1. */
  readonly line: number;
}

const CELL = /(?:"([^"]*(?:""[^"]*)*)"|([^",\r\n]*))(,|\r?\n|$)/y;

/** RFC 4180; blank lines are left out. */
function rows(text: string, name: string): Row[] {
  const found: Row[] = [];
  let cells: string[] = [];
  let line = 1;
  let first = 1;
  for (let at = 0; at < text.length || cells.length > 0; ) {
    CELL.lastIndex = at;
    const match = CELL.exec(text);
    if (match === null) throw new UsageError(`${name}:${line}: a quote that is never closed, or stands within a cell`);
    const [whole, quoted, plain = "", end] = match;
    cells.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    at += whole.length;
    line += whole.split("\n").length - 1;
    if (end === ",") continue;
    if (cells.some((cell) => cell !== "")) found.push({ cells, line: first });
    cells = [];
    first = line;
  }
  return found;
}

export interface ListOptions {
  readonly objects: readonly Listed[];
  readonly regionOf: (bucket: string, signal: AbortSignal) => Promise<string | undefined>;
  readonly tally: Tally;
  readonly pace: Pace;
  /** Undefined: it is only looked at what there is. */
  readonly deliver: Deliver | undefined;
  readonly stop: AbortSignal;
}

/** Delivers what is listed, chunk by chunk. True: to the end. */
export async function backfillList({ objects, regionOf, tally, pace, deliver, stop }: ListOptions): Promise<boolean> {
  tally.listed = objects.length;
  tally.found = objects.length;
  tally.isListed = true;
  if (deliver === undefined) return true;
  const buckets = [...new Set(objects.map(({ bucket }) => bucket))];
  const regions = new Map(await Promise.all(buckets.map(async (each) => [each, await regionOf(each, stop)] as const)));
  const size = Math.min(MAX_CHUNK_OBJECTS, Math.floor(pace.most("objects")));
  for (let at = 0; at < objects.length; at += size) {
    const listed = objects.slice(at, at + size);
    const refs = listed.map((each) => ({ store: "s3" as const, ...each, region: regions.get(each.bucket) }));
    await pace.wait(refs.length, 0, stop);
    const { failed, outcome, isCutShort } = await deliver(refs);
    tally.add(refs.length, 0, failed, outcome);
    if (isCutShort || stop.aborted) return false;
  }
  return true;
}
