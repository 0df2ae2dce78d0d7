import { Buffer } from "node:buffer";
import { ByteWriter } from "../bytes/byte-writer.ts";
import type { Config } from "../config/config.ts";
import type { Json } from "../envelope/expect.ts";
import type { Decoded } from "../envelope/item.ts";
import type { Reingest } from "../ports/reingest.ts";
import type { Reason } from "../ports/sink.ts";
import { encodeDocument } from "../record/document.ts";
import type { RecordCursor } from "../record/record.ts";
import type { Taker } from "../route/distribute.ts";
import { halves } from "./halves.ts";
import type { Ledger, Settlement } from "./ledger.ts";

/** Names, in counts, what takes the records of a transformation. */
export const RETURNED = "firehose";

const LF = 0x0a;
/** What an answer says of a record beside its data, in bytes. */
const ANSWER_BYTES = 200;
/** Firehose and Kinesis take no larger record, in bytes. */
const MAX_DATA_BYTES = 1000 * 1024;

const TOO_LARGE: Reason = {
  code: "RESPONSE_TOO_LARGE",
  message: "the records don't fit into the answer to Firehose, and could not be put back",
};

export interface SettleOptions {
  /** Of the answer. */
  readonly maxBytes: number;
  readonly maxInlineBytes: number;
  readonly reingest: Reingest | undefined;
  readonly signal: AbortSignal;
}

/** What becomes of a record of Firehose's. */
export type Answered =
  | { readonly result: "Ok"; readonly data: Uint8Array }
  | { readonly result: "Dropped" }
  | { readonly result: "ProcessingFailed" };

/** Whether the records of this event go back to where it came from, and to no sink. */
export function isReturned({ triggers }: Config, { trigger }: Decoded): boolean {
  return trigger === "firehose" && triggers.firehose.mode === "transform";
}

/** The records of a Firehose transformation: they go to no sink but back, as lines of JSON, in place of the data they were in. */
export class Returned {
  readonly #decoded: Decoded;
  readonly #ledger: Ledger;
  readonly #writers: (ByteWriter | undefined)[] = [];
  /** Records of each unit, by item and batch, that are not settled yet. */
  readonly #held: { readonly item: number; readonly batch: number; count: number }[][] = [];

  constructor(decoded: Decoded, ledger: Ledger) {
    this.#decoded = decoded;
    this.#ledger = ledger;
  }

  taker(item: number): Taker {
    const unit = this.#ledger.items[item]?.unit ?? 0;
    const writer = this.#writers[unit] ?? new ByteWriter(1024);
    this.#writers[unit] = writer;
    const held = { item, batch: this.#ledger.openBatch(), count: 0 };
    this.#held[unit] = [...(this.#held[unit] ?? []), held];
    return {
      add: (record: RecordCursor) => {
        this.#ledger.enter(0, item, held.batch, record.position);
        held.count += 1;
        encodeDocument(record, writer, { id: true });
        writer.byte(LF);
      },
      refuse: (record: RecordCursor, reason: Reason) => {
        const batch = this.#ledger.openBatch();
        this.#ledger.enter(0, item, batch, record.position);
        this.#ledger.leave(0, item, batch, record.position, "failed", reason);
      },
    };
  }

  /** Settles every record. What doesn't fit into an answer of `maxBytes` is put back where it came from, in halves if it never would. */
  async settle({ maxBytes, ...how }: SettleOptions): Promise<void> {
    let room = maxBytes;
    for (const [unit, writer] of this.#writers.entries()) {
      if (writer === undefined) continue;
      if (this.#isFailed(unit)) {
        this.#leave(unit, "failed");
        continue;
      }
      const size = sizeOf(writer.length);
      if (size <= room) {
        room -= size;
        this.#leave(unit, "delivered");
        continue;
      }
      const taken = await this.#putBack(unit, size > maxBytes, how);
      this.#writers[unit] = undefined;
      if (taken) this.#leave(unit, "continued");
      else this.#leave(unit, "failed", TOO_LARGE);
    }
  }

  answers(ok: readonly boolean[]): readonly Answered[] {
    return ok.map((fine, unit) => {
      if (!fine) return { result: "ProcessingFailed" };
      const writer = this.#writers[unit];
      return writer === undefined || writer.length === 0
        ? { result: "Dropped" }
        : { result: "Ok", data: writer.view() };
    });
  }

  #isFailed(unit: number): boolean {
    return this.#ledger.items.some((item) => item.unit === unit && item.error !== undefined);
  }

  /** `never`: it would fit into no answer, so it goes in halves. */
  async #putBack(unit: number, never: boolean, how: Omit<SettleOptions, "maxBytes">): Promise<boolean> {
    const { reingest, maxInlineBytes, signal } = how;
    const { event } = this.#decoded;
    const records = event?.records as readonly Json[];
    const data = Buffer.from(String(records[unit]?.data), "base64");
    const pieces = never ? halves(data, maxInlineBytes) : [data];
    if (reingest === undefined || pieces?.every(({ length }) => length <= MAX_DATA_BYTES) !== true) return false;
    const target = {
      deliveryStreamArn: String(event?.deliveryStreamArn),
      sourceKinesisStreamArn: event?.sourceKinesisStreamArn as string | undefined,
    };
    const taken = await reingest.put(target, pieces, signal);
    return taken.every(Boolean);
  }

  #leave(unit: number, how: Settlement, reason?: Reason): void {
    for (const { item, batch, count } of this.#held[unit] ?? [])
      for (let i = 0; i < count; i++) this.#ledger.leave(0, item, batch, 0, how, reason);
  }
}

/** Of an answer's record, in base64. */
function sizeOf(bytes: number): number {
  return Math.ceil(bytes / 3) * 4 + ANSWER_BYTES;
}
