import { resolve } from "node:path";
import { OutputFile } from "./output-file.ts";

/** Files held open at once; beyond it the one least lately written is closed, and opened again when needed. */
export const MAX_OPEN_FILES = 64;

export interface OutputFilesOptions {
  readonly baseDir: string;
  readonly append: boolean;
  /** Lines as they are, not compressed. */
  readonly isText: boolean;
}

/** The files of one sink, by path. Written one at a time, however many invocations share the sink. */
export class OutputFiles {
  readonly #options: OutputFilesOptions;
  readonly #files = new Map<string, OutputFile>();
  readonly #open = new Set<OutputFile>();
  #last: Promise<void> = Promise.resolve();

  constructor(options: OutputFilesOptions) {
    this.#options = options;
  }

  write(path: string, bytes: Uint8Array): Promise<void> {
    const written = this.#last.then(() => this.#write(path, bytes));
    this.#last = written.catch(() => {});
    return written;
  }

  async #write(path: string, bytes: Uint8Array): Promise<void> {
    const file = this.#file(path);
    this.#open.delete(file);
    this.#open.add(file);
    const [oldest] = this.#open;
    if (oldest !== undefined && this.#open.size > MAX_OPEN_FILES) {
      this.#open.delete(oldest);
      await oldest.close();
    }
    await file.write(bytes);
  }

  async close(): Promise<void> {
    await this.#last;
    await Promise.all([...this.#open].map((file) => file.close()));
    this.#open.clear();
    this.#files.clear();
  }

  #file(path: string): OutputFile {
    let file = this.#files.get(path);
    if (file === undefined) {
      file = new OutputFile(resolve(this.#options.baseDir, path), this.#options);
      this.#files.set(path, file);
    }
    return file;
  }
}
