import { Buffer } from "node:buffer";
import type { ByteWriter } from "../bytes/byte-writer.ts";
import { isoMillis } from "../bytes/iso-time.ts";
import type { Layout, LeafType } from "./layout.ts";
import { type RecordCursor, type RecordView, writeId } from "./record.ts";

/**
 * The neutral JSON document of a record, `{"@timestamp":…,"message":…,…}` without a line end, under ECS names.
 * `id: true` adds `sluice.id`, for sinks that have no other place for the record's id. `sluice.timestamp_from` is
 * there when the time is the object's or the arrival's, not the record's.
 */
export function encodeDocument(record: RecordView, out: ByteWriter, options?: { readonly id?: boolean }): void {
  const cursor = record as RecordCursor;
  out.ascii('{"@timestamp":"');
  out.ascii(isoMillis(cursor.timestamp));
  out.ascii('","message":"');
  encodeMessage(cursor, out);
  out.byte(0x22);
  cursor.context.template.write(cursor, out);
  encodeOwn(cursor, out, options?.id === true);
  out.byte(0x7d);
}

/** Sluice's own words about the record: its id, and where its time came from when not from itself. */
function encodeOwn(cursor: RecordCursor, out: ByteWriter, id: boolean): void {
  const borrowed = cursor.timestampFrom !== "record";
  if (!id && !borrowed) return;
  out.ascii(',"sluice":{');
  if (id) {
    out.ascii('"id":"');
    writeId(cursor, out);
    out.byte(0x22);
  }
  if (borrowed) out.ascii(`${id ? "," : ""}"timestamp_from":"${cursor.timestampFrom}"`);
  out.byte(0x7d);
}

function encodeMessage(cursor: RecordCursor, out: ByteWriter): void {
  if (cursor.messageText === undefined) {
    out.jsonText(cursor.bytes, cursor.from, cursor.to);
    return;
  }
  const bytes = Buffer.from(cursor.messageText);
  out.jsonText(bytes, 0, bytes.length);
}

type Step =
  | { readonly kind: "open"; readonly key: Uint8Array }
  | { readonly kind: "close" }
  | { readonly kind: "constant"; readonly key: Uint8Array; readonly json: Uint8Array }
  | { readonly kind: "slot"; readonly key: Uint8Array; readonly slot: number; readonly type: LeafType }
  | { readonly kind: "offset"; readonly key: Uint8Array }
  | { readonly kind: "eventId"; readonly key: Uint8Array };

interface Node {
  readonly children: Map<string, Node>;
  leaf?: (key: Uint8Array) => Step;
}

export interface TemplateParts {
  readonly constants: ReadonlyMap<string, string>;
  readonly layout: Layout | undefined;
  readonly tags: readonly string[];
  /** Records carry their place in a file. */
  readonly offset: boolean;
  /** Records carry an id given by the service. */
  readonly eventId: boolean;
}

/** The members after message, compiled once per object: constants are ready bytes, a layout's values are spliced between them. */
export class DocumentTemplate {
  readonly #steps: readonly Step[];
  readonly #tags: readonly string[];
  readonly #tagsJson: Uint8Array;
  readonly #constantJson: Uint8Array | undefined;

  constructor(parts: TemplateParts) {
    const root: Node = { children: new Map() };
    for (const [path, value] of parts.constants) {
      const json = Buffer.from(JSON.stringify(value));
      place(root, path, (key) => ({ kind: "constant", key, json }));
    }
    parts.layout?.leaves.forEach(({ path, type }, slot) => {
      place(root, path, (key) => ({ kind: "slot", key, slot, type }));
    });
    if (parts.offset) place(root, "log.offset", (key) => ({ kind: "offset", key }));
    if (parts.eventId) place(root, "event.id", (key) => ({ kind: "eventId", key }));
    this.#steps = flatten(root);
    this.#tags = parts.tags;
    this.#tagsJson = Buffer.from(parts.tags.length === 0 ? "" : `,"tags":${JSON.stringify(parts.tags)}`);
    this.#constantJson = constantBytes(this.#steps);
  }

