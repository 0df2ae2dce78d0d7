import { Buffer } from "node:buffer";
import type { ByteWriter } from "../bytes/byte-writer.ts";
import type { Layout, LayoutValues, LeafType } from "./layout.ts";
import type { RecordCursor } from "./record.ts";

const COMMA = 0x2c;
const QUOTE = 0x22;
const CLOSE_BRACE = 0x7d;

/** Members that the document itself has: a constant of that name stands under `labels`, ECS's place for one's own. */
const TAKEN: ReadonlySet<string> = new Set(["@timestamp", "message", "json", "tags", "sluice"]);

export type ConstantValue = string | readonly string[];

export interface TemplateParts {
  readonly constants: ReadonlyMap<string, ConstantValue>;
  readonly layout: Layout | undefined;
  /** Records carry their place in a file. */
  readonly offset: boolean;
  /** Records carry an id given by the service. */
  readonly eventId: boolean;
}

type Leaf =
  | { readonly kind: "constant"; readonly value: ConstantValue }
  | { readonly kind: "offset" }
  | { readonly kind: "eventId" }
  | { readonly kind: "slot"; readonly slot: number; readonly type: LeafType };

interface Node {
  readonly children: Map<string, Node>;
  leaf?: Leaf;
}

/** A value that a record may lack. `key` begins with the comma before it and, for text, ends with the opening quote. */
interface Slot {
  readonly kind: "slot";
  readonly key: Uint8Array;
  readonly slot: number;
  readonly type: LeafType;
}

/** An object of which nothing is certain: written only when something in it is. */
interface Group {
  readonly kind: "group";
  readonly open: Uint8Array;
  readonly members: readonly (Slot | Group)[];
}

type Step =
  | { readonly kind: "bytes"; readonly bytes: Uint8Array }
  | { readonly kind: "offset" | "eventId" }
  | Slot
  | Group;

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
    for (const [path, value] of parts.constants) place(root, ownPlace(path), { kind: "constant", value });
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
    else this.#step({ kind: node.leaf?.kind === "offset" ? "offset" : "eventId" });
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
  if (node.leaf !== undefined) return node.leaf.kind !== "slot";
  return [...node.children.values()].some(isCertain);
}

function uncertain(name: string, node: Node): Slot | Group {
  if (node.leaf?.kind === "slot") {
    const { slot, type } = node.leaf;
    const opening = type === "keyword" ? '"' : type === "keywords" ? '["' : "";
    return { kind: "slot", key: Buffer.from(`,${name}:${opening}`), slot, type };
  }
  const members = [...node.children].map(([inner, child]) => uncertain(JSON.stringify(inner), child));
  return { kind: "group", open: Buffer.from(`,${name}:{`), members };
}

/** `skip`: bytes of the key to leave out: its comma, at the beginning of an object. False when the record has none of it. */
function writeGroup(group: Group, skip: number, values: LayoutValues, bytes: Uint8Array, out: ByteWriter): boolean {
  const before = out.length;
  out.bytes(group.open, skip);
  let first = 1;
  for (const member of group.members) {
    if (member.kind === "group") {
      if (writeGroup(member, first, values, bytes, out)) first = 0;
    } else if (values.has(member.slot)) {
      writeSlot(member, first, values, bytes, out);
      first = 0;
    }
  }
  if (first === 1) {
    out.truncate(before);
    return false;
  }
  out.byte(CLOSE_BRACE);
  return true;
}

function writeSlot(step: Slot, skip: number, values: LayoutValues, bytes: Uint8Array, out: ByteWriter): void {
  const { slot, type } = step;
  out.bytes(step.key, skip);
  const text = values.text[slot];
  const from = values.from[slot] as number;
  const to = values.to[slot] as number;
  if (type === "keyword") {
    if (text !== undefined) out.ascii(text);
    else if (values.plain) out.bytes(bytes, from, to);
    else out.jsonText(bytes, from, to);
    out.byte(QUOTE);
  } else if (type === "keywords") writeList(bytes, from, to, out);
  else out.bytes(bytes, from, to);
}

/** `a,b` → `a","b"]`, its opening written already. */
function writeList(bytes: Uint8Array, from: number, to: number, out: ByteWriter): void {
  let start = from;
  for (let i = from; i <= to; i++) {
    if (i < to && bytes[i] !== COMMA) continue;
    out.jsonText(bytes, start, i);
    out.ascii(i < to ? '","' : '"]');
    start = i + 1;
  }
}
