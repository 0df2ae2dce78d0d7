import { isUtf8 } from "node:buffer";
import type { ByteWriter } from "@sluice/core";
import {
  BOOLEAN,
  BYTE_ARRAY,
  DOUBLE,
  FIXED_LEN_BYTE_ARRAY,
  FLOAT,
  INT32,
  INT64,
  INT96,
  type Meaning,
} from "./metadata.ts";
import type { Leaf } from "./schema.ts";
import { damaged } from "./thrift.ts";

/** Writes the PLAIN value at `at`; gives where the next one is. Beyond the end of the bytes it throws a RangeError. */
export type Render = (bytes: Buffer, at: number, out: ByteWriter) => number;

const QUOTE = 0x22;
const DAY_MS = 86_400_000;
/** Julian day of 1970-01-01. */
const EPOCH_DAY = 2_440_588;
/** 0000-01-01 and 9999-12-31, what four digits of a year can say. */
const MIN_MS = -62_167_219_200_000;
const MAX_MS = 253_402_300_799_999;

/** As JSON. Numbers are exact whatever their size; times are ISO 8601 in UTC; bytes are text where they are UTF-8, else base64. */
export function jsonRender(leaf: Leaf): Render {
  const { type, meaning } = leaf;
  if (meaning?.is === "timestamp" && type === INT64) return timestamp(meaning.perSecond);
  if (meaning?.is === "time") return timeOfDay(type, meaning.perSecond);
  if (meaning?.is === "date" && type === INT32) return date;
  if (meaning?.is === "decimal") return decimal(leaf, meaning.scale);
  if (type === INT96) return int96;
  return meaning?.is === "float16" ? float16 : plain(leaf, true);
}

/** As in a line of text: strings without quotes, times as seconds since the epoch. */
export function textRender(leaf: Leaf): Render {
  const { type, meaning } = leaf;
  if (meaning?.is === "timestamp" && type === INT64) return seconds(meaning.perSecond);
  return meaning?.is === "decimal" ? decimal(leaf, meaning.scale) : plain(leaf, false);
}

function plain({ type, typeLength, meaning }: Leaf, quoted: boolean): Render {
  const signed = meaning?.is !== "integer" || meaning.signed;
  switch (type) {
    case BOOLEAN:
      return truth;
    case INT32:
      return signed ? int32 : uint32;
    case INT64:
      return signed ? int64 : uint64;
    case FLOAT:
      return float;
    case DOUBLE:
      return double;
    case BYTE_ARRAY:
      return byteArray(spanOf(meaning, quoted));
    case FIXED_LEN_BYTE_ARRAY:
      return fixed(
        typeLength,
        meaning?.is === "uuid" ? uuid : meaning?.is === "interval" ? interval : spanOf(meaning, quoted),
      );
    default:
      throw damaged(`a column of type ${type}`);
  }
}

const truth: Render = (bytes, at, out) => {
  out.ascii(bytes.readUInt8(at) === 0 ? "false" : "true");
  return at + 1;
};

const int32: Render = (bytes, at, out) => {
  out.integer(bytes.readInt32LE(at));
  return at + 4;
};

const uint32: Render = (bytes, at, out) => {
  out.integer(bytes.readUInt32LE(at));
  return at + 4;
};

const SAFE_HIGH = 2 ** 20;

const int64: Render = (bytes, at, out) => {
  const high = bytes.readInt32LE(at + 4);
  if (high >= -SAFE_HIGH && high < SAFE_HIGH) out.integer(high * 2 ** 32 + bytes.readUInt32LE(at));
  else out.ascii(String(bytes.readBigInt64LE(at)));
  return at + 8;
};

const uint64: Render = (bytes, at, out) => {
  out.ascii(String(bytes.readBigUInt64LE(at)));
  return at + 8;
};

/** JSON has no word for what is no number. */
function writeFloat(value: number, text: string, out: ByteWriter): void {
  out.ascii(Number.isFinite(value) ? text : `"${value}"`);
}

const float: Render = (bytes, at, out) => {
  const value = bytes.readFloatLE(at);
  writeFloat(value, shortest(value), out);
  return at + 4;
};

/** The fewest digits that make the same number of 32 bits. */
function shortest(value: number): string {
  for (let digits = 6; digits < 9; digits++) {
    const text = Number(value.toPrecision(digits));
    if (Math.fround(text) === value) return String(text);
  }
  return String(Number(value.toPrecision(9)));
}

const double: Render = (bytes, at, out) => {
  const value = bytes.readDoubleLE(at);
  writeFloat(value, String(value), out);
  return at + 8;
};

const float16: Render = (bytes, at, out) => {
  const bits = bytes.readUInt16LE(at);
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  const size =
    exponent === 31
      ? fraction === 0
        ? Number.POSITIVE_INFINITY
        : Number.NaN
      : exponent === 0
        ? fraction * 2 ** -24
        : (1 + fraction / 1024) * 2 ** (exponent - 15);
  const value = bits < 0x8000 ? size : -size;
  writeFloat(value, String(value), out);
  return at + 2;
};

type Span = (bytes: Buffer, from: number, to: number, out: ByteWriter) => void;

function byteArray(write: Span): Render {
  return (bytes, at, out) => {
    const from = at + 4;
    const to = from + bytes.readUInt32LE(at);
    if (to > bytes.length) throw new RangeError("a value beyond its page");
    write(bytes, from, to, out);
    return to;
  };
}

