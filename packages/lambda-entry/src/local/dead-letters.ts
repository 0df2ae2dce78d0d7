import { randomUUID } from "node:crypto";
import { mkdir, open, rename, rm } from "node:fs/promises";
import { dirname, relative, resolve } from "node:path";
import { asSluiceError, type DeadLetterStore, quote, SluiceError } from "@sluice/core";
import { deadLetterLines } from "../dead-letter-lines.ts";

export interface FileDeadLetterOptions {
  /** Folder, relative to `cwd`; made when needed. */
  readonly path: string;
  readonly cwd: string;
}

/** One NDJSON file per put under the folder. It appears whole or not at all, and the same key replaces it. */
export function createFileDeadLetters({ path, cwd }: FileDeadLetterOptions): DeadLetterStore {
  const folder = resolve(cwd, path);
  return {
    async put(key, letters, signal) {
      signal.throwIfAborted();
      try {
        await replaceFile(inside(folder, key), deadLetterLines(letters));
      } catch (error) {
        throw asSluiceError(error, "DEAD_LETTER_FAILED");
      }
    },
  };
}

function inside(folder: string, key: string): string {
  const file = resolve(folder, key);
  const way = relative(folder, file);
  if (way !== "" && way !== ".." && !way.startsWith("../")) return file;
  throw new SluiceError("DEAD_LETTER_FAILED", `${quote(key)} lies outside of ${folder}`);
}

async function replaceFile(file: string, bytes: Uint8Array): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const draft = `${file}.${randomUUID()}.tmp`;
  try {
    const handle = await open(draft, "wx");
    try {
      await handle.writeFile(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(draft, file);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}
