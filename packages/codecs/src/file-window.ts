import { Buffer } from "node:buffer";
import { type RandomAccess, SluiceError } from "@sluice/core";

/** Bytes of a file by their places, read ahead into memory that is used again: what is asked for next is mostly there already. */
export class FileWindow {
  readonly file: RandomAccess;
  readonly #ahead: number;
  #memory: Buffer = Buffer.alloc(0);
  #start = 0;
  #size = 0;

  /** `ahead`: bytes that are read at once where fewer are asked for. */
  constructor(file: RandomAccess, ahead: number) {
    this.file = file;
    this.#ahead = ahead;
  }

  /** The bytes `[start, end)`, valid until some are asked for that aren't here. Fails with OBJECT_TRUNCATED beyond the end of the file. */
  async bytes(start: number, end: number): Promise<Buffer> {
    if (end > this.file.size)
      throw new SluiceError("OBJECT_TRUNCATED", `bytes ${start} to ${end} of ${this.file.size} are missing`);
    if (!this.has(start, end)) await this.#read(start, Math.min(Math.max(end, start + this.#ahead), this.file.size));
    return this.#memory.subarray(start - this.#start, end - this.#start);
  }

  has(start: number, end: number): boolean {
    return start >= this.#start && end <= this.#start + this.#size;
  }

  async #read(start: number, end: number): Promise<void> {
    this.#size = 0;
    if (this.#memory.length < end - start) this.#memory = Buffer.allocUnsafeSlow(end - start);
    for await (const chunk of this.file.read(start, end)) {
      this.#memory.set(chunk, this.#size);
      this.#size += chunk.length;
    }
    this.#start = start;
  }
}
