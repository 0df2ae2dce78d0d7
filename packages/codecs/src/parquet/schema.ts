import { Buffer } from "node:buffer";
import { type Meaning, REPEATED, REQUIRED, type SchemaElement } from "./metadata.ts";
import { damaged } from "./thrift.ts";

// Nested columns: "Dremel: Interactive Analysis of Web-Scale Datasets"; lists and maps: LogicalTypes.md of parquet-format.

const MAX_DEPTH = 64;
const MAX_COLUMNS = 20_000;

/** A column with values, by its place among all of them. */
export interface Leaf {
  readonly index: number;
  readonly type: number;
  readonly typeLength: number;
  readonly meaning: Meaning | undefined;
  /** Levels at which a value is there, and at which a repetition of it begins. */
  readonly maxDef: number;
  readonly maxRep: number;
}

interface Common {
  readonly name: string;
  /** `"name":` in JSON. */
  readonly key: Buffer;
  /** The definition level from which on it is there at all. */
  readonly def: number;
  /** Its columns are the leaves `[first, end)`. */
  readonly first: number;
  readonly end: number;
}

export type Field = Common &
  (
    | { readonly kind: "leaf"; readonly leaf: Leaf }
    | { readonly kind: "struct"; readonly fields: readonly Field[] }
    | { readonly kind: "list"; readonly element: Field; readonly elementDef: number; readonly elementRep: number }
    | {
        readonly kind: "map";
        readonly mapKey: Field;
        readonly mapValue: Field;
        readonly elementDef: number;
        readonly elementRep: number;
      }
  );

export interface Schema {
  readonly fields: readonly Field[];
  readonly leaves: readonly Leaf[];
}

/** Fails with OBJECT_CORRUPT for what is no tree of columns. */
export function schemaOf(elements: readonly SchemaElement[]): Schema {
  const reader = new SchemaReader(elements);
  return { fields: reader.fields(), leaves: reader.leaves };
}

interface Levels {
  readonly def: number;
  readonly rep: number;
  readonly depth: number;
}

class SchemaReader {
  readonly leaves: Leaf[] = [];
  readonly #elements: readonly SchemaElement[];
  #next = 1;

  constructor(elements: readonly SchemaElement[]) {
    this.#elements = elements;
  }

  fields(): Field[] {
    const root = this.#elements[0];
    if (root === undefined || root.children <= 0) throw damaged("no columns");
    const fields = this.#children(root, { def: 0, rep: 0, depth: 0 });
    if (this.#next !== this.#elements.length) throw damaged("a schema that is no tree");
    return fields;
  }

  #children({ children }: SchemaElement, levels: Levels): Field[] {
    return Array.from({ length: Math.min(children, MAX_COLUMNS) }, () => this.#field(levels));
  }

  #field(outer: Levels): Field {
    const element = this.#elements[this.#next++];
    if (element === undefined || outer.depth > MAX_DEPTH || this.leaves.length > MAX_COLUMNS)
      throw damaged("a schema that is no tree");
    if (element.repetition === REPEATED) return this.#repeated(element, outer);
    const def = outer.def + (element.repetition === REQUIRED ? 0 : 1);
    return this.#single(element, { def, rep: outer.rep, depth: outer.depth + 1 });
  }

  /** Repeated by itself, without a group that says so: a list that may be empty. */
  #repeated(element: SchemaElement, outer: Levels): Field {
    const first = this.leaves.length;
    const inner = { def: outer.def + 1, rep: outer.rep + 1, depth: outer.depth + 1 };
    const single = this.#single(element, inner);
    const common = { ...commonOf(element.name, outer.def), first, end: this.leaves.length };
    return { ...common, kind: "list", element: single, elementDef: inner.def, elementRep: inner.rep };
  }

  #single(element: SchemaElement, levels: Levels): Field {
    if (element.children <= 0) return this.#leaf(element, levels);
    const { is } = element.meaning ?? {};
    const child = this.#elements[this.#next];
    if ((is === "list" || is === "map") && element.children === 1 && child?.repetition === REPEATED)
      return this.#collection(element, child, levels);
    const first = this.leaves.length;
    const fields = this.#children(element, levels);
    return { ...commonOf(element.name, levels.def), first, end: this.leaves.length, kind: "struct", fields };
  }

  /** What is repeated is the element itself, or a group around it, as the rules for older files have it. */
  #collection(outer: SchemaElement, repeated: SchemaElement, { def, rep, depth }: Levels): Field {
    this.#next += 1;
    const first = this.leaves.length;
    const inner = { def: def + 1, rep: rep + 1, depth: depth + 1 };
    const collection = { elementDef: inner.def, elementRep: inner.rep };
    const wraps = isWrapper(outer, repeated);
    const fields = wraps ? this.#children(repeated, inner) : [this.#again(repeated, inner)];
    const common = { ...commonOf(outer.name, def), first, end: this.leaves.length };
    const [one, two] = fields as [Field, Field | undefined];
    if (outer.meaning?.is === "map" && two !== undefined && one.kind === "leaf")
      return { ...common, ...collection, kind: "map", mapKey: one, mapValue: two };
    if (outer.meaning?.is !== "map") return { ...common, ...collection, kind: "list", element: one };
    const struct = { ...commonOf(repeated.name, inner.def), first, end: this.leaves.length };
    return { ...common, ...collection, kind: "list", element: { ...struct, kind: "struct", fields } };
  }

  #again(element: SchemaElement, levels: Levels): Field {
    return this.#single({ ...element, repetition: REQUIRED }, levels);
  }

  #leaf({ name, type, typeLength, meaning }: SchemaElement, { def, rep }: Levels): Field {
    if (type === undefined) throw damaged(`column ${this.leaves.length} has no type`);
    const index = this.leaves.length;
    const leaf = { index, type, typeLength, meaning, maxDef: def, maxRep: rep };
    this.leaves.push(leaf);
    return { ...commonOf(name, def), first: index, end: index + 1, kind: "leaf", leaf };
  }
}

function isWrapper(outer: SchemaElement, repeated: SchemaElement): boolean {
  if (outer.meaning?.is === "map") return repeated.children === 2;
  if (repeated.children !== 1) return false;
  return repeated.name !== "array" && repeated.name !== `${outer.name}_tuple`;
}

function commonOf(name: string, def: number): Pick<Common, "name" | "key" | "def"> {
  return { name, key: Buffer.from(`${JSON.stringify(name)}:`), def };
}
