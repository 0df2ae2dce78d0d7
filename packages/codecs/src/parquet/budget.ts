import { tooLarge } from "./encodings.ts";

/** Memory that the pages of a row take. Fails with EXPANSION_LIMIT when they take too much. */
export class Budget {
  readonly maxBytes: number;
  #taken = 0;

  constructor(maxBytes: number) {
    this.maxBytes = maxBytes;
  }

  take(bytes: number): void {
    this.#taken += bytes;
    if (this.#taken > this.maxBytes) throw tooLarge(this.maxBytes);
  }

  give(bytes: number): void {
    this.#taken -= bytes;
  }
}
