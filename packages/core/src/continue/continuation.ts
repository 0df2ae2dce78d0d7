import { Buffer } from "node:buffer";
import { gunzipSync, gzipSync } from "node:zlib";
import {
  expectNumber,
  expectObject,
  expectText,
  isObject,
  type Json,
  malformed,
  optionalNumber,
  optionalText,
} from "../envelope/expect.ts";
import { COMPRESSIONS, type Compression, MAX_RESTART_BYTES } from "../ports/codec.ts";
import type { ObjectRef } from "../ports/object-reader.ts";

/** Decoded bytes from the beginning of an object that are carried along, so that what they told is told again. */
export const MAX_HEAD_BYTES: number = 256 * 1024;

/** A place in an object where reading can go on: at the beginning of a record. */
export interface Restart {
  /** Position of that record. */
  readonly position: number;
  /** The place is within a line that isn't wanted: the record is what follows it, `position` no more than a bound. */
  readonly inLine?: true | undefined;
  /** Where the stored bytes go on, decoded bytes before it, and what the decoder needs; plain content has no `compression`. */
  readonly stored: number;
  readonly decoded: number;
  readonly state: Uint8Array;
  readonly compression?: Compression | undefined;
  /** The object's first decoded bytes, up to the beginning of some record. */
  readonly head: Uint8Array;
  /** What those bytes told: read again they must tell the same. */
  readonly framing: string;
  readonly format: string;
}

/** An object that is gone on with. */
export interface Resume {
  /** Of the version that was read so far. */
  readonly etag: string;
  /** The sinks that are owed records, each with the position below which it has all. */
  readonly owed: Readonly<Record<string, number>>;
  /** Missing: it is read from its beginning, and what every sink has is passed over. */
  readonly at?: Restart | undefined;
  /** Records that begin at this position, or behind it, are another invocation's. */
  readonly until?: number | undefined;
}

/** How long a piece of work has been on its way. */
export interface Hops {
  /** Invocations before this one. */
  readonly hop: number;
  /** Milliseconds since the epoch. */
  readonly firstSeen: number;
}

/** Of what an invocation hands over that began at `arrival`. */
export function hopAfter(hops: Hops | undefined, arrival: number): Hops {
  return { hop: (hops?.hop ?? 0) + 1, firstSeen: hops?.firstSeen ?? arrival };
}

const VERSION = 1;

/** The message that has an object gone on with. */
export function objectContinuation(ref: ObjectRef, resume: Resume | undefined, hops: Hops): string {
  return JSON.stringify({
    sluice: "continuation",
    v: VERSION,
    ...hops,
    ref,
    ...(resume && { resume: packed(resume) }),
  });
}

/** The message that hands over an event as it came. */
export function eventContinuation(event: unknown, receiver: Receiver, hops: Hops): string {
  return JSON.stringify({ sluice: "continuation", v: VERSION, ...hops, receiver, event });
}

/** Who received the event first: payloads don't always tell. */
export interface Receiver {
  readonly region?: string | undefined;
  readonly account?: string | undefined;
}

export type Continuation = Hops &
  (
    | { readonly kind: "object"; readonly ref: ObjectRef; readonly resume: Resume | undefined }
    | { readonly kind: "event"; readonly event: unknown; readonly receiver: Receiver }
  );

export function isContinuation(value: Json): boolean {
  return value.sluice === "continuation";
}

/** Throws EVENT_MALFORMED for what isn't one of ours, of this version. */
export function parseContinuation(value: Json): Continuation {
  if (value.v !== VERSION) throw malformed("v", `a continuation of version ${VERSION}`, value.v);
  const hops = { hop: expectNumber(value.hop, "hop"), firstSeen: expectNumber(value.firstSeen, "firstSeen") };
  if (value.ref === undefined) {
    const receiver = isObject(value.receiver) ? value.receiver : {};
    const { region, account } = receiver;
    return {
      kind: "event",
      ...hops,
      event: value.event,
      receiver: { region: optionalText(region), account: optionalText(account) },
    };
  }
  const resume = value.resume === undefined ? undefined : parseResume(expectObject(value.resume, "resume"));
  return { kind: "object", ...hops, ref: parseRef(expectObject(value.ref, "ref")), resume };
}

function parseRef(ref: Json): ObjectRef {
  const store = ref.store === "file" ? "file" : "s3";
  return {
    store,
    bucket: expectText(ref.bucket, "ref.bucket"),
    key: expectText(ref.key, "ref.key"),
    etag: optionalText(ref.etag),
    versionId: optionalText(ref.versionId),
    size: optionalNumber(ref.size),
    region: optionalText(ref.region),
    account: optionalText(ref.account),
  };
}

function parseResume(resume: Json): Resume {
  const owed = Object.entries(expectObject(resume.owed, "resume.owed"));
  // Nothing of the object would be read, and all of it acknowledged.
  if (owed.length === 0) throw malformed("resume.owed", "at least one sink", resume.owed);
  return {
    etag: expectText(resume.etag, "resume.etag"),
    owed: Object.fromEntries(owed.map(([sink, at]) => [sink, expectNumber(at, `resume.owed.${sink}`)])),
    at: resume.at === undefined ? undefined : parseRestart(expectObject(resume.at, "resume.at")),
    until: resume.until === undefined ? undefined : expectNumber(resume.until, "resume.until"),
  };
}

function parseRestart(at: Json): Restart {
  const compression = optionalText(at.compression);
  if (compression !== undefined && !(COMPRESSIONS as readonly string[]).includes(compression))
    throw malformed("resume.at.compression", `one of ${COMPRESSIONS.join(", ")}`, compression);
  return {
    position: expectNumber(at.position, "resume.at.position"),
    inLine: at.inLine === true ? true : undefined,
    stored: expectNumber(at.stored, "resume.at.stored"),
    decoded: expectNumber(at.decoded, "resume.at.decoded"),
    state: unpacked(at.state, "resume.at.state", MAX_RESTART_BYTES),
    compression: compression as Compression | undefined,
    head: unpacked(at.head, "resume.at.head", MAX_HEAD_BYTES),
    framing: expectText(at.framing, "resume.at.framing"),
    format: expectText(at.format, "resume.at.format"),
  };
}

function packed({ at, ...rest }: Resume): unknown {
  if (at === undefined) return rest;
  return { ...rest, at: { ...at, state: gzipped(at.state), head: gzipped(at.head) } };
}

function gzipped(bytes: Uint8Array): string {
  return gzipSync(bytes).toString("base64");
}

function unpacked(value: unknown, where: string, maxOutputLength: number): Uint8Array {
  try {
    return gunzipSync(Buffer.from(expectText(value, where), "base64"), { maxOutputLength });
  } catch {
    throw malformed(where, "gzip in base64", value);
  }
}
