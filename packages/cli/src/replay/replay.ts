import {
  asSluiceError,
  type DeadLetter,
  type Invocation,
  type LetterFate,
  type LetterName,
  type Meter,
  type ObjectReader,
  type Outcome,
  type Pipeline,
  type SluiceError,
} from "@sluice/core";
import { type Buckets, parseDeadLetter } from "@sluice/lambda-entry";
import { type InputFile, removeFile } from "../input/files.ts";
import { type OpenFile, openFile } from "../input/open-file.ts";
import { type HeldEvent, heldEventOf, MAX_EVENT_BYTES } from "./failed-event.ts";
import { FIREHOSE_FAILED } from "./firehose-failed.ts";
import { type Line, linesOf, MAX_LINE_BYTES } from "./lines.ts";
import { Marker } from "./marker.ts";
import type { Label, Selection } from "./selection.ts";
import type { ReplayState } from "./state.ts";
import type { Group, Tally } from "./tally.ts";
import type { Way } from "./way.ts";

/** What a replay tells as it goes; `where` is a file and line. */
export type Complain = (where: string, code: string, message: string) => void;

export interface ReplayOptions<L extends LetterName> {
  readonly way: Way<L>;
  readonly selection: Selection;
  readonly state: ReplayState;
  readonly tally: Tally;
  readonly reader: ObjectReader;
  readonly buckets: Buckets;
  /** Undefined: nothing is sent, letters are counted only. */
  readonly pipeline: Pipeline | undefined;
  readonly invocation: Invocation;
  /** Files are deleted once all in them was delivered. */
  readonly remove: boolean;
  readonly stop: AbortSignal;
  readonly meter: Meter;
  readonly complain: Complain;
}

interface Waiting<L extends LetterName> {
  readonly letter: L;
  readonly marker: Marker;
  /** Place of its line in the file, and the line's number. */
  readonly from: number;
  readonly number: number;
  readonly group: Group;
}

/** Letters of all files, one file after the other, sent in batches that may span files. What fails costs only itself. */
export class Replay<L extends LetterName> {
  readonly #options: ReplayOptions<L>;
  readonly #signal: AbortSignal;
  #waiting: Waiting<L>[] = [];
  #waitingBytes = 0;
  /** Files gone through since letters were last sent. */
  #touched = new Set<Marker>();
  #current: Marker | undefined;
  /** Sinks at fault: nothing more is sent to them. */
  readonly #broken = new Set<string>();
  readonly #progress = { in: 0, bytes: 0, items: 0, itemsDone: 0 };

  constructor(options: ReplayOptions<L>) {
    this.#options = options;
    this.#signal = options.stop;
  }

