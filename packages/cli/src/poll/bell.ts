/** Wakes whoever waits for a condition, so that nothing is asked again and again. */
export class Bell {
  #waiters: (() => void)[] = [];

  ring(): void {
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const wake of waiters) wake();
  }

  async until(holds: () => boolean): Promise<void> {
    while (!holds()) await new Promise<void>((wake) => this.#waiters.push(wake));
  }
}
