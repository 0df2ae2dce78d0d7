import { closeSync, openSync, rmSync, writeSync } from "node:fs";

const PRELOAD = new URL("./clock.mjs", import.meta.url).href;

/** A run's own time: passes as the real one does, and is put forward when nothing is left to do but wait. */
export class SimulatedTime {
  readonly #path: string;
  readonly #file: number;
  #aheadMs = 0;

  constructor(path: string) {
    this.#path = path;
    this.#file = openSync(path, "w");
    this.#tell();
  }

  /** Milliseconds since the epoch. */
  now(): number {
    return Date.now() + this.#aheadMs;
  }

  /** Only while no invocation is under way. */
  forwardTo(at: number): void {
    this.#aheadMs += Math.max(0, at - this.now());
    this.#tell();
  }

  /** By these an environment's clock follows. */
  get variables(): Readonly<Record<string, string>> {
    return { NODE_OPTIONS: `--import=${PRELOAD}`, CHAOS_TIME: this.#path };
  }

  end(): void {
    closeSync(this.#file);
    rmSync(this.#path);
  }

  #tell(): void {
    writeSync(this.#file, new Uint8Array(Float64Array.of(this.#aheadMs).buffer), 0, 8, 0);
  }
}
