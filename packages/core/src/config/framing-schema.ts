import * as z from "zod";
import type { FramingConfig } from "./config.ts";

const PLAIN = ["auto", "lines", "json", "whole", "none"] as const;
/** Framings that need no options. */
const NAMES = [...PLAIN, "json-array", "csv", "tsv"] as const;

const positive = z.int().positive();

const path = z.union([z.string(), z.array(z.string().min(1))], {
  error: "expected the names on the way to the array, dotted or as a list",
});

const delimiter = z
  .string()
  .regex(/^[\t\x20-\x7e]$/, "expected one ASCII character")
  .refine((character) => character !== '"', "expected another character than the quote");

const header = z.union([z.boolean(), z.array(z.string()).min(1)], { error: "expected true, false or a list of names" });

const rows = { quotes: z.boolean().default(true), header: header.default(true) } as const;

const GROUPINGS = ["start", "end", "continued", "count"] as const;

const multiline = z
  .strictObject({
    type: z.literal("multiline"),
    start: z.string().min(1).optional(),
    end: z.string().min(1).optional(),
    continued: z.literal(true).optional(),
    count: positive.optional(),
    maxLines: positive.optional(),
    maxBytes: positive.optional(),
  })
  .refine(
    (value) => GROUPINGS.filter((key) => value[key] !== undefined).length === 1,
    `expected exactly one of ${GROUPINGS.join(", ")}`,
  );

const options = z.discriminatedUnion(
  "type",
  [
    z.strictObject({ type: z.enum(PLAIN) }),
    z.strictObject({ type: z.literal("json-array"), path: path.default([]) }),
    z.strictObject({ type: z.literal("csv"), delimiter: delimiter.default(","), ...rows }),
    z.strictObject({ type: z.literal("tsv"), delimiter: delimiter.default("\t"), ...rows }),
    multiline,
  ],
  { error: `expected one of ${NAMES.join(", ")}, multiline` },
);

/** `framing`: a name, or an object of a type and its options. */
export const framingSchema: z.ZodType<FramingConfig> = z.union(
  [z.enum(NAMES).transform((type) => options.parse({ type })), options],
  { error: `expected one of ${NAMES.join(", ")}, or an object with a type` },
);
