import { Buffer } from "node:buffer";
import type { ByteWriter } from "../bytes/byte-writer.ts";
import { type Group, opening, type Slot, writeGroup, writeSlot } from "./document-slots.ts";
import type { Layout, LeafType } from "./layout.ts";
import type { RecordCursor } from "./record.ts";

const QUOTE = 0x22;

/** Members that the document itself has: a constant of that name stands under `labels`, ECS's place for one's own. */
const TAKEN: ReadonlySet<string> = new Set(["@timestamp", "message", "json", "tags", "sluice"]);

export type ConstantValue = string | readonly string[];

export interface TemplateParts {
  readonly constants: ReadonlyMap<string, ConstantValue>;
  readonly layout: Layout | undefined;
  /** Constants that a record's own value, where it has one, stands instead of. */
  readonly overrides?: ReadonlySet<string> | undefined;
  /** Records carry their place in a file. */
  readonly offset: boolean;
  /** Records carry an id given by the service. */
  readonly eventId: boolean;
}

type Leaf =
  | { readonly kind: "constant"; readonly value: ConstantValue }
  | { readonly kind: "offset" }
  | { readonly kind: "eventId" }
  | {
      readonly kind: "slot";
      readonly slot: number;
      readonly type: LeafType;
      /** What stands there when the record has no value. */
      otherwise?: ConstantValue;
    };

interface Node {
  readonly children: Map<string, Node>;
  leaf?: Leaf;
}

/** A member that is always there: the record's value, or else ready JSON. */
interface Either {
  readonly kind: "either";
  readonly own: Slot;
  readonly otherwise: Uint8Array;
}

type Step =
  | { readonly kind: "bytes"; readonly bytes: Uint8Array }
  | { readonly kind: "offset" | "eventId" }
  | Slot
  | Group
  | Either;

/**
 * The members of a document after its message, compiled once per object. What is certain comes first in each object, as
 * ready bytes; values of a layout, which a record may lack, follow with their commas.
 */
export class DocumentTemplate {
  readonly #steps: readonly Step[];

  constructor(parts: TemplateParts) {
    const root: Node = { children: new Map() };
    parts.layout?.leaves.forEach(({ path, type }, slot) => {
      place(root, path, { kind: "slot", slot, type });
    });
    for (const [path, value] of parts.constants) {
      const own = parts.overrides?.has(path) === true ? leafAt(root, path) : undefined;
      if (own?.kind === "slot") own.otherwise = value;
      else place(root, ownPlace(path), { kind: "constant", value });
    }
    if (parts.offset) place(root, "log.offset", { kind: "offset" });
    if (parts.eventId) place(root, "event.id", { kind: "eventId" });
    settle(root);
    const compiler = new Compiler();
    compiler.members(root, false);
    this.#steps = compiler.finish();
  }

  write(cursor: RecordCursor, out: ByteWriter): void {
    const { values } = cursor;
    for (const step of this.#steps) {
      if (step.kind === "bytes") out.bytes(step.bytes);
      else if (step.kind === "slot") {
        if (values?.has(step.slot) === true) writeSlot(step, 0, values, cursor.bytes, out);
      } else if (step.kind === "group") {
        if (values !== undefined) writeGroup(step, 0, values, cursor.bytes, out);
      } else if (step.kind === "either") {
        if (values?.has(step.own.slot) === true) writeSlot(step.own, 0, values, cursor.bytes, out);
        else out.bytes(step.otherwise);
      } else if (step.kind === "offset") out.integer(cursor.start);
      else if (cursor.eventId !== undefined) writeEventId(cursor.eventId, cursor, out);
    }
  }
}

function writeEventId(id: Uint8Array, { eventIdFrom, eventIdTo }: RecordCursor, out: ByteWriter): void {
  out.byte(QUOTE);
  out.bytes(id, eventIdFrom, eventIdTo);
  out.byte(QUOTE);
}

/** Turns the tree into steps, joining bytes that follow each other. */
class Compiler {
  readonly #steps: Step[] = [];
  #pending = "";

  finish(): readonly Step[] {
    this.#flush();
    return this.#steps;
  }

  /** `first`: nothing was written in this object yet, so its first member has no comma. */
  members(node: Node, first: boolean): void {
    let comma = first ? "" : ",";
    const children = [...node.children].map(([name, child]) => [JSON.stringify(name), child] as const);
    for (const [name, child] of children) {
      if (!isCertain(child)) continue;
      this.#pending += `${comma}${name}:`;
      comma = ",";
      this.#certain(child);
    }
    for (const [name, child] of children) if (!isCertain(child)) this.#step(uncertain(name, child));
  }

  #certain(node: Node): void {
    if (node.children.size > 0) {
      this.#pending += "{";
      this.members(node, true);
      this.#pending += "}";
    } else if (node.leaf?.kind === "constant") this.#pending += JSON.stringify(node.leaf.value);
    else if (node.leaf?.kind === "slot") {
      const { slot, type, otherwise } = node.leaf;
      const own: Slot = { kind: "slot", key: Buffer.from(opening(type)), slot, type };
      this.#step({ kind: "either", own, otherwise: Buffer.from(JSON.stringify(otherwise)) });
    } else this.#step({ kind: node.leaf?.kind === "offset" ? "offset" : "eventId" });
  }

  #step(step: Step): void {
    this.#flush();
    this.#steps.push(step);
  }

  #flush(): void {
    if (this.#pending !== "") this.#steps.push({ kind: "bytes", bytes: Buffer.from(this.#pending) });
    this.#pending = "";
  }
}

function ownPlace(path: string): string {
  return TAKEN.has(path.split(".", 1)[0] as string) ? `labels.${path}` : path;
}

function leafAt(root: Node, path: string): Leaf | undefined {
  return path.split(".").reduce<Node | undefined>((node, name) => node?.children.get(name), root)?.leaf;
}

function place(root: Node, path: string, leaf: Leaf): void {
  let node = root;
  for (const name of path.split(".")) {
    let child = node.children.get(name);
    if (child === undefined) {
      child = { children: new Map() };
      node.children.set(name, child);
    }
    node = child;
  }
  node.leaf = leaf;
}

/** A path that is also the beginning of another's keeps its own value under `.value`, as an object can't be both. */
function settle(node: Node): void {
  for (const child of node.children.values()) settle(child);
  if (node.leaf === undefined || node.children.size === 0) return;
  let name = "value";
  while (node.children.has(name)) name = `_${name}`;
  node.children.set(name, { children: new Map(), leaf: node.leaf });
  delete node.leaf;
}

function isCertain(node: Node): boolean {
  if (node.leaf !== undefined) return node.leaf.kind !== "slot" || node.leaf.otherwise !== undefined;
  return [...node.children.values()].some(isCertain);
}

function uncertain(name: string, node: Node): Slot | Group {
  if (node.leaf?.kind === "slot") {
    const { slot, type } = node.leaf;
    return { kind: "slot", key: Buffer.from(`,${name}:${opening(type)}`), slot, type };
  }
  const members = [...node.children].map(([inner, child]) => uncertain(JSON.stringify(inner), child));
  return { kind: "group", open: Buffer.from(`,${name}:{`), members };
}
