import { constants } from "node:fs";
import { type FileHandle, mkdir, open } from "node:fs/promises";
import { dirname } from "node:path";

/** A file opened at the first write (so that a mere check of the config doesn't empty it) and written at its own position. */
export class OutputFile {
  readonly #path: string;
  readonly #append: boolean;
  #handle: FileHandle | undefined;
  #begun = false;
  /** Where the next batch goes: a batch that failed halfway is written over by its next attempt. */
  #position = 0;

  constructor(path: string, append: boolean) {
    this.#path = path;
    this.#append = append;
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
    const handle = await open(this.#path, constants.O_WRONLY | constants.O_CREAT | (keep ? 0 : constants.O_TRUNC));
    if (!this.#begun && this.#append) this.#position = (await handle.stat()).size;
    this.#begun = true;
    return handle;
  }
}
