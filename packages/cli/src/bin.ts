import { text } from "node:stream/consumers";
import { createAdapters } from "./adapters.ts";
import { main } from "./main.ts";
import { failWhenUnwritten, processTerminal } from "./terminal.ts";

const stop = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => {
    if (stop.signal.aborted) process.exit(130);
    stop.abort();
  });
}

failWhenUnwritten(process.stdout, process.stderr, () => {
  process.once("exit", () => {
    process.exitCode ||= 1;
  });
});

const cwd = process.cwd();
process.exitCode = await main(process.argv.slice(2), {
  terminal: processTerminal(),
  adapters: createAdapters({ env: process.env, cwd }),
  cwd,
  stop: stop.signal,
  readStdin: () => text(process.stdin),
});
// Everything is told; work that was left unfinished mustn't hold up whoever waits for the end.
if (stop.signal.aborted) process.exit();