  async run(files: readonly InputFile[]): Promise<void> {
    this.#progress.items = files.length;
    for (const file of files) {
      if (this.#signal.aborted) this.#options.tally.unread += 1;
      else await this.#file(file);
    }
    await this.#flush();
  }

  async #file(file: InputFile): Promise<void> {
    const { state, reader, tally } = this.#options;
    try {
      const open = await openFile(file.ref, reader, this.#signal);
      tally.files += 1;
      const marker = new Marker(file, open, state.markOf(file.name, open.etag));
      this.#touched.add(marker);
      this.#current = marker;
      if (marker.isDone) this.#progress.bytes += open.size;
      else if (await this.#event(marker, open)) marker.end();
      else if (await this.#lines(marker, open)) marker.end();
      else tally.unread += 1;
    } catch (error) {
      if (!this.#signal.aborted) this.#complainOf(file.name, error);
      tally.unread += 1;
    }
    this.#progress.itemsDone += 1;
    this.#current = undefined;
    this.#options.meter.progress(this.#progress);
    if (this.#touched.size >= this.#options.way.maxHeld) await this.#flush();
  }

  /** False: not to its end. */
  async #lines(marker: Marker, open: OpenFile): Promise<boolean> {
    const { start } = marker;
    for await (const lines of linesOf(open.chunks(start.offset), start)) {
      for (const line of lines) {
        // So much is owed that reading on would only add to it.
        if (this.#signal.aborted || marker.owed >= this.#options.way.maxHeld) return false;
        if (!marker.wants(line.from)) continue;
        marker.owe(line);
        await this.#line(line, marker);
      }
      this.#progress.bytes += lines.reduce((sum, { from, to }) => sum + to - from, 0);
      this.#options.meter.progress(this.#progress);
    }
    return true;
  }

  async #line(line: Line, marker: Marker): Promise<void> {
    const { text } = line;
    const where = `${marker.file.name}:${line.number}`;
    const event = text === undefined ? undefined : heldEventOf(text, where);
    if (event !== undefined) {
      await this.#sendEvent(event, line.from, marker, where);
      return;
    }
    const letter = this.#letter(text, where);
    if (letter === undefined) return;
    const group = this.#taken({ sink: letter.sink, reason: letter.reason.code, at: letter.at }, line.from, marker);
    if (group === undefined) return;
    const { way, pipeline } = this.#options;
    if (pipeline === undefined) {
      this.#show(letter, where);
      marker.settle(line.from, true);
      return;
    }
    if (this.#broken.has(letter.sink)) {
      group.failed += 1;
      return;
    }
    this.#waiting.push({ letter: way.held(letter), marker, from: line.from, number: line.number, group });
    this.#waitingBytes += letter.document.length;
    if (this.#waiting.length >= way.maxHeld || this.#waitingBytes >= way.maxHeldBytes) await this.#flush();
  }

  #letter(text: string | undefined, where: string): DeadLetter | undefined {
    const { tally, complain } = this.#options;
    try {
      if (text !== undefined) return parseDeadLetter(text);
      complain(where, "DEAD_LETTER_MALFORMED", `a line of more than ${MAX_LINE_BYTES} bytes`);
    } catch (error) {
      this.#complainOf(where, error);
    }
    tally.malformed += 1;
    return undefined;
  }

  /** Counted, when it is asked for and is to be sent. */
  #taken(label: Label, from: number, marker: Marker): Group | undefined {
    const { selection, tally } = this.#options;
    if (!selection.takes(label)) {
      tally.filtered += 1;
      marker.settle(from, true);
      return undefined;
    }
    this.#progress.in += 1;
    const group = tally.count(label);
    return group;
  }

  /** Of a letter that isn't sent. */
  #show(letter: DeadLetter, where: string): void {
    const error = this.#object(letter);
    if (error !== undefined) this.#failed(where, error, "failed");
  }

  /** Counts the object that is read for the letter, and says why there is none. */
  #object(letter: LetterName): SluiceError | undefined {
    const { way, tally } = this.#options;
    try {
      const object = way.objectOf?.(letter);
      if (object !== undefined) tally.objects.add(object);
      return undefined;
    } catch (error) {
      return asSluiceError(error);
    }
  }

  /** An event in a file of its own, on several lines. */
  async #event(marker: Marker, open: OpenFile): Promise<boolean> {
    if (marker.start.offset > 0 || open.size > MAX_EVENT_BYTES) return false;
    const chunks = open.chunks(0);
    const { value: first } = await chunks.next();
    const head = Buffer.from(first ?? "").toString("latin1", 0, 64);
    if (!/^\s*\{\s*\n/.test(head) && !FIREHOSE_FAILED.test(head)) return false;
    const pieces = [first as Uint8Array];
    for await (const chunk of chunks) pieces.push(chunk);
    const event = heldEventOf(Buffer.concat(pieces).toString("utf8"), marker.file.name);
    if (event === undefined) return false;
    marker.owe({ from: 0, to: open.size, number: 1 });
    await this.#sendEvent(event, 0, marker, marker.file.name);
    return true;
  }

  async #sendEvent({ label, again }: HeldEvent, from: number, marker: Marker, where: string) {
    const { pipeline, invocation } = this.#options;
    const group = this.#taken(label, from, marker);
    if (group === undefined) return;
    if (pipeline === undefined) {
      marker.settle(from, true);
      return;
    }
    try {
      const outcome = await again(pipeline, { ...invocation, again: true });
      const fate = fateOf(outcome);
      group[fate] += 1;
      if (fate !== "failed") marker.settle(from, fate !== "delivered");
      const error = outcome.error ?? outcome.units.find((unit) => unit.error !== undefined)?.error;
      if (error !== undefined) this.#failed(where, error, fate);
    } catch (error) {
      group.failed += 1;
      this.#failed(where, error, "failed");
    }
  }

