import * as z from "zod";

export type Format = "ndjson" | "json-array" | "text";

export interface Auth {
  readonly basic?: { readonly username: string; readonly password: string } | undefined;
  readonly bearer?: string | undefined;
  readonly header?: { readonly name: string; readonly value: string } | undefined;
}

export interface HttpOptions {
  /** http(s), without credentials in it. */
  readonly url: string;
  readonly method: "POST" | "PUT";
  /** Documents a line; documents in one JSON array; or messages alone, a line each, with `\n` (two characters) for a line end in a message. */
  readonly format: Format;
  readonly headers: Readonly<Record<string, string>>;
  readonly auth?: Auth | undefined;
  readonly compression: "gzip" | "none";
  /** 1 (fastest) to 9 (smallest). */
  readonly compressionLevel: number;
  /** From connecting to the end of the answer, in milliseconds; beyond it the batch is sent again. */
  readonly requestTimeoutMs: number;
  /** Default: the format's own. */
  readonly contentType?: string | undefined;
  readonly tls: TlsOptions;
}

export interface TlsOptions {
  /** PEM certificates to trust instead of the system's. */
  readonly ca?: string | undefined;
  readonly rejectUnauthorized: boolean;
}

const url = z
  .url({ protocol: /^https?$/, error: "expected an http:// or https:// URL" })
  .refine(
    (text) => !URL.canParse(text) || new URL(text).username === "",
    "expected no credentials in the URL: use auth",
  );
/** RFC 9110 §5.6.2 token, §5.5 field value. */
const headerName = z.string().regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, "expected a header name");
const headerValue = z
  .string()
  .regex(/^[^\r\n\0]*$/, "expected no line ends in a header value")
  .regex(/^[\t\r\n\0\x20-\x7e\x80-\xff]*$/, "expected no characters beyond Latin-1 in a header value");

/** Headers that follow from other options or from the body. */
const OWN_HEADERS: ReadonlySet<string> = new Set([
  "connection",
  "content-encoding",
  "content-length",
  "content-type",
  "host",
  "transfer-encoding",
]);

const auth = z
  .strictObject({
    basic: z.strictObject({ username: z.string().min(1), password: z.string() }).optional(),
    bearer: headerValue.min(1).optional(),
    header: z.strictObject({ name: headerName, value: headerValue.min(1) }).optional(),
  })
  .refine((value) => Object.keys(value).length === 1, "expected one of basic, bearer, header");

const headers = z.record(headerName, headerValue).superRefine((value, context) => {
  for (const name of Object.keys(value))
    if (OWN_HEADERS.has(name.toLowerCase()))
      context.addIssue({ code: "custom", path: [name], message: "expected no header that Sluice sets itself" });
});

export const options: z.ZodType<HttpOptions> = z.strictObject({
  url,
  method: z.enum(["POST", "PUT"]).default("POST"),
  format: z.enum(["ndjson", "json-array", "text"]).default("ndjson"),
  headers: headers.default({}),
  auth: auth.optional(),
  compression: z.enum(["gzip", "none"]).default("none"),
  compressionLevel: z.int().min(1).max(9).default(1),
  requestTimeoutMs: z.int().positive().default(30_000),
  contentType: headerValue.min(1).optional(),
  tls: z.strictObject({ ca: z.string().min(1).optional(), rejectUnauthorized: z.boolean().default(true) }).prefault({}),
});
