import { Buffer } from "node:buffer";
import { jsonInside } from "../fields/text.ts";
import { type Layout, LayoutValues } from "../layout.ts";

/** A record under way: what it says, by the names of its parts, and the fields that come of it. Reused from record to record. */
export abstract class Event {
  readonly values: LayoutValues;
  /** Those that the fields' spans are of. */
  bytes: Uint8Array = new Uint8Array(0);

  constructor(layout: Layout) {
    this.values = new LayoutValues(layout);
  }

  /** False for what isn't there, or stands for nothing. */
  abstract has(name: string): boolean;

  /** The text of a part, or of a number or boolean; undefined when there is none. */
  abstract text(name: string): string | undefined;

  /** 4 or 6 when a part is an IP address, else 0. */
  abstract ip(name: string): 0 | 4 | 6;

  /** NaN for what is no number, nor the text of one. */
  number(name: string): number {
    const text = this.text(name);
    return text === undefined ? Number.NaN : Number(text);
  }

  /** Sets a field to ready JSON, or to the inside of a JSON string, each byte a character; undefined takes it away. */
  set(field: string, ready: string | undefined): void {
    const slot = this.values.layout.slot(field);
    this.values.to[slot] = -1;
    this.values.text[slot] = ready;
  }

  /** Sets a field to any text. */
  setText(field: string, text: string | undefined): void {
    this.set(field, text === undefined ? undefined : jsonInside(text));
  }

  /** Sets a field to any JSON value. */
  setJson(field: string, value: unknown): void {
    this.set(field, value === undefined ? undefined : Buffer.from(JSON.stringify(value)).toString("latin1"));
  }

  /** Sets a field to a list of texts, each once; none: nothing. */
  setList(field: string, texts: readonly (string | undefined)[]): void {
    const known = [...new Set(texts.filter((text) => text !== undefined && text !== ""))];
    this.setJson(field, known.length === 0 ? undefined : known.map((text) => (text as string).toWellFormed()));
  }

  /** Sets a field to bytes of the record. */
  span(field: string, from: number, to: number): void {
    this.values.span(this.values.layout.slot(field), from, to);
  }
}
