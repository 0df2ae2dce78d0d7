/** Admits work in order of arrival while neither its number nor its weight goes beyond the limits; one is always admitted. */
export class Room {
  readonly #most: number;
  readonly #heaviest: number;
  #inside = 0;
  #weight = 0;
  readonly #waiting: { readonly weight: number; readonly admit: () => void }[] = [];
  /** Of those, the number of the first that wasn't admitted yet. */
  #next = 0;

  constructor(most: number, heaviest: number) {
    this.#most = most;
    this.#heaviest = heaviest;
  }

  enter(weight: number): Promise<void> | undefined {
    if (this.#next === this.#waiting.length && this.#fits(weight)) {
      this.#take(weight);
      return undefined;
    }
    return new Promise((admit) => this.#waiting.push({ weight, admit }));
  }

  leave(weight: number): void {
    this.#inside -= 1;
    this.#weight -= weight;
    for (let next = this.#waiting[this.#next]; next !== undefined; next = this.#waiting[this.#next]) {
      if (!this.#fits(next.weight)) return;
      this.#next += 1;
      this.#take(next.weight);
      next.admit();
    }
  }

  #fits(weight: number): boolean {
    return this.#inside === 0 || (this.#inside < this.#most && this.#weight + weight <= this.#heaviest);
  }

  #take(weight: number): void {
    this.#inside += 1;
    this.#weight += weight;
  }
}
