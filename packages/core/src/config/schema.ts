import * as z from "zod";
import { OVERSIZED } from "../framing/oversize.ts";
import { COMPRESSIONS } from "../ports/codec.ts";
import { parseCidr } from "../process/cidr.ts";
import { NO_COLUMN } from "../record/formats/columns.ts";
import { FORMATS, formatNamed } from "../record/formats/index.ts";
import { type Config, EVERY_FIELD, type Predicate } from "./config.ts";
import { framingSchema } from "./framing-schema.ts";

const glob: z.ZodString = z.string().min(1);
const fieldName: z.ZodString = z.string().min(1);
const scalar = z.union([z.string(), z.number(), z.boolean()]);

const range = z
  .strictObject({ gt: z.number(), gte: z.number(), lt: z.number(), lte: z.number() })
  .partial()
  .refine((bounds) => Object.keys(bounds).length > 0, "expected at least one of gt, gte, lt, lte");

/** Its syntax is the engine's to judge, when the config is checked or first used. */
const pattern = z.string().min(1);

const cidr = z
  .string()
  .refine((text) => parseCidr(text) !== undefined, "expected a range of addresses such as 10.0.0.0/8");

const TESTS = {
  equals: scalar,
  in: z.array(scalar).min(1),
  glob,
  regex: pattern,
  range,
  exists: z.boolean(),
  cidr: z.union([cidr, z.array(cidr).min(1)]),
} as const;
const JOINS = ["all", "any", "not"] as const;

/** A plain object rather than a union, so that an error names the one wrong key instead of every alternative. */
const predicateSchema: z.ZodType<Predicate> = z.lazy(() =>
  z
    .strictObject({
      field: fieldName.optional(),
      equals: TESTS.equals.optional(),
      in: TESTS.in.optional(),
      glob: TESTS.glob.optional(),
      regex: TESTS.regex.optional(),
      range: TESTS.range.optional(),
      exists: TESTS.exists.optional(),
      cidr: TESTS.cidr.optional(),
      all: z.array(predicateSchema).min(1).optional(),
      any: z.array(predicateSchema).min(1).optional(),
      not: predicateSchema.optional(),
    })
    .superRefine((value, context) => {
      const tests = Object.keys(TESTS).filter((key) => key in value);
      const joins = JOINS.filter((key) => key in value);
      const single = value.field !== undefined && tests.length === 1 && joins.length === 0;
      const joined = value.field === undefined && tests.length === 0 && joins.length === 1;
      if (single || joined) return;
      const message = `expected a field with one of ${Object.keys(TESTS).join(", ")}, or one of ${JOINS.join(", ")}`;
      context.addIssue({ code: "custom", message });
    }),
) as z.ZodType<Predicate>;

const match = z
  .strictObject({
    bucket: glob,
    key: glob,
    logGroup: glob,
    logStream: glob,
    streamArn: glob,
    account: glob,
    region: glob,
  })
  .partial();

const formatName = z.string().refine((name) => formatNamed(name) !== undefined, {
  message: `expected one of ${FORMATS.map((format) => format.name).join(", ")}`,
});

/** Data stream names: lower case, none of \ / * ? " < > | space , # : and no hyphen. */
const streamPart = z
  .string()
  .regex(/^[a-z0-9_.][a-z0-9_.+]{0,99}$/, "expected lower-case letters, digits, _ and . (no hyphen)");

const columns = z.array(z.string().min(1)).min(1);

const source = z
  .strictObject({
    match: match.default({}),
    dataset: streamPart.optional(),
    namespace: streamPart.optional(),
    format: formatName.optional(),
    columns: columns.optional(),
    compression: z.enum(COMPRESSIONS).optional(),
    framing: framingSchema.optional(),
    oversized: z.enum(OVERSIZED).optional(),
    parse: z.enum(["ecs", "otel", "raw"]).default("ecs"),
    timestampField: z.string().min(1).optional(),
    messageField: z.string().min(1).optional(),
    role: z
      .string()
      .regex(/^arn:[a-z-]+:iam::\d{12}:role\/.+$/, "expected the ARN of a role")
      .optional(),
    externalId: z.string().min(1).optional(),
    region: z.string().min(1).optional(),
    tags: z.array(z.string()).default([]),
    fields: z.record(fieldName, z.string()).default({}),
  })
  .superRefine(({ format, columns = [] }, context) => {
    if (columns.length === 0) return;
    const named = format === undefined ? undefined : formatNamed(format);
    if (named?.knowsColumn === undefined) {
      const takers = FORMATS.filter(({ knowsColumn }) => knowsColumn !== undefined).map(({ name }) => name);
      context.addIssue({
        code: "custom",
        path: ["columns"],
        message: `expected a format beside it whose columns can be named (${takers.join(", ")})`,
      });
      return;
    }
    for (const [i, name] of columns.entries()) {
      const path = ["columns", i];
      if (name === NO_COLUMN) continue;
      if (named.knowsColumn(name) === false)
        context.addIssue({
          code: "custom",
          path,
          message: `expected a field of ${named.name}, or ${NO_COLUMN} for one that isn't wanted`,
        });
      else if (columns.indexOf(name) < i)
        context.addIssue({ code: "custom", path, message: "expected each field once" });
    }
  });

/** Fields that say where a record goes, or when it was: they aren't a step's to change. */
const FIXED = /^(?:@timestamp|data_stream(?:\..*)?|event\.dataset|ecs(?:\..*)?|sluice(?:\..*)?|__proto__(?:\..*)?)$/;
const changeable = z
  .string()
  .min(1)
  .refine(
    (name) => !FIXED.test(name),
    "expected a field other than @timestamp, data_stream, event.dataset and ecs.version",
  );

