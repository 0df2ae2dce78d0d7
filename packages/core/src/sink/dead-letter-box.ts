import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { asSluiceError } from "../errors.ts";
import type { Clock } from "../ports/clock.ts";
import type { DeadLetter, DeadLetterStore, Letter } from "../ports/dead-letters.ts";
import type { Reason } from "../ports/sink.ts";
import type { RecordContext } from "../record/record.ts";

/** Letters, and their bytes, kept before they are written. */
const MAX_LETTERS = 1000;
const MAX_LETTER_BYTES = 4 * 1024 * 1024;

interface Waiting {
  readonly letter: Letter;
  /** Called once it is durable (no reason), or could not be made so. */
  readonly settled: (failure: Reason | undefined) => void;
}

export interface Refused {
  readonly id: string;
  readonly start: number;
  readonly end: number;
  readonly context: RecordContext;
  readonly timestamp: number;
  readonly reason: Reason;
  readonly document: Uint8Array;
  readonly encoded: boolean;
  /** Of a dead letter: times that it had been sent again before. */
  readonly resent?: number | undefined;
}

const MISSING: Reason = {
  code: "DEAD_LETTER_MISSING",
  message: "the record was refused, and no deadLetter is configured",
};

/** Dead letters on their way to the store: records that one sink refused for their own fault, or units that nobody can read. */
export class DeadLetterBox {
  /** The sink's name, or what else letters are kept under. */
  readonly #name: string;
  readonly #store: DeadLetterStore | undefined;
  readonly #clock: Clock;
  readonly #signal: AbortSignal;
  #waiting: Waiting[] = [];
  #bytes = 0;

  constructor(name: string, store: DeadLetterStore | undefined, clock: Clock, signal: AbortSignal) {
    this.#name = name;
    this.#store = store;
    this.#clock = clock;
    this.#signal = signal;
  }

  /** Keeps a copy of the document. `settled` is called exactly once, at the latest by the next flush. */
  add(refused: Refused, settled: Waiting["settled"]): void {
    if (this.#store === undefined) {
      settled({ ...MISSING, message: `${MISSING.message}: ${refused.reason.code}: ${refused.reason.message}` });
      return;
    }
    const document = Buffer.from(refused.document);
    const { origin, dataset, namespace } = refused.context;
    const letter: DeadLetter = {
      id: refused.id,
      sink: this.#name,
      at: this.#clock.now(),
      status: refused.reason.status,
      reason: { code: refused.reason.code, message: refused.reason.message },
      origin: Object.fromEntries(origin.constants),
      start: refused.start,
      end: refused.end,
      document,
      json: isJson(document),
      dataset,
      namespace,
      timestamp: refused.timestamp,
      service: origin.service,
      source: refused.id.startsWith(`${origin.id}-`) ? undefined : origin.id,
      versionId: origin.versionId,
      encoded: refused.encoded || undefined,
      resent: refused.resent,
    };
    this.keep(letter, settled);
  }

  /** The same for a letter that is written already; its document is kept as it is. */
  keep(letter: Letter, settled: Waiting["settled"]): void {
    this.#waiting.push({ letter, settled });
    this.#bytes += letter.document.length;
  }

  get full(): boolean {
    return this.#waiting.length >= MAX_LETTERS || this.#bytes >= MAX_LETTER_BYTES;
  }

  async flush(): Promise<void> {
    const batch = this.#waiting;
    this.#waiting = [];
    this.#bytes = 0;
    if (batch.length === 0 || this.#store === undefined) return;
    let failure: Reason | undefined;
    try {
      await this.#store.put(
        this.#key(batch),
        batch.map(({ letter }) => letter),
        this.#signal,
      );
    } catch (error) {
      failure = { code: "DEAD_LETTER_FAILED", message: asSluiceError(error).message };
    }
    for (const { settled } of batch) settled(failure);
  }

  /**
   * From the name and the ids, so that the same refusals of a redelivery overwrite their first copy; a letter that was sent again
   * and refused once more doesn't.
   */
  #key(batch: readonly Waiting[]): string {
    const hash = createHash("sha256");
    for (const { letter } of batch)
      hash.update(`${letter.id}${"resent" in letter && letter.resent !== undefined ? ` ${letter.resent}` : ""}\n`);
    return `${this.#name}/${hash.digest("hex").slice(0, 32)}.ndjson`;
  }
}

function isJson(document: Uint8Array): boolean {
  try {
    JSON.parse(Buffer.from(document).toString("utf8"));
    return true;
  } catch {
    return false;
  }
}
