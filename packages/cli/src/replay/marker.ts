import type { InputFile } from "../input/files.ts";
import type { OpenFile } from "../input/open-file.ts";
import type { Mark } from "./state.ts";

/** Where a replay stands with one file. A line is owed until it is settled. */
export class Marker {
  readonly file: InputFile;
  readonly #etag: string;
  readonly #size: number;
  readonly #owed: Set<number>;
  /** Of an earlier replay: what it settled needn't be sent. */
  readonly #before: Mark | undefined;
  #to: number;
  #line: number;
  #left: number;

  constructor(file: InputFile, { etag, size }: Pick<OpenFile, "etag" | "size">, before: Mark | undefined) {
    this.file = file;
    this.#etag = etag;
    this.#size = size;
    this.#before = before;
    this.#owed = new Set(before?.again);
    this.#to = before?.to ?? 0;
    this.#line = before?.line ?? 1;
    this.#left = before?.left ?? 0;
  }

  /** Where to read on: at the beginning when single lines are owed. */
  get start(): { readonly offset: number; readonly line: number } {
    return this.#owed.size > 0 ? { offset: 0, line: 1 } : { offset: this.#to, line: this.#line };
  }

  /** Whether the line at this place is still to be settled. */
  wants(from: number): boolean {
    return from >= (this.#before?.to ?? 0) || (this.#before?.again.includes(from) ?? false);
  }

  /** The line was read; what is known of it comes later. */
  owe({ from, to, number }: { readonly from: number; readonly to: number; readonly number: number }): void {
    this.#owed.add(from);
    if (to <= this.#to) return;
    this.#to = to;
    this.#line = number + 1;
  }

  /** `stays`: the letter stays where it is for good. */
  settle(from: number, stays: boolean): void {
    this.#owed.delete(from);
    if (stays) this.#left += 1;
  }

  /** Read to its end. */
  end(): void {
    this.#to = this.#size;
  }

  /** Lines that were read and aren't settled. */
  get owed(): number {
    return this.#owed.size;
  }

  get isDone(): boolean {
    return this.#to >= this.#size && this.#owed.size === 0;
  }

  /** All that was in it was delivered. */
  get isEmpty(): boolean {
    return this.isDone && this.#left === 0;
  }

  get mark(): Mark {
    return { etag: this.#etag, to: this.#to, line: this.#line, again: [...this.#owed], left: this.#left };
  }
}
