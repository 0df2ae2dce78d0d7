import { Buffer } from "node:buffer";
import { deflateSync, gunzipSync, gzipSync } from "node:zlib";
import type { Random } from "./random.ts";

/** Values that code is seldom ready for. */
const HOSTILE: readonly unknown[] = [
  null,
  undefined,
  true,
  0,
  -0,
  -1,
  1e308,
  -5e-324,
  Number.NaN,
  2 ** 53 + 2,
  "",
  " ",
  "\0",
  "\ud800",
  "%",
  "%zz",
  "+",
  "../../etc/passwd",
  "\u001b[2J",
  "x".repeat(5000),
  "aws:sqs",
  "aws:s3",
  "aws:kinesis",
  "aws:kafka",
  "ObjectCreated:Put",
  "DATA_MESSAGE",
  "H4sIAAAAAAAAAwMAAAAAAAAAAAA=",
  [],
  [[]],
  [null],
  {},
  { Records: [] },
  { Records: [{}] },
  { __proto__: null, constructor: 1 },
];

const INSERTED: readonly Buffer[] = [
  "\n",
  "\r\n",
  "\0",
  '"',
  "\\",
  "{",
  "}",
  "[",
  "]",
  ",",
  " ",
  "\t",
  "-",
  "#Fields: a b\n",
  "\ufeff",
  "é",
  "😀",
]
  .map((text) => Buffer.from(text))
  .concat([
    Buffer.from([0xff]),
    Buffer.from([0xc3]),
    Buffer.from([0x1f, 0x8b]),
    Buffer.from([0xf3, 0x89, 0x9a, 0xc2]),
    Buffer.from("PK\x03\x04", "latin1"),
  ]);

/** The same bytes with one to eight changes; `other` may give a piece. */
export function mutateBytes(bytes: Uint8Array, random: Random, other: Uint8Array): Buffer {
  let out: Buffer = Buffer.from(bytes);
  for (let i = random.below(8) + 1; i > 0; i--) out = changed(out, random, other);
  return out;
}

function changed(bytes: Buffer, random: Random, other: Uint8Array): Buffer {
  const at = random.below(bytes.length + 1);
  const size = random.chance(0.8) ? random.below(16) : random.below(bytes.length + 1);
  switch (random.below(8)) {
    case 0:
      return bytes.subarray(0, at);
    case 1:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + size)]);
    case 2:
      return Buffer.concat([bytes.subarray(0, at), random.pick(INSERTED), bytes.subarray(at)]);
    case 3:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at, at + size), bytes.subarray(at)]);
    case 4: {
      const from = random.below(other.length + 1);
      return Buffer.concat([bytes.subarray(0, at), other.subarray(from, from + size), bytes.subarray(at)]);
    }
    case 5:
      return Buffer.concat([bytes, Buffer.alloc(random.below(40), random.below(256))]);
    default: {
      if (at < bytes.length)
        bytes[at] = random.chance(0.5) ? (bytes[at] as number) ^ (1 << random.below(8)) : random.below(256);
      return bytes;
    }
  }
}

/** A copy of an event with one to four places changed; JSON text, base64 and gzip inside it are opened, and closed again. */
export function mutateEvent(event: unknown, random: Random, other: unknown): unknown {
  let out = event;
  for (let i = random.below(4) + 1; i > 0; i--) out = changeOne(out, random, other);
  return out;
}

function changeOne(value: unknown, random: Random, other: unknown): unknown {
  if (random.chance(0.06)) return random.chance(0.3) ? somewhereIn(other, random) : random.pick(HOSTILE);
  if (Array.isArray(value)) return changeList(value, random, other);
  if (value !== null && typeof value === "object") return changeObject(value as Record<string, unknown>, random, other);
  if (typeof value === "string") return changeText(value, random, other);
  return random.chance(0.5) ? random.pick(HOSTILE) : value;
}

function changeList(list: readonly unknown[], random: Random, other: unknown): unknown {
  if (list.length === 0) return [somewhereIn(other, random)];
  const i = random.below(list.length);
  if (random.chance(0.1)) return list.filter((_, at) => at !== i);
  if (random.chance(0.1)) return [...list, list[i]];
  if (random.chance(0.05)) return [...list, somewhereIn(other, random)];
  return list.map((each, at) => (at === i ? changeOne(each, random, other) : each));
}

function changeObject(object: Readonly<Record<string, unknown>>, random: Random, other: unknown): unknown {
  const names = Object.keys(object);
  const name = random.pick(names.length === 0 ? ["x"] : names);
  if (random.chance(0.08)) return Object.fromEntries(Object.entries(object).filter(([each]) => each !== name));
  if (random.chance(0.03)) return { ...object, [`${name}x`]: object[name] };
  return { ...object, [name]: changeOne(object[name], random, other) };
}

function changeText(text: string, random: Random, other: unknown): unknown {
  if (/^\s*[{[]/.test(text)) {
    const inner = parsed(text);
    if (inner !== undefined && random.chance(0.8)) return written(changeOne(inner, random, other));
  }
  if (text.length > 20 && /^[A-Za-z0-9+/]+={0,2}$/.test(text)) return changeBase64(text, random, other);
  const bytes = mutateBytes(Buffer.from(text), random, Buffer.from("aws:s3"));
  return random.chance(0.3) ? random.pick(HOSTILE) : bytes.toString("utf8");
}

function changeBase64(text: string, random: Random, other: unknown): string {
  const data = Buffer.from(text, "base64");
  if (data[0] === 0x1f && data[1] === 0x8b && random.chance(0.7)) {
    const inner = inflated(data);
    if (inner !== undefined) {
      const value = parsed(inner.toString("utf8"));
      const next =
        value !== undefined && random.chance(0.6)
          ? Buffer.from(written(changeOne(value, random, other)))
          : mutateBytes(inner, random, data);
      return (random.chance(0.9) ? gzipSync(next, { level: 1 }) : deflateSync(next)).toString("base64");
    }
  }
  return mutateBytes(data, random, data).toString("base64");
}

function inflated(data: Buffer): Buffer | undefined {
  try {
    return gunzipSync(data, { maxOutputLength: 1 << 20 });
  } catch {
    return undefined;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function written(value: unknown): string {
  return JSON.stringify(value) ?? "undefined";
}

function somewhereIn(value: unknown, random: Random): unknown {
  if (random.chance(0.3) || value === null || typeof value !== "object") return value;
  const values = Object.values(value);
  return values.length === 0 ? value : somewhereIn(random.pick(values), random);
}