  write(cursor: RecordCursor, out: ByteWriter): void {
    if (this.#constantJson !== undefined) out.bytes(this.#constantJson);
    else writeSteps(this.#steps, cursor, out);
    if (cursor.json !== undefined) {
      out.ascii(',"json":');
      out.bytes(cursor.bytes, cursor.jsonFrom, cursor.jsonTo);
    }
    if (cursor.ownTags.length === 0) out.bytes(this.#tagsJson);
    else {
      out.ascii(',"tags":');
      out.utf8(JSON.stringify([...this.#tags, ...cursor.ownTags]));
    }
  }
}

function place(root: Node, path: string, leaf: (key: Uint8Array) => Step): void {
  const names = path.split(".");
  let node = root;
  for (const name of names) {
    let child = node.children.get(name);
    if (child === undefined) {
      child = { children: new Map() };
      node.children.set(name, child);
    }
    node = child;
  }
  node.leaf = leaf;
}

function flatten(root: Node): Step[] {
  const steps: Step[] = [];
  const visit = (node: Node): void => {
    for (const [name, child] of node.children) {
      const key = Buffer.from(`${JSON.stringify(name)}:`);
      if (child.leaf !== undefined) steps.push(child.leaf(key));
      if (child.children.size === 0) continue;
      steps.push({ kind: "open", key });
      visit(child);
      steps.push({ kind: "close" });
    }
  };
  visit(root);
  return steps;
}

/** All of it as bytes when nothing varies by record. */
function constantBytes(steps: readonly Step[]): Uint8Array | undefined {
  const parts: Uint8Array[] = [];
  let first = false;
  for (const step of steps) {
    if (step.kind === "close") parts.push(Buffer.from("}"));
    else if (step.kind === "open" || step.kind === "constant") {
      if (!first) parts.push(Buffer.from(","));
      parts.push(step.key, step.kind === "open" ? Buffer.from("{") : step.json);
    } else return undefined;
    first = step.kind === "open";
  }
  return Buffer.concat(parts);
}

/** Groups are opened only when something in them is written, so that absent values leave no empty objects. */
function writeSteps(steps: readonly Step[], cursor: RecordCursor, out: ByteWriter): void {
  let pending: Uint8Array[] = [];
  let first = false;
  const begin = (key: Uint8Array): void => {
    for (const open of pending) {
      if (!first) out.byte(0x2c);
      out.bytes(open);
      out.byte(0x7b);
      first = true;
    }
    if (pending.length > 0) pending = [];
    if (!first) out.byte(0x2c);
    first = false;
    out.bytes(key);
  };
  for (const step of steps) {
    switch (step.kind) {
      case "open":
        pending.push(step.key);
        break;
      case "close":
        if (pending.pop() === undefined) {
          out.byte(0x7d);
          first = false;
        }
        break;
      case "constant":
        begin(step.key);
        out.bytes(step.json);
        break;
      case "offset":
        begin(step.key);
        out.integer(cursor.start);
        break;
      case "eventId":
        if (cursor.eventId === undefined) break;
        begin(step.key);
        out.jsonString(cursor.eventId);
        break;
      case "slot":
        if (cursor.values?.has(step.slot) !== true) break;
        begin(step.key);
        writeSlot(step.slot, step.type, cursor, out);
        break;
    }
  }
}

function writeSlot(slot: number, type: LeafType, cursor: RecordCursor, out: ByteWriter): void {
  const values = cursor.values;
  if (values === undefined) return;
  const text = values.text[slot];
  const from = values.from[slot] as number;
  const to = values.to[slot] as number;
  if (type === "long" || type === "double") {
    if (text !== undefined) out.ascii(text);
    else out.bytes(cursor.bytes, from, to);
    return;
  }
  if (type === "keywords") {
    const list = text ?? Buffer.from(cursor.bytes.subarray(from, to)).toString("utf8");
    out.utf8(JSON.stringify(list.split(",")));
    return;
  }
  if (text !== undefined) {
    out.jsonString(text);
    return;
  }
  out.byte(0x22);
  out.jsonText(cursor.bytes, from, to);
  out.byte(0x22);
}
