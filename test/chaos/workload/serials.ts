/** In every line once, whatever its format: the run's token and the line's number. */
const SERIAL = /SN([0-9a-z]+)x(\d{6})/g;

export class Serials {
  readonly #token: string;
  #count = 0;

  constructor(token: string) {
    this.#token = token;
  }

  get count(): number {
    return this.#count;
  }

  next(): number {
    this.#count += 1;
    return this.#count - 1;
  }

  text(serial: number): string {
    return `SN${this.#token}x${String(serial).padStart(6, "0")}`;
  }

  /** Those in a document or line, each once though it stands there several times. */
  in(text: string): Set<number> {
    const found = new Set<number>();
    for (const [, token, serial] of text.matchAll(SERIAL)) if (token === this.#token) found.add(Number(serial));
    return found;
  }
}