const redact = z
  .strictObject({
    field: z.union([changeable, z.array(changeable).min(1)]),
    pattern: pattern.optional(),
    with: z.string().optional(),
    hash: z.strictObject({ key: z.string().min(1) }).optional(),
    drop: z.boolean().optional(),
  })
  .refine(
    (value) => ["with", "hash", "drop"].filter((key) => key in value).length <= 1,
    "expected at most one of with, hash, drop",
  )
  .refine(
    (value) => value.pattern !== undefined || ![value.field].flat().includes(EVERY_FIELD),
    "expected a pattern beside field: '*'",
  );

const STEPS = {
  include: predicateSchema,
  exclude: predicateSchema,
  redact,
  sample: z.strictObject({ rate: z.number().min(0).max(1), by: fieldName.optional() }),
  add: z.record(changeable, scalar),
  rename: z.record(changeable, changeable),
  drop: z.array(changeable).min(1),
  transform: z.string().min(1),
} as const;

const step = z
  .strictObject(STEPS)
  .partial()
  .refine((value) => Object.keys(value).length === 1, `expected one of ${Object.keys(STEPS).join(", ")}`);

const route = z.strictObject({
  when: predicateSchema.optional(),
  to: z.array(z.string()).min(1),
  process: z.array(step).default([]),
  continue: z.boolean().default(false),
});

const positive = z.int().positive();

const retry = z.strictObject({
  attempts: positive.default(8),
  minDelayMs: positive.default(200),
  maxDelayMs: positive.default(10_000),
});

const limits = z
  .strictObject({
    maxBatchBytes: positive,
    maxBatchRecords: positive,
    maxRecordBytes: positive,
    maxInFlight: positive,
    maxOpenPartitions: positive,
    cellBytes: positive,
  })
  .partial();

const sink = z.looseObject({
  type: z.string().min(1),
  required: z.boolean().default(true),
  limits: limits.default({}),
  stallMs: positive.default(30_000),
  bestEffortMs: positive.default(5_000),
  retry: retry.prefault({}),
});

const deadLetter = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("s3"), bucket: z.string().min(1), prefix: z.string().default("dead-letters/") }),
  z.strictObject({ type: z.literal("file"), path: z.string().min(1) }),
]);

const continuation = z.strictObject({
  queue: z
    .url({ protocol: /^https?$/ })
    .refine(
      (url) => !url.endsWith(".fifo"),
      "expected a standard queue: a FIFO one would go on with one thing at a time",
    ),
  claims: z.strictObject({ bucket: z.string().min(1), prefix: z.string().default("continuations/") }).optional(),
  maxHops: positive.default(1000),
  splitBytes: positive.default(1024 ** 3),
});

const deadline = z
  .strictObject({
    marginMs: z.int().nonnegative().default(10_000),
    maxMarginMs: z.int().nonnegative().default(60_000),
  })
  .refine(({ marginMs, maxMarginMs }) => marginMs <= maxMarginMs, {
    error: "expected no more than maxMarginMs",
    path: ["marginMs"],
  });

const readLimits = z.strictObject({
  partBytes: positive.default(8 * 1024 * 1024),
  maxExpandedBytes: positive.default(1024 ** 4),
  maxExpansionRatio: positive.default(1000),
  maxDecoderBytes: positive.default(128 * 1024 * 1024),
  maxInlineBytes: positive.default(64 * 1024 * 1024),
  maxFrameBytes: positive.optional(),
  concurrency: positive.default(8),
  maxReadBytes: positive.default(16 * 1024 * 1024),
  attempts: positive.default(6),
});

/** Lambda takes an answer of 6 MB. */
const MAX_RESPONSE_BYTES = 6_000_000;

const triggers = z.strictObject({
  kafka: z.strictObject({ reportBatchItemFailures: z.boolean().default(false) }).prefault({}),
  firehose: z
    .strictObject({
      mode: z.enum(["transform", "deliver"]).default("transform"),
      maxResponseBytes: positive.max(MAX_RESPONSE_BYTES).default(MAX_RESPONSE_BYTES - 100_000),
    })
    .prefault({}),
});

export const configSchema: z.ZodType<Config> = z
  .strictObject({
    sources: z.array(source).default([]),
    process: z.array(step).default([]),
    routes: z.array(route).optional(),
    sinks: z
      .record(z.string().regex(/^[A-Za-z0-9_-]+$/, "expected letters, digits, _ and -"), sink)
      .refine((sinks) => Object.keys(sinks).length > 0, "expected at least one sink"),
    deadLetter: deadLetter.optional(),
    continuation: continuation.optional(),
    deadline: deadline.prefault({}),
    onUndecodable: z.enum(["retry", "deadLetter"]).default("retry"),
    onMissing: z.enum(["retry", "deadLetter", "ignore"]).default("retry"),
    triggers: triggers.prefault({}),
    read: readLimits.prefault({}),
  })
  .superRefine((config, context) => {
    config.routes?.forEach((entry, i) => {
      entry.to.forEach((name, j) => {
        if (Object.hasOwn(config.sinks, name)) return;
        const message = `expected the name of a sink (${Object.keys(config.sinks).join(", ")})`;
        context.addIssue({ code: "custom", message, path: ["routes", i, "to", j], input: name });
      });
    });
  });

/** Keys of a sink's config that core reads itself; the rest are the adapter's options. */
export const CORE_SINK_KEYS: readonly string[] = ["type", "required", "limits", "stallMs", "bestEffortMs", "retry"];
