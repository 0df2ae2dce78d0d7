import { Buffer } from "node:buffer";
import { type Group, opening, type Slot } from "./document-slots.ts";
import type { Layout, LeafType } from "./layout.ts";
import { otelPlaces, type Place } from "./otel-names.ts";

const ATTRIBUTES = "attributes";

/** Members that the document itself has: a constant of that name stands under `labels`, ECS's place for one's own. */
const TAKEN: ReadonlySet<string> = new Set(["@timestamp", "message", "json", "tags", "sluice"]);

/** What documents have in common that differ in the values of their constants only. */
export interface OutlineParts {
  /** Of the constants, each of which is known by its number from here on. */
  readonly names: readonly string[];
  readonly layout: Layout | undefined;
  /** Constants that a record's own value, where it has one, stands instead of. */
  readonly overrides: readonly string[];
  /** Records carry their place in a file. */
  readonly offset: boolean;
  /** Records carry an id given by the service. */
  readonly eventId: boolean;
  /** Names are those of OpenTelemetry, and these where the format has others; then `attributes` come last, and are left open. */
  readonly otel?: Readonly<Record<string, string>> | undefined;
}

/** Text as it stands, or a constant's number. */
export type Piece = string | number;

export type OutlineStep =
  | { readonly kind: "pieces"; readonly pieces: readonly Piece[] }
  | { readonly kind: "offset" | "eventId" }
  | Slot
  | Group
  | { readonly kind: "either"; readonly own: Slot; readonly otherwise: number };

type Leaf =
  | { readonly kind: "constant"; readonly number: number }
  | { readonly kind: "offset" }
  | { readonly kind: "eventId" }
  | {
      readonly kind: "slot";
      readonly slot: number;
      readonly type: LeafType;
      /** The constant that stands there when the record has no value. */
      otherwise?: number;
    };

interface Node {
  readonly children: Map<string, Node>;
  leaf?: Leaf;
}

interface Known {
  readonly parts: OutlineParts;
  readonly steps: readonly OutlineStep[];
}

/** Outlines kept of one layout: few are ever met, as configs and formats bring about the sets of names. */
const MAX_OUTLINES = 16;
const NO_LAYOUT = {};
const outlines = new WeakMap<object, Known[]>();

/** Made once for each set of names; holds none of the values. */
export function outlineOf(parts: OutlineParts): readonly OutlineStep[] {
  const layout = parts.layout ?? NO_LAYOUT;
  const all = outlines.get(layout) ?? [];
  const ready = all.find((known) => same(known.parts, parts));
  if (ready !== undefined) return ready.steps;
  const steps = compile(parts);
  outlines.set(layout, [{ parts, steps }, ...all].slice(0, MAX_OUTLINES));
  return steps;
}

function same(a: OutlineParts, b: OutlineParts): boolean {
  return (
    a.offset === b.offset &&
    a.eventId === b.eventId &&
    alike(a.names, b.names) &&
    alike(a.overrides, b.overrides) &&
    (a.otel === b.otel || alike(namesOf(a), namesOf(b)))
  );
}

function alike(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((name, i) => name === b[i]);
}

/** Without OpenTelemetry's it is no list, not even an empty one. */
function namesOf({ otel }: OutlineParts): readonly string[] {
  return otel === undefined ? [] : ["otel", ...Object.entries(otel).flat()];
}

function compile(parts: OutlineParts): readonly OutlineStep[] {
  const root = treeOf(parts);
  const compiler = new Compiler();
  const last = parts.otel === undefined ? undefined : root.children.get(ATTRIBUTES);
  if (last !== undefined) root.children.delete(ATTRIBUTES);
  compiler.members(root, false);
  if (last !== undefined) compiler.open(ATTRIBUTES, last);
  return compiler.finish();
}

