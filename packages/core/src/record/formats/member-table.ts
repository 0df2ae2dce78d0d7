import { Buffer } from "node:buffer";

/** Which members of a JSON object are wanted: the place that each value's span is kept at, and what is wanted within it. */
export interface Shape {
  readonly [name: string]: number | readonly [place: number | undefined, within: Shape];
}

/** A wanted member. */
export interface Member {
  readonly name: Uint8Array;
  /** -1: only what is within it is wanted. */
  readonly place: number;
  readonly within: MemberTable | undefined;
}

export const HASH_FACTOR = 31;

/** The wanted members of one object, found by a hash of their names' bytes that is made while the name is read. */
export class MemberTable {
  /** All places within it, its own and deeper ones. */
  readonly places: readonly number[];
  readonly #members: readonly Member[];
  readonly #mask: number;
  /** Number of the member + 1 by hash; 0: none. Collisions go to the next. */
  readonly #index: Uint8Array;

  constructor(shape: Shape) {
    this.#members = Object.entries(shape).map(([name, wanted]) => member(name, wanted));
    this.places = this.#members.flatMap(({ place, within }) => [
      ...(place < 0 ? [] : [place]),
      ...(within?.places ?? []),
    ]);
    this.#mask = 2 ** Math.ceil(Math.log2(Math.max(1, this.#members.length) * 4)) - 1;
    this.#index = new Uint8Array(this.#mask + 1);
    this.#members.forEach(({ name }, i) => {
      let at = this.#slot(name.reduce((hash, byte) => (Math.imul(hash, HASH_FACTOR) + byte) | 0, 0));
      while (this.#index[at] !== 0) at = (at + 1) & this.#mask;
      this.#index[at] = i + 1;
    });
  }

  find(hash: number, bytes: Uint8Array, from: number, to: number): Member | undefined {
    for (let at = this.#slot(hash); ; at = (at + 1) & this.#mask) {
      const number = this.#index[at] as number;
      if (number === 0) return undefined;
      const found = this.#members[number - 1] as Member;
      if (isSame(found.name, bytes, from, to)) return found;
    }
  }

  #slot(hash: number): number {
    return (hash ^ (hash >>> 7)) & this.#mask;
  }
}

/** The members that paths lead to, as a table takes them. */
export function shapeOf(wanted: readonly (readonly [path: readonly string[], place: number])[]): Shape {
  const names = new Set(wanted.map(([[name]]) => name as string));
  return Object.fromEntries(
    [...names].map((name) => {
      const same = wanted.filter(([[first]]) => first === name);
      const own = same.find(([path]) => path.length === 1)?.[1];
      const within = same.filter(([path]) => path.length > 1).map(([path, at]) => [path.slice(1), at] as const);
      return [name, within.length === 0 ? (own as number) : [own, shapeOf(within)]];
    }),
  );
}

function member(name: string, wanted: Shape[string]): Member {
  if (typeof wanted === "number") return { name: Buffer.from(name), place: wanted, within: undefined };
  return { name: Buffer.from(name), place: wanted[0] ?? -1, within: new MemberTable(wanted[1]) };
}

function isSame(name: Uint8Array, bytes: Uint8Array, from: number, to: number): boolean {
  if (name.length !== to - from) return false;
  for (let i = 0; i < name.length; i++) if (name[i] !== bytes[from + i]) return false;
  return true;
}
