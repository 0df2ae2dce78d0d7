import { type DeadLetter, quote, SluiceError } from "@sluice/core";
import * as z from "zod";
import { VERSION } from "./dead-letter-lines.ts";

const time = z.iso.datetime({ offset: true }).transform((text) => Date.parse(text));
const SERVICES = ["s3", "file", "cloudwatch-logs", "kinesis", "kafka", "firehose", "eventbridge", "direct"] as const;

/** What others added to a line is left alone. */
const head = z.object({
  v: z.literal(VERSION).optional(),
  id: z.string().min(1),
  sink: z.string().min(1),
  at: time,
  status: z.number().optional(),
  reason: z.object({ code: z.string(), message: z.string() }),
  origin: z.record(z.string(), z.string()),
  start: z.number(),
  end: z.number(),
  encoded: z.literal(true).optional(),
  dataset: z.string().min(1).optional(),
  namespace: z.string().min(1).optional(),
  timestamp: time.optional(),
  service: z.enum(SERVICES).optional(),
  source: z.string().optional(),
  versionId: z.string().optional(),
  resent: z.int().nonnegative().optional(),
});

/** One line, its end left out. Throws DEAD_LETTER_MALFORMED, naming the key, for what is no dead letter. */
export function parseDeadLetter(line: string): DeadLetter {
  const { members, document } = inPlace(line) ?? anyOrder(line);
  if (members.kind === "unit") throw malformed("kind: a unit that nobody could read, with no record to send again");
  const parsed = head.safeParse(members);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw malformed(`${issue?.path.join(".") || "line"}: ${issue?.message}`);
  }
  const { v: _, ...letter } = parsed.data;
  if (document !== undefined) return { ...letter, json: true, document };
  if (typeof members.text !== "string") throw malformed("document: expected a document or a text, got neither");
  return { ...letter, json: false, document: Buffer.from(members.text) };
}

interface Parsed {
  readonly members: Readonly<Record<string, unknown>>;
  readonly document?: Uint8Array | undefined;
}

const DOCUMENT = ',"document":';
/** Places looked at before a line counts as written otherwise. */
const MAX_PLACES = 4;

/**
 * As it was written: the document comes last, and is taken over byte by byte. Within a string no quote follows a comma
 * without a backslash, so that what looks like the key is one: this one, or that of a field before it.
 */
function inPlace(line: string): Parsed | undefined {
  if (!line.endsWith("}")) return undefined;
  let at = line.indexOf(DOCUMENT);
  for (let i = 0; at >= 0 && i < MAX_PLACES; i++) {
    const found = cutAt(line, at);
    if (found !== undefined) return found;
    at = line.indexOf(DOCUMENT, at + 1);
  }
  return undefined;
}

function cutAt(line: string, at: number): Parsed | undefined {
  const document = line.slice(at + DOCUMENT.length, -1);
  try {
    const members = JSON.parse(`${line.slice(0, at)}}`);
    JSON.parse(document);
    return { members, document: Buffer.from(document) };
  } catch {
    return undefined;
  }
}

/** Written by someone else, its keys in another order: then its numbers are what JavaScript holds of them. */
function anyOrder(line: string): Parsed {
  const members = parseObject(line);
  if (!Object.hasOwn(members, "document")) return { members };
  return { members, document: Buffer.from(JSON.stringify(members.document)) };
}

function parseObject(line: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    throw malformed("expected JSON", error);
  }
  if (value !== null && typeof value === "object" && !Array.isArray(value)) return value as Record<string, unknown>;
  throw malformed("expected a JSON object");
}

function malformed(message: string, cause?: unknown): SluiceError {
  return new SluiceError("DEAD_LETTER_MALFORMED", quote(message), { cause });
}
