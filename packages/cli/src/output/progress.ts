import type { Logger, LogLevel, Meter } from "@sluice/core";
import type { Terminal } from "../command.ts";
import { bytes, count, printable } from "./text.ts";

type Totals = Parameters<Meter["progress"]>[0];

/** How often the bar is drawn, and a line printed where there is none. Milliseconds. */
const BAR_EVERY_MS = 100;
const LINE_EVERY_MS = 5_000;
const BAR_CELLS = 16;
const CLEAR_LINE = "\r\u001b[K";

export interface ProgressOptions {
  /** Redraw one line; else print a line now and then. */
  readonly bar: boolean;
  /** Bytes there are to read, where that is known: the bar then shows their share, else that of the items done. */
  readonly totalBytes?: number | undefined;
  readonly now?: () => number;
}

/** Says on stderr how far a run is: a bar on a terminal, else a line every few seconds, so that short runs say nothing. */
export class Progress implements Meter, Logger {
  readonly #terminal: Terminal;
  readonly #bar: boolean;
  readonly #totalBytes: number | undefined;
  readonly #now: () => number;
  readonly #startedAt: number;
  #totals: Totals = { in: 0, bytes: 0, items: 0, itemsDone: 0 };
  #timer: NodeJS.Timeout | undefined;
  #drawn = false;

  constructor(terminal: Terminal, options: ProgressOptions) {
    this.#terminal = terminal;
    this.#bar = options.bar;
    this.#totalBytes = options.totalBytes;
    this.#now = options.now ?? Date.now;
    this.#startedAt = this.#now();
  }

  start(): void {
    this.#timer = setInterval(() => this.draw(), this.#bar ? BAR_EVERY_MS : LINE_EVERY_MS);
    this.#timer.unref();
  }

  progress(totals: Totals): void {
    this.#totals = totals;
  }

  draw(): void {
    const line = progressLine(this.#totals, this.elapsedMs());
    if (!this.#bar) {
      this.#terminal.err(`${line}\n`);
      return;
    }
    const filled = Math.floor(this.#share() * BAR_CELLS);
    const drawn = `[${"#".repeat(filled)}${".".repeat(BAR_CELLS - filled)}] ${line}`;
    this.#terminal.err(CLEAR_LINE + drawn.slice(0, this.#terminal.columns() - 1));
    this.#drawn = true;
  }

  /** Warnings and errors of the core, above the bar. */
  log(level: LogLevel, message: string, fields: Readonly<Record<string, unknown>> = {}): void {
    if (level !== "warn" && level !== "error") return;
    this.#clear();
    const details = Object.entries(fields).map(([key, value]) => ` ${key}=${printable(String(value))}`);
    this.#terminal.err(`${level === "warn" ? "warning" : "error"}: ${printable(message)}${details.join("")}\n`);
  }

  /** A line of the command's own, above the bar. */
  say(line: string): void {
    this.#clear();
    this.#terminal.err(`${line}\n`);
  }

  elapsedMs(): number {
    return this.#now() - this.#startedAt;
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#clear();
  }

  #share(): number {
    const { items, itemsDone, bytes: read } = this.#totals;
    const [done, all] = this.#totalBytes === undefined ? [itemsDone, items] : [read, this.#totalBytes];
    return all === 0 ? 0 : Math.min(1, done / all);
  }

  #clear(): void {
    if (this.#drawn) this.#terminal.err(CLEAR_LINE);
    this.#drawn = false;
  }
}

function progressLine(totals: Totals, elapsedMs: number): string {
  const perSecond = (totals.in * 1000) / Math.max(1, elapsedMs);
  return `${count(totals.itemsDone)}/${count(totals.items)} items, ${count(totals.in)} records, ${bytes(totals.bytes)}, ${count(perSecond)} records/s`;
}
