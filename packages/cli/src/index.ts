export { type Adapters, createAdapters, type Loaded, type OpenOptions, type Surroundings } from "./adapters.ts";
export { type Context, type ExitCode, type Terminal, UsageError } from "./command.ts";
export { main } from "./main.ts";
export type { Summary } from "./output/summary.ts";
export { processTerminal } from "./terminal.ts";
