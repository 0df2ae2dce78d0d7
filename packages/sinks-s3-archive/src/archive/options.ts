import * as z from "zod";
import { KEY_FIELDS, placeholdersOf } from "./key.ts";

const STORAGE_CLASSES = [
  "STANDARD",
  "STANDARD_IA",
  "ONEZONE_IA",
  "INTELLIGENT_TIERING",
  "GLACIER_IR",
  "GLACIER",
  "DEEP_ARCHIVE",
  "EXPRESS_ONEZONE",
] as const;

/** Leaves room below S3's 1,024 bytes for what the placeholders become. */
const MAX_TEMPLATE_CHARS = 400;

export type Format = "ndjson" | "raw";

export interface ArchiveOptions {
  readonly bucket: string;
  /** A document a line; or records as they came, a line each. */
  readonly format: Format;
  /**
   * Of `format: raw`: whole gzip objects of lines that nothing in the config touches are copied by S3, as they are, rather
   * than read. false: never.
   */
  readonly copy: boolean;
  /** Template of the object's key; must hold {id}. Default: by dataset, day and hour. */
  readonly key?: string | undefined;
  /**
   * Objects of many batches of a stream's, per invocation, instead of one for each part of an object or log batch: few and large, but what is
   * delivered again is there twice.
   */
  readonly combine: boolean;
  readonly region?: string | undefined;
  readonly endpoint?: string | undefined;
  /** Bucket in the path rather than in the host name, as most S3-compatible stores want it. */
  readonly forcePathStyle: boolean;
  readonly storageClass?: (typeof STORAGE_CLASSES)[number] | undefined;
  /** Encryption at rest; default: the bucket's own. */
  readonly sse?: "AES256" | "aws:kms" | undefined;
  readonly kmsKeyId?: string | undefined;
  /** gzip, 1 (fastest) to 9 (smallest). The default of 6 takes two to three times as long as 1 and writes a fifth less, to be kept for years. */
  readonly compressionLevel: number;
  /** Account that must own the bucket: writes to any other are refused by S3. */
  readonly expectedBucketOwner?: string | undefined;
  /** From connecting to the answer, in milliseconds; beyond it the batch is sent again. */
  readonly requestTimeoutMs: number;
}

const key = z
  .string()
  .min(1)
  .max(MAX_TEMPLATE_CHARS)
  .regex(/^[^/\p{Cc}][^\p{Cc}]*$/u, "expected a key that doesn't start with /")
  .superRefine((template, context) => {
    const names = placeholdersOf(template);
    const unknown = names.filter((name) => name !== "id" && !KEY_FIELDS.includes(name));
    if (unknown.length > 0)
      context.addIssue({ code: "custom", message: `expected only {id}, {${KEY_FIELDS.join("}, {")}}` });
    if (!names.includes("id"))
      context.addIssue({ code: "custom", message: "expected {id} in it: without it objects overwrite each other" });
  });

export const options: z.ZodType<ArchiveOptions> = z
  .strictObject({
    bucket: z.string().min(3),
    format: z.enum(["ndjson", "raw"]).default("ndjson"),
    copy: z.boolean().default(true),
    key: key.optional(),
    combine: z.boolean().default(false),
    region: z.string().min(1).optional(),
    endpoint: z.url().optional(),
    forcePathStyle: z.boolean().default(false),
    storageClass: z.enum(STORAGE_CLASSES).optional(),
    sse: z.enum(["AES256", "aws:kms"]).optional(),
    kmsKeyId: z.string().min(1).optional(),
    compressionLevel: z.int().min(1).max(9).default(6),
    expectedBucketOwner: z
      .string()
      .regex(/^\d{12}$/, "expected an account id of 12 digits")
      .optional(),
    requestTimeoutMs: z.int().positive().default(60_000),
  })
  .refine((given) => given.kmsKeyId === undefined || given.sse === "aws:kms", {
    path: ["kmsKeyId"],
    message: "expected with sse: aws:kms only",
  });

/** Combined objects are wanted few and large, which copies aren't. */
export function copies({ format, copy, combine }: Pick<ArchiveOptions, "format" | "copy" | "combine">): boolean {
  return format === "raw" && copy && !combine;
}
