import {
  type DeadLetter,
  type Invocation,
  type LetterName,
  objectOfLetter,
  type Pipeline,
  type Resent,
} from "@sluice/core";

/** How letters leave, and what is held of them until then. */
export interface Way<L extends LetterName = LetterName> {
  /** Letters held at once; and as many files may have been gone through before what is known of them is kept. */
  readonly maxHeld: number;
  /** Bytes of their documents. */
  readonly maxHeldBytes: number;
  /** What is kept of a letter. */
  held(letter: DeadLetter): L;
  /** Letters, by their numbers, that are to be sent at one go; what is known of each is kept before the next. */
  batches(letters: readonly L[]): readonly (readonly number[])[];
  /** Names the object that a letter's record is read from; throws for one that can't be. Missing: none is. */
  objectOf?(letter: LetterName): string;
  send(pipeline: Pipeline, letters: readonly L[], invocation: Invocation): Promise<Resent>;
}

/** With their own documents. */
export const asTheyAre: Way<DeadLetter> = {
  maxHeld: 1000,
  maxHeldBytes: 8 * 1024 * 1024,
  held: (letter) => letter,
  batches: (letters) => [[...letters.keys()]],
  send: (pipeline, letters, invocation) => pipeline.resend(letters, invocation),
};

/** Letters whose objects are read at one go, at least: those of one object aren't parted. */
const REREAD_LETTERS = 5000;

/** Their records read again, once from each object for all letters held. */
export const readAgain: Way = {
  maxHeld: 100_000,
  maxHeldBytes: Number.POSITIVE_INFINITY,
  held: ({ id, sink, origin, service, versionId, resent }) => ({
    id,
    sink,
    origin,
    ...(service !== undefined && { service }),
    ...(versionId !== undefined && { versionId }),
    ...(resent !== undefined && { resent }),
  }),
  batches(letters) {
    const batches: number[][] = [];
    for (const group of byObject(letters)) {
      const last = batches.at(-1);
      if (last === undefined || last.length >= REREAD_LETTERS) batches.push(group);
      else for (const i of group) last.push(i);
    }
    return batches;
  },
  objectOf: (letter) => objectOfLetter(letter, ".").id.key,
  send: (pipeline, letters, invocation) => pipeline.reprocess(letters, invocation),
};

function byObject(letters: readonly LetterName[]): Iterable<number[]> {
  const groups = new Map<string, number[]>();
  for (const [i, { id }] of letters.entries()) {
    const object = id.slice(0, id.indexOf("-"));
    const group = groups.get(object);
    if (group === undefined) groups.set(object, [i]);
    else group.push(i);
  }
  return groups.values();
}
