import { Buffer } from "node:buffer";
import { SluiceError } from "@sluice/core";

// The format: "Thrift Compact protocol encoding". What isn't asked for is skipped, in memory that doesn't grow with it.

const STOP = 0;
export const TRUE = 1;
export const FALSE = 2;
const BYTE = 3;
const I16 = 4;
const I32 = 5;
const I64 = 6;
const DOUBLE = 7;
const BINARY = 8;
const LIST = 9;
const SET = 10;
const MAP = 11;
const STRUCT = 12;

/** Structures in each other that are skipped. */
const MAX_DEPTH = 32;

/** The bytes ended within a structure: where its size isn't known, more of them may help. */
export class ThriftEnd extends Error {}

/** Takes fields of a structure by number; false for one that is to be skipped. */
export type OnField = (id: number, type: number) => boolean;

export class ThriftReader {
  readonly #bytes: Buffer;
  at: number;

  constructor(bytes: Uint8Array, at = 0) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    this.at = at;
  }

  struct(onField: OnField): void {
    let id = 0;
    for (let head = this.#byte(); head !== STOP; head = this.#byte()) {
      const type = head & 15;
      const delta = head >> 4;
      id = delta === 0 ? this.integer() : id + delta;
      if (!onField(id, type)) this.#skip(type, 0);
    }
  }

  /** Calls `each` for every element. */
  list(each: () => void): void {
    const { size } = this.#listHead();
    for (let i = 0; i < size; i++) each();
  }

  /** Of 16 to 64 bits; beyond 2^53 not exact. */
  integer(): number {
    const value = this.#varint();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  byte(): number {
    return (this.#byte() << 24) >> 24;
  }

  text(): string {
    const size = this.#varint();
    const from = this.at;
    this.#pass(size);
    return this.#bytes.toString("utf8", from, this.at);
  }

  #listHead(): { size: number; type: number } {
    const head = this.#byte();
    const size = head >> 4;
    return { size: size === 15 ? this.#varint() : size, type: head & 15 };
  }

  #skip(type: number, depth: number): void {
    if (depth > MAX_DEPTH) throw damaged("structures too deep in each other");
    if (type === TRUE || type === FALSE) return;
    if (type === BYTE) this.#pass(1);
    else if (type === I16 || type === I32 || type === I64) this.#varint();
    else if (type === DOUBLE) this.#pass(8);
    else if (type === BINARY) this.#pass(this.#varint());
    else if (type === LIST || type === SET) this.#skipList(depth);
    else if (type === MAP) this.#skipMap(depth);
    else if (type === STRUCT) this.#skipStruct(depth);
    else throw damaged(`a value of type ${type}`);
  }

  #skipStruct(depth: number): void {
    this.struct((_, type) => {
      this.#skip(type, depth + 1);
      return true;
    });
  }

  #skipList(depth: number): void {
    const { size, type } = this.#listHead();
    for (let i = 0; i < size; i++) this.#skipElement(type, depth);
  }

  #skipMap(depth: number): void {
    const size = this.#varint();
    if (size === 0) return;
    const types = this.#byte();
    for (let i = 0; i < size; i++) {
      this.#skipElement(types >> 4, depth);
      this.#skipElement(types & 15, depth);
    }
  }

  /** In collections truth values are bytes. */
  #skipElement(type: number, depth: number): void {
    this.#skip(type === TRUE || type === FALSE ? BYTE : type, depth + 1);
  }

  #varint(): number {
    let value = 0;
    let scale = 1;
    for (let i = 0; i < 10; i++) {
      const byte = this.#byte();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
      scale *= 128;
    }
    throw damaged("a number of more than 64 bits");
  }

  #byte(): number {
    const byte = this.#bytes[this.at];
    if (byte === undefined) throw new ThriftEnd();
    this.at += 1;
    return byte;
  }

  #pass(size: number): void {
    if (size > this.#bytes.length - this.at) throw new ThriftEnd();
    this.at += size;
  }
}

export function damaged(what: string): SluiceError {
  return new SluiceError("OBJECT_CORRUPT", `Parquet data is damaged: ${what}`);
}
