export type LogLevel = "debug" | "info" | "warn" | "error";

/** Structured log lines. Values must hold no secrets and no payloads: core passes codes, counts and cut reasons only. */
export interface Logger {
  log(level: LogLevel, message: string, fields?: Readonly<Record<string, unknown>>): void;
}

export const silentLogger: Logger = { log: () => {} };
