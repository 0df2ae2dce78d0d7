import type { LetterFate, SluiceError } from "@sluice/core";
import { columns } from "../output/table.ts";
import { plural, printable } from "../output/text.ts";
import type { Label } from "./selection.ts";

/** Pairs of sink and reason counted apart; further ones are counted together. */
const MAX_GROUPS = 1000;
const OTHERS = "(others)";
/** Where events stand that Lambda gave up: they are for all that the config routes them to. */
const EVENTS = "(events)";

export interface Group {
  readonly sink: string;
  readonly reason: string;
  letters: number;
  delivered: number;
  deadLettered: number;
  failed: number;
  /** Of records that were read again. */
  unwanted: number;
}

export interface TallyOptions {
  /** Default "letter". */
  readonly noun?: "letter" | "message";
  /** Letters' records are read again. */
  readonly rereads?: boolean;
}

/** What a replay came to, by sink and the reason for which a letter was there. */
export class Tally {
  readonly #groups = new Map<string, Group>();
  /** Not among those asked for. */
  filtered = 0;
  /** Lines that are neither letters nor events. */
  malformed = 0;
  /** Files that were not read to their end. */
  unread = 0;
  files = 0;
  deleted = 0;
  /** Records of messages, and messages that can't be read, that became dead letters. */
  refused = 0;
  /** Messages that are done, and are in the queue still. */
  undeleted = 0;
  /** Names of those that were read, or would be. */
  readonly objects: Set<string> = new Set();
  readonly #failures = new Map<string, number>();
  readonly #noun: "letter" | "message";
  readonly #rereads: boolean;

  constructor({ noun = "letter", rereads = false }: TallyOptions = {}) {
    this.#noun = noun;
    this.#rereads = rereads;
  }

  /** Of a letter. */
  failure({ code }: SluiceError): void {
    this.#failures.set(code, (this.#failures.get(code) ?? 0) + 1);
  }

  /** A letter that was asked for. */
  count({ sink, reason }: Label): Group {
    const known = this.#groups.get(`${sink}\n${reason}`);
    const full = known === undefined && this.#groups.size >= MAX_GROUPS;
    const group =
      known ?? this.#group(full ? OTHERS : sink || EVENTS, full ? OTHERS : reason, full ? "" : `${sink}\n${reason}`);
    group.letters += 1;
    return group;
  }

  #group(sink: string, reason: string, key: string): Group {
    const known = this.#groups.get(key);
    if (known !== undefined) return known;
    const group: Group = { sink, reason, letters: 0, delivered: 0, deadLettered: 0, failed: 0, unwanted: 0 };
    this.#groups.set(key, group);
    return group;
  }

  /** The most first. */
  get groups(): readonly Group[] {
    return [...this.#groups.values()].sort((a, b) => b.letters - a.letters);
  }

  get letters(): number {
    return this.groups.reduce((sum, { letters }) => sum + letters, 0);
  }

  /** All that was asked for is where it should be. */
  get isGood(): boolean {
    const bad = this.groups.some(({ deadLettered, failed }) => deadLettered > 0 || failed > 0);
    return !bad && this.malformed + this.unread + this.refused + this.undeleted === 0;
  }

  summary(): object {
    const per = (fate: LetterFate): Record<string, number> => {
      const sums: Record<string, number> = {};
      for (const group of this.groups) if (group[fate] > 0) sums[group.sink] = (sums[group.sink] ?? 0) + group[fate];
      return sums;
    };
    return {
      letters: this.letters,
      filtered: this.filtered,
      malformed: this.malformed,
      delivered: per("delivered"),
      deadLettered: per("deadLettered"),
      failed: per("failed"),
      ...(this.#rereads ? { unwanted: per("unwanted"), objects: this.objects.size } : {}),
      ...(this.#failures.size > 0 ? { failures: Object.fromEntries(this.#failures) } : {}),
      ...(this.#noun === "message" ? { refused: this.refused, undeleted: this.undeleted } : {}),
      files: { read: this.files, unread: this.unread, deleted: this.deleted },
      groups: this.groups,
    };
  }

  table(dryRun: boolean): string {
    const nouns = `${this.#noun}s`;
    const ofLetters = this.#noun === "letter";
    const again = [...(ofLetters ? ["refused again"] : []), ...(this.#rereads ? ["unwanted"] : [])];
    const head = dryRun ? [nouns] : [nouns, ofLetters ? "delivered" : "done", ...again, "failed"];
    const rows = this.groups.map((group) => [
      printable(group.sink),
      printable(group.reason),
      group.letters,
      ...(dryRun ? [] : this.#fates(group)),
    ]);
    const title = ofLetters ? ["sink", "reason"] : ["kind", "reason"];
    const table = rows.length === 0 ? [] : [...columns([[...title, ...head], ...rows]), ""];
    return [...table, ...(ofLetters ? this.#notes(dryRun) : this.#notesOnMessages())]
      .map((line) => `${line}\n`)
      .join("");
  }

  #fates({ delivered, deadLettered, unwanted, failed }: Group): number[] {
    return [
      delivered,
      ...(this.#noun === "letter" ? [deadLettered] : []),
      ...(this.#rereads ? [unwanted] : []),
      failed,
    ];
  }

  #notes(dryRun: boolean): string[] {
    const objects = plural(this.objects.size, "object");
    return [
      `${plural(this.letters, "letter")} in ${plural(this.files, "file")}`,
      ...(this.#rereads ? [dryRun ? `${objects} to be read` : `${objects} read, each once`] : []),
      ...[...this.#failures].map(([code, n]) => `${plural(n, "letter")} ${dryRun ? "would fail" : "failed"}: ${code}`),
      ...(this.filtered > 0 ? [`${plural(this.filtered, "other")} left out, as not asked for`] : []),
      ...(this.malformed > 0 ? [`${plural(this.malformed, "line")} that can't be read`] : []),
      ...(this.unread > 0 ? [`${plural(this.unread, "file")} not read to the end`] : []),
      ...(this.deleted > 0 ? [`${plural(this.deleted, "file")} deleted, as all letters in it were delivered`] : []),
    ];
  }

  #notesOnMessages(): string[] {
    return [
      plural(this.letters, "message"),
      ...(this.refused > 0
        ? [`${plural(this.refused, "dead letter")} made: refused by a sink, or not to be read`]
        : []),
      ...(this.undeleted > 0 ? [`${plural(this.undeleted, "message")} done, and in the queue still`] : []),
      ...(this.unread > 0 ? ["not gone through to the end"] : []),
    ];
  }
}
