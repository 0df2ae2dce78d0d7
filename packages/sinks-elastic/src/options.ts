import * as z from "zod";
import { DEFAULT_TARGET, targetProblem } from "./target.ts";

/** One of: `apiKey` (encoded, or as `id:key`), `username` with `password`, `bearer`. */
export interface ElasticAuth {
  readonly apiKey?: string | undefined;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  readonly bearer?: string | undefined;
}

export interface ElasticTls {
  /** PEM text of the certificate authority. */
  readonly ca?: string | undefined;
  readonly rejectUnauthorized?: boolean | undefined;
  /** SHA-256 of the authority's certificate, in hex: trusted in place of a known authority. */
  readonly fingerprint?: string | undefined;
}

export interface ElasticOptions {
  readonly url?: string | undefined;
  readonly nodes?: readonly string[] | undefined;
  readonly cloudId?: string | undefined;
  readonly auth?: ElasticAuth | undefined;
  readonly tls?: ElasticTls | undefined;
  /** Index, alias or data stream; placeholders {dataset} {namespace} {yyyy} {MM} {dd} {HH}. */
  readonly target: string;
  /** Ingest pipeline to be run on every document. */
  readonly pipeline?: string | undefined;
  /** When records are looked up before they are sent, in all indices behind their names: where they may have been delivered; never; always. */
  readonly dedupe: "stream" | "index" | "always";
  /** With `dedupe: stream`: after a rollover, all records are looked up for as long as an earlier attempt may lie back, in ms. 0: they aren't. */
  readonly dedupeWindowMs: number;
  readonly compression: "gzip" | "none";
  /** Of zlib, 1 (fastest) to 9. */
  readonly compressionLevel: number;
  readonly requestTimeoutMs: number;
  readonly headers: Readonly<Record<string, string>>;
}

/** What one request sets itself. */
const OWN_HEADERS = ["accept", "content-type", "content-encoding", "content-length", "transfer-encoding", "host"];

/** A week: longer ones are what `dedupe: always` is for. */
const MAX_WINDOW_MS = 7 * 24 * 3_600_000;

const text = z.string().min(1);
/** Secrets out of files and parameters often end in a newline, which no header takes. */
const token = z
  .string()
  .trim()
  .min(1)
  .regex(/^\S+$/, "expected no white space in it")
  .regex(/^[\s\x21-\x7e]+$/, "expected printable ASCII");

const auth = z
  .strictObject({
    apiKey: token.optional(),
    username: text.optional(),
    password: text.optional(),
    bearer: token.optional(),
  })
  .refine(({ apiKey, username, password, bearer }) => {
    const kinds = [apiKey, username, bearer].filter((each) => each !== undefined).length;
    return kinds === 1 && (username === undefined) === (password === undefined);
  }, "expected one of apiKey, username with password, bearer");

const tls = z
  .strictObject({
    ca: text.regex(/-----BEGIN CERTIFICATE-----/, "expected a certificate as PEM text"),
    rejectUnauthorized: z.boolean(),
    fingerprint: z.string().regex(/^([0-9a-f]{2}:?){31}[0-9a-f]{2}$/i, "expected a SHA-256 fingerprint in hex"),
  })
  .partial();

const headers = z.record(
  z
    .string()
    .regex(/^[A-Za-z0-9-]+$/, "expected the name of a header")
    .refine((name) => !OWN_HEADERS.includes(name.toLowerCase()), "expected a header that the sink doesn't set itself"),
  z.string().regex(/^[\t\x20-\x7e]*$/, "expected printable ASCII"),
);

const common = {
  url: text.optional(),
  nodes: z.array(text).min(1).optional(),
  tls: tls.optional(),
  target: z
    .string()
    .superRefine((target, context) => {
      const message = targetProblem(target);
      if (message !== undefined) context.addIssue({ code: "custom", message });
    })
    .default(DEFAULT_TARGET),
  pipeline: text.optional(),
  dedupe: z.enum(["stream", "index", "always"]).default("stream"),
  dedupeWindowMs: z.int().min(0).max(MAX_WINDOW_MS).default(3_600_000),
  compression: z.enum(["gzip", "none"]).default("gzip"),
  compressionLevel: z.int().min(1).max(9).default(1),
  requestTimeoutMs: z.int().positive().default(30_000),
  headers: headers.default({}),
  auth: auth.optional(),
};

type Places = Pick<ElasticOptions, "url" | "nodes" | "cloudId" | "tls">;
type Issue = (message: string, path: PropertyKey[]) => void;

function checkPlaces({ url, nodes, cloudId, tls: secure }: Places, kinds: string, issue: Issue): void {
  const given = [url, nodes, cloudId].filter((each) => each !== undefined).length;
  if (given !== 1) issue(`expected exactly one of ${kinds}`, []);
  const places = url === undefined ? (nodes ?? []) : [url];
  places.forEach((place, i) => {
    // A malformed URL may hold credentials too: nothing with an @ is shown in an error.
    if (place.includes("@")) issue("expected credentials here, and none in the URL", ["auth"]);
    else if (!isHttp(place)) issue("expected a URL: https://host:port", url === undefined ? ["nodes", i] : ["url"]);
  });
  const plain = places.some((place) => place.startsWith("http:"));
  if (secure?.fingerprint !== undefined && plain) issue("expected https, for there is a fingerprint", ["tls"]);
}

function isHttp(place: string): boolean {
  if (!URL.canParse(place)) return false;
  const { protocol, search, hash } = new URL(place);
  return (protocol === "http:" || protocol === "https:") && search === "" && hash === "";
}

export const elasticsearchOptions: z.ZodType<ElasticOptions> = z
  .strictObject({ ...common, cloudId: text.includes(":").optional() })
  .superRefine((value, context) => {
    checkPlaces(value, "url, nodes, cloudId", (message, path) => context.addIssue({ code: "custom", message, path }));
  });

export const opensearchOptions: z.ZodType<ElasticOptions> = z.strictObject(common).superRefine((value, context) => {
  checkPlaces(value, "url, nodes", (message, path) => context.addIssue({ code: "custom", message, path }));
});
