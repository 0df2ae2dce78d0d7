import type { Logger, LogLevel } from "@sluice/core";

const LEVELS: readonly LogLevel[] = ["debug", "info", "warn", "error"];

export interface JsonLoggerOptions {
  /** Default "info". */
  readonly level?: LogLevel;
  /** Takes one line, its end included. */
  readonly write: (line: string) => void;
}

/** One JSON object a line: time, level, message, then the fields. */
export function jsonLogger({ level = "info", write }: JsonLoggerOptions): Logger {
  const least = LEVELS.indexOf(level);
  return {
    log: (at, message, fields) => {
      if (LEVELS.indexOf(at) < least) return;
      write(`${JSON.stringify({ timestamp: new Date().toISOString(), level: at, message, ...fields })}\n`);
    },
  };
}

/** A level by its name in any case, Lambda's own (TRACE, FATAL) included; undefined for anything else. */
export function logLevel(name: string | undefined): LogLevel | undefined {
  const lower = name?.toLowerCase();
  if (lower === "trace") return "debug";
  return lower === "fatal" ? "error" : LEVELS.find((level) => level === lower);
}