function treeOf({ names, layout, overrides, offset, eventId, otel }: OutlineParts): Node {
  const root: Node = { children: new Map() };
  const leaves = layout?.leaves ?? [];
  const placeOf = otel === undefined ? nested : otelPlaces([...leaves.map(({ path }) => path), ...names], otel);
  leaves.forEach(({ path, type }, slot) => {
    place(root, placeOf(path), { kind: "slot", slot, type });
  });
  for (const [number, name] of names.entries()) {
    const own = overrides.includes(name) ? leafAt(root, placeOf(name)) : undefined;
    if (own?.kind === "slot") own.otherwise = number;
    else place(root, placeOf(ownPlace(name)), { kind: "constant", number });
  }
  if (offset) place(root, placeOf("log.offset"), { kind: "offset" });
  if (eventId) place(root, placeOf("event.id"), { kind: "eventId" });
  settle(root);
  return root;
}

const nested = (name: string): Place => name.split(".");

/** Turns the tree into steps, joining what follows each other and is certain. */
class Compiler {
  readonly #steps: OutlineStep[] = [];
  #pieces: Piece[] = [];

  finish(): readonly OutlineStep[] {
    this.#flush();
    return this.#steps;
  }

  /** `first`: nothing was written in this object yet, so its first member has no comma. */
  members(node: Node, first: boolean): void {
    let comma = first ? "" : ",";
    const children = [...node.children].map(([name, child]) => [JSON.stringify(name), child] as const);
    for (const [name, child] of children) {
      if (!isCertain(child)) continue;
      this.#pieces.push(`${comma}${name}:`);
      comma = ",";
      this.#certain(child);
    }
    for (const [name, child] of children) if (!isCertain(child)) this.#step(uncertain(name, child));
  }

  /** An object that nothing follows, and nothing closes; something in it is certain. */
  open(name: string, node: Node): void {
    this.#pieces.push(`,${JSON.stringify(name)}:{`);
    this.members(node, true);
  }

  #certain(node: Node): void {
    if (node.children.size > 0) {
      this.#pieces.push("{");
      this.members(node, true);
      this.#pieces.push("}");
    } else if (node.leaf?.kind === "constant") this.#pieces.push(node.leaf.number);
    else if (node.leaf?.kind === "slot") {
      const { slot, type, otherwise } = node.leaf;
      const own: Slot = { kind: "slot", key: Buffer.from(opening(type)), slot, type };
      this.#step({ kind: "either", own, otherwise: otherwise as number });
    } else if (node.leaf?.kind === "offset") this.#step({ kind: "offset" });
    else {
      this.#pieces.push('"');
      this.#step({ kind: "eventId" });
      this.#pieces.push('"');
    }
  }

  #step(step: OutlineStep): void {
    this.#flush();
    this.#steps.push(step);
  }

  #flush(): void {
    if (this.#pieces.length > 0) this.#steps.push({ kind: "pieces", pieces: joined(this.#pieces) });
    this.#pieces = [];
  }
}

/** Neighbouring texts as one. */
function joined(pieces: readonly Piece[]): readonly Piece[] {
  const all: Piece[] = [];
  for (const piece of pieces) {
    const last = all.at(-1);
    if (typeof piece === "string" && typeof last === "string") all[all.length - 1] = last + piece;
    else all.push(piece);
  }
  return all;
}

function ownPlace(path: string): string {
  return TAKEN.has(path.split(".", 1)[0] as string) ? `labels.${path}` : path;
}

function leafAt(root: Node, path: Place = []): Leaf | undefined {
  return path.reduce<Node | undefined>((node, name) => node?.children.get(name), root)?.leaf;
}

function place(root: Node, path: Place, leaf: Leaf): void {
  if (path === undefined) return;
  let node = root;
  for (const name of path) {
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
  const slots = members.flatMap((member) => (member.kind === "group" ? member.slots : [member.slot]));
  return { kind: "group", open: Buffer.from(`,${name}:{`), members, slots };
}