  async #flush(): Promise<void> {
    const { way, pipeline } = this.#options;
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#waitingBytes = 0;
    if (pipeline === undefined) return;
    const batches = way.batches(waiting.map(({ letter }) => letter));
    for (const [n, numbers] of batches.entries()) {
      const batch = numbers.map((i) => waiting[i] as Waiting<L>);
      await this.#send(batch, pipeline);
      if (n < batches.length - 1) await this.#keep(new Set(batch.map(({ marker }) => marker)));
    }
    await this.#keep(this.#touched);
    this.#touched = new Set(this.#current === undefined ? [] : [this.#current]);
  }

  async #send(batch: readonly Waiting<L>[], pipeline: Pipeline): Promise<void> {
    const { way, invocation, complain } = this.#options;
    const sent = batch.filter(({ letter }) => !this.#broken.has(letter.sink));
    for (const { letter, group } of batch) if (this.#broken.has(letter.sink)) group.failed += 1;
    if (sent.length === 0) return;
    const letters = sent.map(({ letter }) => letter);
    const { fates, units, troubles } = await way.send(pipeline, letters, invocation);
    const failed = new Map<string, boolean>();
    for (const [i, { letter, marker, from, number, group }] of sent.entries()) {
      const fate = fates[i] ?? "failed";
      group[fate] += 1;
      if (fate !== "failed") marker.settle(from, fate !== "delivered");
      const error = units[i]?.error;
      if (error !== undefined) this.#failed(`${marker.file.name}:${number}`, error, fate);
      this.#object(letter);
      failed.set(letter.sink, isOfSink(error) && failed.get(letter.sink) !== false);
    }
    for (const [sink, all] of failed) if (all) this.#broken.add(sink);
    for (const { sink, reason } of troubles) complain(`sink ${sink}`, reason.code, reason.message);
  }

  /** What was settled is kept, and what is empty is deleted, as soon as nothing of it is under way. */
  async #keep(markers: ReadonlySet<Marker>): Promise<void> {
    const { state, buckets, remove, tally } = this.#options;
    for (const marker of markers) {
      const { file } = marker;
      try {
        await state.put(file.name, marker.mark);
        if (!remove || !marker.isEmpty || marker === this.#current) continue;
        await removeFile(file, buckets, NEVER);
        this.#touched.delete(marker);
        tally.deleted += 1;
      } catch (error) {
        this.#complainOf(file.name, error);
        tally.unread += 1;
      }
    }
  }

  #failed(where: string, error: unknown, fate: LetterFate): void {
    if (fate === "failed") this.#options.tally.failure(asSluiceError(error));
    this.#complainOf(where, error);
  }

  #complainOf(where: string, error: unknown): void {
    const { code, message } = asSluiceError(error);
    if (code === "DEADLINE" && this.#signal.aborted) return;
    this.#options.complain(where, code, message);
  }
}

const NEVER: AbortSignal = new AbortController().signal;

function fateOf({ units, error, counts }: Outcome): LetterFate {
  if (error !== undefined || units.some(({ ok }) => !ok)) return "failed";
  const refused = Object.values(counts.deadLettered).some((n) => n > 0) || (counts.units.deadLettered ?? 0) > 0;
  return refused ? "deadLettered" : "delivered";
}

/** The sink's own fault, which the next letters will meet with as well. */
function isOfSink(error: SluiceError | undefined): boolean {
  return error?.code === "SINK_UNAVAILABLE";
}
