import { Random } from "../../fuzz/random.ts";

export const SERIAL_DIGITS = 10;

/** Before the serial; no identifier looks like it. */
const START = "2026-11-20T07:41:09.512Z INFO SN";
const SEGMENT_BYTES = 1024 * 1024;
const ZERO = 0x30;
const PHRASES = 200;

const WORDS =
  "accepted account action allowed answer archive balance bucket cache cart checkout client cluster connection customer delivery device edge event failed gateway handler index invoice latency limit login message method node order payment policy queue region rejected replica request response retry route search segment session shard shipment status stock stream target tenant thread timeout token total upload user version warehouse worker zone".split(
    " ",
  );

/**
 * Lines as a log has them, all of one length, which come again every segment with other serials. What stands at any place
 * of a text of any length follows from the place alone.
 */
export class Text {
  readonly lineBytes: number;
  readonly linesPerSegment: number;
  /** One segment, in which the digits of the serials are zeros. */
  readonly template: Buffer;
  /** From the beginning of a line to the first digit of its serial. */
  readonly digitsAt: number = START.length;

  constructor(lineBytes: number) {
    this.lineBytes = lineBytes;
    this.linesPerSegment = Math.floor(SEGMENT_BYTES / lineBytes);
    const random = new Random(1);
    const phrases = Array.from({ length: PHRASES }, () => phrase(random));
    const lines = Array.from({ length: this.linesPerSegment }, () => templateLine(lineBytes, phrases, random));
    this.template = Buffer.concat(lines);
  }

  get segmentBytes(): number {
    return this.template.length;
  }

  /** The segment with this number; a copy of its own. */
  segment(number: number): Buffer {
    const bytes = Buffer.from(this.template);
    for (let i = 0; i < this.linesPerSegment; i++) {
      const at = i * this.lineBytes + this.digitsAt;
      let serial = number * this.linesPerSegment + i;
      for (let digit = SERIAL_DIGITS - 1; digit >= 0; digit--) {
        bytes[at + digit] = ZERO + (serial % 10);
        serial = Math.floor(serial / 10);
      }
    }
    return bytes;
  }

  /** The serial of the first line in `bytes` from `from` on; NaN where there is none that is whole, and as it was. */
  serialIn(bytes: Buffer, from: number, to: number): number {
    const found = bytes.indexOf(START, from);
    const at = found + START.length;
    const after = at + SERIAL_DIGITS;
    const serial = found < 0 || found >= to ? Number.NaN : Number(bytes.toString("latin1", at, after));
    if (!Number.isInteger(serial)) return Number.NaN;
    const line = (serial % this.linesPerSegment) * this.lineBytes;
    const rest = this.lineBytes - this.digitsAt - SERIAL_DIGITS - 1;
    const isWhole =
      this.template.compare(bytes, after, after + rest, line + this.lineBytes - 1 - rest, line + this.lineBytes - 1) ===
      0;
    return isWhole && after + rest <= to ? serial : Number.NaN;
  }

  /** Whether the digit of a serial stands there. */
  isDigit(at: number): boolean {
    const inLine = (at % this.lineBytes) - this.digitsAt;
    return inLine >= 0 && inLine < SERIAL_DIGITS;
  }
}

/** Nothing in it is escaped in JSON. Packed, it is about a fifth. */
function templateLine(bytes: number, phrases: readonly string[], random: Random): Buffer {
  let line = `${START}${"0".repeat(SERIAL_DIGITS)} [${random.pick(WORDS)}-${random.below(20)}] trace=${hex(16, random)}`;
  while (line.length < bytes) line += ` ${random.pick(phrases)}=${random.below(5000)}`;
  return Buffer.from(`${line.slice(0, bytes - 1)}\n`);
}

function phrase(random: Random): string {
  const words = Array.from({ length: 4 }, () => `${random.pick(WORDS)}=${random.pick(WORDS)}`);
  return `${words.join(" ")} id=${hex(8, random)} ${random.pick(WORDS)}`;
}

function hex(digits: number, random: Random): string {
  return Array.from({ length: digits }, () => random.below(16).toString(16)).join("");
}
