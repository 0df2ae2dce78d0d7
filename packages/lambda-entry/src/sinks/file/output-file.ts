import { constants } from "node:fs";
import { type FileHandle, mkdir, open } from "node:fs/promises";
import { dirname } from "node:path";

const LF = 0x0a;

/** A file opened at the first write (so that a mere check of the config doesn't empty it) and written at its own position. */
export class OutputFile {
  readonly #path: string;
  readonly #append: boolean;
  readonly #isText: boolean;
  #handle: FileHandle | undefined;
  #begun = false;
  /** Where the next batch goes: a batch that failed halfway is written over by its next attempt. */
  #position = 0;

  constructor(path: string, { append, isText }: { readonly append: boolean; readonly isText: boolean }) {
    this.#path = path;
    this.#append = append;
    this.#isText = isText;
  }

  async write(bytes: Uint8Array): Promise<void> {
    this.#handle ??= await this.#open();
    for (let done = 0; done < bytes.length; ) {
      const at = this.#position + done;
      done += (await this.#handle.write(bytes, done, bytes.length - done, at)).bytesWritten;
    }
    this.#position += bytes.length;
  }

  /** A later write goes on where this one ended. */
  async close(): Promise<void> {
    const handle = this.#handle;
    this.#handle = undefined;
    await handle?.close();
  }

  async #open(): Promise<FileHandle> {
    await mkdir(dirname(this.#path), { recursive: true });
    const keep = this.#append || this.#begun;
    const handle = await open(this.#path, constants.O_RDWR | constants.O_CREAT | (keep ? 0 : constants.O_TRUNC));
    if (!this.#begun && this.#append) this.#position = await this.#end(handle);
    this.#begun = true;
    return handle;
  }

  /** Behind what is there. A line that a killed run left half-written is ended: the next one mustn't run into it. */
  async #end(handle: FileHandle): Promise<number> {
    const { size } = await handle.stat();
    if (!this.#isText || size === 0) return size;
    const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, size - 1);
    if (buffer[0] === LF) return size;
    return size + (await handle.write("\n", size)).bytesWritten;
  }
}
