import type { Writable } from "node:stream";
import type { Terminal } from "./command.ts";

/**
 * What was asked for and can't be written (a disk that is full) is told, and counts as failed, however well all else went. A
 * reader that has gone isn't: that is the reader's own wish.
 */
export function failWhenUnwritten(out: Writable, err: Writable, fail: () => void): void {
  out.on("error", ({ code, message }: NodeJS.ErrnoException) => {
    if (code === "EPIPE") return;
    err.write(`standard output can't be written: ${message}\n`);
    fail();
  });
}

/** This process's own streams. A reader that has gone (`| head`) ends nothing: the exit code tells what wasn't written. */
export function processTerminal(): Terminal {
  const gone = new AbortController();
  process.stdout.on("error", () => gone.abort());
  process.stderr.on("error", () => {});
  return {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    outIsTty: process.stdout.isTTY === true,
    errIsTty: process.stderr.isTTY === true,
    outGone: gone.signal,
    columns: () => process.stderr.columns ?? 80,
  };
}
