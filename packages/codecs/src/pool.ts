/**
 * Instances that are used again, one user at a time: a kernel costs memory and time to make. There are never more than
 * were in use at once.
 */
export class Pool<T> {
  readonly #make: () => T;
  readonly #idle: T[] = [];

  constructor(make: () => T) {
    this.#make = make;
  }

  take(): T {
    return this.#idle.pop() ?? this.#make();
  }

  putBack(instance: T): void {
    this.#idle.push(instance);
  }
}
