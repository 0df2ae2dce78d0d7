import type { Terminal } from "./command.ts";

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