function fixed(size: number, write: Span): Render {
  return (bytes, at, out) => {
    if (at + size > bytes.length) throw new RangeError("a value beyond its page");
    write(bytes, at, at + size, out);
    return at + size;
  };
}

/** What is said to be text is taken for it, and looked at where all text is. */
function spanOf(meaning: Meaning | undefined, quoted: boolean): Span {
  if (!quoted) return textSpan;
  return meaning?.is === "text" ? quotedText : textOrBase64;
}

const textSpan: Span = (bytes, from, to, out) => out.bytes(bytes, from, to);

const quotedText: Span = (bytes, from, to, out) => {
  out.byte(QUOTE);
  out.jsonText(bytes, from, to);
  out.byte(QUOTE);
};

const textOrBase64: Span = (bytes, from, to, out) => {
  if (isUtf8(bytes.subarray(from, to))) quotedText(bytes, from, to, out);
  else out.ascii(`"${bytes.toString("base64", from, to)}"`);
};

const uuid: Span = (bytes, from, to, out) => {
  const hex = bytes.toString("hex", from, to);
  out.ascii(`"${hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5")}"`);
};

/** An ISO 8601 duration of three numbers: months, days, milliseconds. */
const interval: Span = (bytes, from, _to, out) => {
  const [months, days, ms] = [0, 4, 8].map((offset) => bytes.readUInt32LE(from + offset)) as [number, number, number];
  out.ascii(`"P${months}M${days}DT${ms / 1000}S"`);
};

function decimal({ type, typeLength }: Leaf, scale: number): Render {
  const unscaled = (bytes: Buffer, from: number, to: number, out: ByteWriter): void =>
    out.ascii(decimalText(bigEndian(bytes, from, to), scale));
  if (type === INT32)
    return (bytes, at, out) => {
      out.ascii(decimalText(BigInt(bytes.readInt32LE(at)), scale));
      return at + 4;
    };
  if (type === INT64)
    return (bytes, at, out) => {
      out.ascii(decimalText(bytes.readBigInt64LE(at), scale));
      return at + 8;
    };
  return type === BYTE_ARRAY ? byteArray(unscaled) : fixed(typeLength, unscaled);
}

function bigEndian(bytes: Buffer, from: number, to: number): bigint {
  if (to === from) return 0n;
  return BigInt.asIntN((to - from) * 8, BigInt(`0x${bytes.toString("hex", from, to)}`));
}

function decimalText(unscaled: bigint, scale: number): string {
  const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, "0");
  const sign = unscaled < 0n ? "-" : "";
  return scale <= 0 ? `${sign}${digits}` : `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

/** Times without a zone are taken for UTC, as everything in AWS has them. */
function timestamp(perSecond: number): Render {
  if (perSecond === 1e3)
    return (bytes, at, out) => {
      writeIso(Number(bytes.readBigInt64LE(at)), "", out);
      return at + 8;
    };
  const perMs = BigInt(perSecond / 1e3);
  const digits = perSecond === 1e6 ? 3 : 6;
  return (bytes, at, out) => {
    const value = bytes.readBigInt64LE(at);
    const rest = ((value % perMs) + perMs) % perMs;
    writeIso(Number((value - rest) / perMs), String(rest).padStart(digits, "0"), out);
    return at + 8;
  };
}

/** `more`: digits behind the milliseconds. */
function writeIso(ms: number, more: string, out: ByteWriter): void {
  if (!(ms >= MIN_MS && ms <= MAX_MS)) {
    out.ascii(more === "" ? String(ms) : `${ms}${more}`);
    return;
  }
  out.byte(QUOTE);
  out.isoMillis(ms);
  if (more !== "") {
    out.truncate(out.length - 1);
    out.ascii(`${more}Z`);
  }
  out.byte(QUOTE);
}

function seconds(perSecond: number): Render {
  return (bytes, at, out) => {
    out.integer(Math.floor(Number(bytes.readBigInt64LE(at)) / perSecond));
    return at + 8;
  };
}

const date: Render = (bytes, at, out) => {
  const ms = bytes.readInt32LE(at) * DAY_MS;
  if (ms >= MIN_MS && ms <= MAX_MS) out.ascii(`"${new Date(ms).toISOString().slice(0, 10)}"`);
  else out.integer(bytes.readInt32LE(at));
  return at + 4;
};

function timeOfDay(type: number, perSecond: number): Render {
  const size = type === INT32 ? 4 : 8;
  const digits = Math.round(Math.log10(perSecond));
  return (bytes, at, out) => {
    const value = size === 4 ? BigInt(bytes.readInt32LE(at)) : bytes.readBigInt64LE(at);
    const whole = Number(value / BigInt(perSecond));
    const part = String(value % BigInt(perSecond)).padStart(digits, "0");
    const [h, m, s] = [whole / 3600, (whole / 60) % 60, whole % 60].map((each) =>
      String(Math.floor(each)).padStart(2, "0"),
    );
    out.ascii(value < 0n ? String(value) : `"${h}:${m}:${s}.${part}"`);
    return at + size;
  };
}

/** Nanoseconds of a day, and the day: timestamps as older writers have them. */
const int96: Render = (bytes, at, out) => {
  const nanos = bytes.readBigUInt64LE(at);
  const ms = (bytes.readUInt32LE(at + 8) - EPOCH_DAY) * DAY_MS + Number(nanos / 1_000_000n);
  writeIso(ms, String(nanos % 1_000_000n).padStart(6, "0"), out);
  return at + 12;
};
