import { ipVersion } from "../../bytes/ip.ts";
import { isAbsent, isDecimal, isWholeNumber } from "../fields/text.ts";
import { Layout, type LayoutValues, type LeafType } from "../layout.ts";
import type { Tokens } from "./tokens.ts";

/** What a column is taken for: `ip` is a keyword where there is an address, else nothing; what is no number is no `long` or `double`. */
export type ColumnKind = "keyword" | "keywords" | "words" | "long" | "double" | "ip";

/** A column of a line and the fields that it becomes as it is. A name may stand several times. */
export type Column = readonly [name: string, kind: ColumnKind, ...fields: readonly string[]];

/** Stands, where the config names columns, for one that isn't wanted. */
export const NO_COLUMN = "-";

interface Copy {
  readonly token: number;
  readonly slot: number;
  readonly kind: ColumnKind;
}

/** The columns that lines of a format may have, and the layout of what becomes of them. */
export class Columns {
  readonly layout: Layout;
  /** In the order that the format gives them: that of lines which don't say. */
  readonly usual: ColumnOrder;
  readonly #columns: readonly Column[];
  readonly #names: ReadonlySet<string>;

  constructor(columns: readonly Column[], derived: Readonly<Record<string, LeafType>>, overrides: readonly string[]) {
    const copied = columns.flatMap(([, kind, ...fields]) => fields.map((field) => [field, leafType(kind)]));
    this.layout = new Layout({ ...Object.fromEntries(copied), ...derived }, overrides);
    this.#columns = columns;
    this.#names = new Set(columns.map(([name]) => name));
    this.usual = this.order([...this.#names]);
  }

  has(name: string): boolean {
    return this.#names.has(name);
  }

  /** Lines with these columns; what has a name that isn't known keeps its place. */
  order(names: readonly string[]): ColumnOrder {
    const copies = this.#columns.flatMap(([name, kind, ...fields]): Copy[] => {
      const token = names.indexOf(name);
      return token < 0 ? [] : fields.map((field) => ({ token, slot: this.layout.slot(field), kind }));
    });
    return new ColumnOrder(names, copies);
  }
}

/** Which column stands where in a line. */
export class ColumnOrder {
  readonly names: readonly string[];
  readonly #copies: readonly Copy[];
  readonly #tokens: ReadonlyMap<string, number>;

  constructor(names: readonly string[], copies: readonly Copy[]) {
    this.names = names;
    this.#copies = copies;
    // Of columns of the same name the first counts.
    this.#tokens = new Map(names.map((name, token) => [name, token] as const).reverse());
  }

  /** -1 when lines don't have it. */
  token(name: string): number {
    return this.#tokens.get(name) ?? -1;
  }

  copy(bytes: Uint8Array, { from, to, count }: Tokens, values: LayoutValues): void {
    for (const { token, slot, kind } of this.#copies) {
      if (token >= count) continue;
      const start = from[token] as number;
      const end = to[token] as number;
      if (isAbsent(bytes, start, end) || !isOfKind(kind, bytes, start, end)) continue;
      values.span(slot, start, end);
    }
  }
}

function leafType(kind: ColumnKind): LeafType {
  return kind === "ip" ? "keyword" : kind;
}

function isOfKind(kind: ColumnKind, bytes: Uint8Array, from: number, to: number): boolean {
  switch (kind) {
    case "long":
      return isWholeNumber(bytes, from, to);
    case "double":
      return isDecimal(bytes, from, to);
    case "ip":
      return ipVersion(bytes, from, to) !== 0;
    default:
      return true;
  }
}
