import { Buffer } from "node:buffer";
import { isMembers, memberOf } from "./members.ts";
import type { FieldValue } from "./record.ts";

/**
 * JSON type of a leaf. `keywords` is a comma-separated list that becomes an array of strings, `words` one with spaces; `json` is JSON made for the
 * record; `jsonText` is a JSON value of the record kept as text: a string that holds it.
 */
export type LeafType = "keyword" | "long" | "double" | "boolean" | "keywords" | "words" | "json" | "jsonText";

export interface Leaf {
  /** ECS name, dotted. */
  readonly path: string;
  readonly type: LeafType;
}

/** The static part of a format: which fields it gives, by number. Values are bytes of the record, so that little is built for each. */
export class Layout {
  readonly leaves: readonly Leaf[];
  /** Names that a record knows better than its origin: the account of an event, say, not that of the bucket it lies in. */
  readonly overrides: ReadonlySet<string>;
  readonly #index: ReadonlyMap<string, number>;
  readonly #hasJson: boolean;

  constructor(fields: Readonly<Record<string, LeafType>>, overrides: readonly string[] = []) {
    this.leaves = Object.entries(fields).map(([path, type]) => ({ path, type }));
    this.overrides = new Set(overrides);
    this.#index = new Map(this.leaves.map((leaf, i) => [leaf.path, i]));
    this.#hasJson = this.leaves.some(({ type }) => type === "json");
  }

  /** The field of JSON that a name is within, by its dots, and what is left of the name. */
  around(name: string): { readonly slot: number; readonly rest: string } | undefined {
    if (!this.#hasJson) return undefined;
    for (let dot = name.lastIndexOf("."); dot > 0; dot = name.lastIndexOf(".", dot - 1)) {
      const slot = this.slot(name.slice(0, dot));
      if (slot >= 0) return this.leaves[slot]?.type === "json" ? { slot, rest: name.slice(dot + 1) } : undefined;
    }
    return undefined;
  }

  /** Number of the field, for parsers that set values; -1 when the layout has none of that name. */
  slot(path: string): number {
    return this.#index.get(path) ?? -1;
  }
}

/**
 * Values of one record under a layout: a span of the record's bytes, or a text, or nothing. Texts are copied as they are:
 * JSON, or the insides of JSON strings; each of their characters is one byte. Reused between records.
 */
export class LayoutValues {
  readonly layout: Layout;
  readonly from: Int32Array;
  readonly to: Int32Array;
  readonly text: (string | undefined)[];
  /** No keyword's span holds a byte that JSON escapes. */
  plain = false;
  /** Keywords' spans are the insides of JSON strings. */
  escaped = false;

  constructor(layout: Layout) {
    this.layout = layout;
    this.from = new Int32Array(layout.leaves.length);
    this.to = new Int32Array(layout.leaves.length);
    this.text = new Array<string | undefined>(layout.leaves.length).fill(undefined);
  }

  clear(): void {
    this.plain = false;
    this.escaped = false;
    this.to.fill(-1);
    this.text.fill(undefined);
  }

  span(slot: number, from: number, to: number): void {
    this.from[slot] = from;
    this.to[slot] = to;
  }

  has(slot: number): boolean {
    return (this.to[slot] as number) >= 0 || this.text[slot] !== undefined;
  }

  /** The value of a field as a program sees it; `bytes` are those that the spans are of. */
  get(name: string, bytes: Uint8Array): FieldValue {
    const slot = this.layout.slot(name);
    if (slot < 0) return this.#within(name, bytes);
    if (!this.has(slot)) return undefined;
    const text = this.#textOf(slot, bytes);
    switch (this.layout.leaves[slot]?.type) {
      case "long":
      case "double":
        return Number(text);
      case "boolean":
        return text === "true";
      case "keywords":
        return text.split(",");
      case "words":
        return text.split(" ");
      case "json":
        return JSON.parse(text);
      case "keyword":
        return this.#isEscaped(slot) && text.includes("\\") ? JSON.parse(`"${text}"`) : text;
      default:
        return text;
    }
  }

  /** A member of a field that is JSON. */
  #within(name: string, bytes: Uint8Array): FieldValue {
    const around = this.layout.around(name);
    if (around === undefined || !this.has(around.slot)) return undefined;
    const value: unknown = JSON.parse(this.#textOf(around.slot, bytes));
    return isMembers(value) ? (memberOf(value, around.rest) as FieldValue) : undefined;
  }

  #isEscaped(slot: number): boolean {
    return this.escaped || this.text[slot] !== undefined;
  }

  #textOf(slot: number, bytes: Uint8Array): string {
    const text = this.text[slot];
    if (text !== undefined) return Buffer.from(text, "latin1").toString("utf8");
    const from = this.from[slot] as number;
    return Buffer.from(bytes.buffer, bytes.byteOffset + from, (this.to[slot] as number) - from).toString("utf8");
  }
}
