import type { Logger, LogLevel } from "@sluice/core";
import type { Tally } from "../backfill/tally.ts";
import type { Terminal } from "../command.ts";
import { printable } from "./text.ts";

const BAR_EVERY_MS = 250;
const LINE_EVERY_MS = 10_000;
const BAR_CELLS = 16;
const CLEAR_LINE = "\r\u001b[K";
/** A warning that comes with each object is said of the first few. */
const MAX_SAME = 5;

/** Says on stderr how far a backfill is: a bar on a terminal, else a line now and then. */
export class BackfillProgress implements Logger {
  readonly #terminal: Terminal;
  readonly #tally: Tally;
  readonly #now: () => number;
  readonly #startedAt: number;
  readonly #said = new Map<string, number>();
  #timer: NodeJS.Timeout | undefined;
  #drawn = false;

  constructor(terminal: Terminal, tally: Tally, now: () => number = Date.now) {
    this.#terminal = terminal;
    this.#tally = tally;
    this.#now = now;
    this.#startedAt = now();
  }

  start(): void {
    this.#timer = setInterval(() => this.draw(), this.#terminal.errIsTty ? BAR_EVERY_MS : LINE_EVERY_MS);
    this.#timer.unref();
  }

  draw(): void {
    const line = this.#tally.line(this.elapsedMs());
    if (!this.#terminal.errIsTty) {
      this.#terminal.err(`${line}\n`);
      return;
    }
    const filled = Math.floor(Math.min(1, this.#tally.share()) * BAR_CELLS);
    const drawn = `[${"#".repeat(filled)}${".".repeat(BAR_CELLS - filled)}] ${line}`;
    this.#terminal.err(CLEAR_LINE + drawn.slice(0, this.#terminal.columns() - 1));
    this.#drawn = true;
  }

  log(level: LogLevel, message: string, fields: Readonly<Record<string, unknown>> = {}): void {
    if (level !== "warn" && level !== "error") return;
    const times = (this.#said.get(message) ?? 0) + 1;
    this.#said.set(message, times);
    if (times > MAX_SAME) return;
    this.#clear();
    const details = Object.entries(fields).map(([key, value]) => ` ${key}=${printable(String(value))}`);
    this.#terminal.err(`${level === "warn" ? "warning" : "error"}: ${printable(message)}${details.join("")}\n`);
  }

  elapsedMs(): number {
    return this.#now() - this.#startedAt;
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#clear();
    for (const [message, times] of this.#said)
      if (times > MAX_SAME) this.#terminal.err(`warning: ${times} times: ${printable(message)}\n`);
  }

  #clear(): void {
    if (this.#drawn) this.#terminal.err(CLEAR_LINE);
    this.#drawn = false;
  }
}
