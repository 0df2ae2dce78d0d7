import { Layout, type LeafType } from "../layout.ts";
import { MemberTable, shapeOf } from "./member-table.ts";

/**
 * What a member is taken for.
 *
 * - `keyword`: a text as it is; a number or boolean as its text.
 * - `long`: a whole number, or a text of one. `double`: any number, or a text of one. `boolean`.
 * - `ip`: a text when it is an address.
 * - `time`: a text in ISO form or as the Common Log Format has it, or a time since the epoch; becomes ISO in UTC.
 * - `json`: an object or array as it is. `jsonText`: any value, as a text of its JSON. Empty ones are left out.
 *
 * What is of another kind is left out, as null, an empty text and `"-"` are.
 */
export type MemberKind = "keyword" | "long" | "double" | "boolean" | "ip" | "time" | "json" | "jsonText";

/** A member's path, dotted, and the fields that it becomes as it is. Of several that become one field, the last that is there counts. */
export type Member = readonly [path: string, kind: MemberKind, ...fields: readonly string[]];

/** Another name → the path of the member. */
export type Aliases = Readonly<Record<string, string>>;

export interface Copy {
  readonly place: number;
  readonly slot: number;
  readonly kind: MemberKind;
}

/** The members that a format looks at, and the layout of what becomes of them. */
export class JsonFields {
  readonly layout: Layout;
  readonly table: MemberTable;
  readonly copies: readonly Copy[];
  readonly #places: ReadonlyMap<string, number>;

  /**
   * `others` are looked at only; `derived` are the fields that no member becomes as it is; `aliases`: other names of members, of
   * which an object has one or the other.
   */
  constructor(
    members: readonly Member[],
    others: readonly string[],
    derived: Readonly<Record<string, LeafType>>,
    overrides: readonly string[] = [],
    aliases: Aliases = {},
  ) {
    const copied = members.flatMap(([, kind, ...fields]) => fields.map((field) => [field, leafType(kind)]));
    this.layout = new Layout({ ...Object.fromEntries(copied), ...derived }, overrides);
    const paths = [...new Set([...members.map(([path]) => path), ...others])];
    this.#places = new Map(paths.map((path, i) => [path, i]));
    const own = paths.map((path, i) => [path.split("."), i] as const);
    const also = Object.entries(aliases).map(([alias, path]) => [[alias], this.place(path)] as const);
    this.table = new MemberTable(shapeOf([...own, ...also]));
    this.copies = members.flatMap(([path, kind, ...fields]) =>
      fields.map((field) => ({ place: this.place(path), slot: this.layout.slot(field), kind })),
    );
  }

  /** Number of a member's place in the scanner; -1 when it is none of those looked at. */
  place(path: string): number {
    return this.#places.get(path) ?? -1;
  }
}

function leafType(kind: MemberKind): LeafType {
  return kind === "ip" || kind === "time" ? "keyword" : kind;
}
