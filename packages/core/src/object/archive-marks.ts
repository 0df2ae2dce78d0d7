/** The object that an archive's lines are of, as much of it as their ids and documents come from. */
export interface ArchivedSource {
  readonly bucket: string;
  /** Decoded. */
  readonly key: string;
  /** Of the read. */
  readonly etag: string;
  readonly region?: string | undefined;
  readonly account?: string | undefined;
  /** Milliseconds since the epoch. */
  readonly lastModified?: number | undefined;
}

/** What an archive says of an object that it wrote, in the object's metadata. */
export type ArchiveMarks =
  /** A document a line, each with its record's id. */
  | { readonly kind: "documents" }
  /** The bytes of `source` from decoded byte `start` on. Without a source they are not such a piece of one: their ids are lost. */
  | {
      readonly kind: "lines";
      readonly source?: ArchivedSource | undefined;
      readonly start: number;
      /** By which its first line was read, where that was told by the source's first. */
      readonly format?: string | undefined;
    };

/** Names in the user metadata of S3, which has them in lower case. */
const KIND = "sluice";
const BUCKET = "sluice-bucket";
const KEY = "sluice-key";
const ETAG = "sluice-etag";
const REGION = "sluice-region";
const ACCOUNT = "sluice-account";
const MODIFIED = "sluice-modified";
const FORMAT = "sluice-format";
const START = "sluice-start";

/** S3 takes 2 KB of names and values (Amazon S3: Working with object metadata); some are left for whoever adds more. */
const MAX_METADATA_BYTES = 1900;

/** Metadata for an object, names and values in ASCII. Where it would be too large the source is left out. */
export function metadataOf(marks: ArchiveMarks): Readonly<Record<string, string>> {
  if (marks.kind === "documents" || marks.source === undefined) return { [KIND]: marks.kind };
  const { bucket, key, etag, region, account, lastModified } = marks.source;
  const metadata = {
    [KIND]: marks.kind,
    [BUCKET]: encoded(bucket),
    [KEY]: encoded(key),
    [ETAG]: encoded(etag),
    ...(region === undefined ? {} : { [REGION]: encoded(region) }),
    ...(account === undefined ? {} : { [ACCOUNT]: encoded(account) }),
    ...(lastModified === undefined ? {} : { [MODIFIED]: String(lastModified) }),
    ...(marks.format === undefined ? {} : { [FORMAT]: encoded(marks.format) }),
    [START]: String(marks.start),
  };
  const size = Object.entries(metadata).reduce((sum, [name, value]) => sum + name.length + value.length, 0);
  return size > MAX_METADATA_BYTES ? { [KIND]: marks.kind } : metadata;
}

/** Undefined for what is none of an archive's. */
export function marksOf(metadata: Readonly<Record<string, string>> = {}): ArchiveMarks | undefined {
  const kind = metadata[KIND];
  if (kind === "documents") return { kind };
  if (kind !== "lines") return undefined;
  const bucket = decoded(metadata[BUCKET]);
  const key = decoded(metadata[KEY]);
  const etag = decoded(metadata[ETAG]);
  const start = numberOf(metadata[START]);
  if (bucket === undefined || key === undefined || etag === undefined || start === undefined) return { kind, start: 0 };
  const region = decoded(metadata[REGION]);
  const account = decoded(metadata[ACCOUNT]);
  const format = decoded(metadata[FORMAT]);
  return {
    kind,
    start,
    source: { bucket, key, etag, region, account, lastModified: numberOf(metadata[MODIFIED]) },
    format,
  };
}

/** Readable for usual keys: as in a URL. Half a surrogate pair, which no key has, becomes the replacement character. */
function encoded(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replaceAll("%2F", "/");
}

function decoded(text: string | undefined): string | undefined {
  if (text === undefined || text === "") return undefined;
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

function numberOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,16}$/.test(text) && Number.isSafeInteger(Number(text)) ? Number(text) : undefined;
}
