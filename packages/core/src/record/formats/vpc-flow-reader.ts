import { Buffer } from "node:buffer";
import { ipVersion } from "../../bytes/ip.ts";
import { isoSecond } from "../../bytes/iso-time.ts";
import { type Layout, LayoutValues } from "../layout.ts";
import type { RecordCursor } from "../record.ts";
import type { ColumnOrder } from "./columns.ts";
import type { ParseResult } from "./format.ts";
import { Tokens } from "./tokens.ts";
import { flowColumns, usualOrder } from "./vpc-flow-fields.ts";
import { TRANSPORT, tcpFlags } from "./vpc-flow-words.ts";

const LOWER_A = 0x61;
const LOWER_Z = 0x7a;
const UPPER_A = 0x41;
const UPPER_R = 0x52;

/** Where the fields that are looked into stand in a line. */
interface Places {
  readonly order: ColumnOrder;
  readonly account: number;
  readonly interface: number;
  readonly source: number;
  readonly destination: number;
  readonly protocol: number;
  readonly start: number;
  readonly end: number;
  readonly action: number;
  readonly status: number;
  readonly flags: number;
}

/** Reads the lines of one item: the last line of names says what the fields are, and where there is none, their number. */
export class VpcFlowReader {
  readonly #tokens = new Tokens();
  readonly #columns = flowColumns();
  readonly #slots = slotsOf(this.#columns.layout);
  readonly #values = new LayoutValues(this.#columns.layout);
  #places: Places | undefined;
  #named = false;

  /** `names`: the fields of lines without a header. */
  constructor(names?: readonly string[]) {
    if (names !== undefined) this.#name(names);
  }

  /** A header, or a line of the default format. */
  isCertain(head: Uint8Array): boolean {
    if (!this.#tokens.split(head, 0, head.length)) return false;
    if (this.#isHeader(head)) return this.#tokens.count > 1;
    return this.#fits(head) && !Number.isNaN(this.#time(head));
  }

  parse(record: RecordCursor): ParseResult {
    const result = this.parseTime(record);
    const places = this.#places;
    if (result !== "record" || places === undefined) return result;
    const { bytes } = record;
    const values = this.#values;
    values.clear();
    values.plain = record.quotes === 0;
    places.order.copy(bytes, this.#tokens, values);
    this.#setTimes(bytes, places);
    this.#setAddresses(bytes, places);
    this.#setWords(bytes, places);
    this.#setAction(bytes, places.action);
    record.values = values;
    return "record";
  }

  /** The end of the time that a record is about; where lines don't have it, its start. */
  parseTime(record: RecordCursor): ParseResult {
    const { bytes, from, to } = record;
    if (!this.#tokens.split(bytes, from, to)) return "unparsed";
    if (this.#isHeader(bytes)) {
      this.#setOrder(bytes);
      return "skip";
    }
    if (!this.#fits(bytes)) return "unparsed";
    const { start, end } = this.#places as Places;
    if (start < 0 && end < 0) return "record";
    const time = this.#time(bytes);
    if (Number.isNaN(time)) return "unparsed";
    record.timestamp = time;
    record.timestampFrom = "record";
    return "record";
  }

  /** Values that begin with a small letter are names like `eni-…`; no field's value is a field's name. */
  #isHeader(bytes: Uint8Array): boolean {
    const first = bytes[this.#tokens.from[0] as number] as number;
    return this.#tokens.count > 0 && first >= LOWER_A && first <= LOWER_Z && this.#columns.has(this.#textOf(bytes, 0));
  }

  #setOrder(bytes: Uint8Array): void {
    this.#name(Array.from({ length: this.#tokens.count }, (_, i) => this.#textOf(bytes, i)));
  }

  #name(names: readonly string[]): void {
    this.#places = placesOf(this.#columns.order(names));
    this.#named = true;
  }

  /** Of as many fields as are known to be there; without a header, those that tell the order must look like it. */
  #fits(bytes: Uint8Array): boolean {
    const { count } = this.#tokens;
    if (this.#named) return count === this.#places?.order.names.length;
    if (this.#places?.order.names.length !== count) {
      const order = usualOrder(count);
      if (order === undefined) return false;
      this.#places = placesOf(order);
    }
    const { status, source, interface: eni } = this.#places as Places;
    const text = this.#textOf(bytes, status);
    if (text !== "OK" && text !== "NODATA" && text !== "SKIPDATA") return false;
    if (!this.#isAbsent(bytes, source) && this.#ip(bytes, source) === 0) return false;
    return eni < 0 || !/^\d/.test(this.#textOf(bytes, eni));
  }

  #time(bytes: Uint8Array): number {
    const { start, end } = this.#places as Places;
    return this.#number(bytes, end < 0 ? start : end) * 1000;
  }

  #setTimes(bytes: Uint8Array, { start, end }: Places): void {
    const began = this.#number(bytes, start);
    const ended = this.#number(bytes, end);
    if (!Number.isNaN(began)) this.#values.text[this.#slots.start] = isoSecond(began);
    if (!Number.isNaN(ended)) this.#values.text[this.#slots.end] = isoSecond(ended);
  }

  #setAddresses(bytes: Uint8Array, { source, destination, account }: Places): void {
    const { from, to } = this.#tokens;
    const { text } = this.#values;
    const version = this.#ip(bytes, source);
    const known = version !== 0 && this.#ip(bytes, destination) !== 0;
    if (version !== 0) {
      this.#values.span(this.#slots.sourceIp, from[source] as number, to[source] as number);
      text[this.#slots.networkType] = version === 4 ? "ipv4" : "ipv6";
    }
    if (this.#ip(bytes, destination) !== 0)
      this.#values.span(this.#slots.destinationIp, from[destination] as number, to[destination] as number);
    if (known) text[this.#slots.relatedIp] = `["${this.#textOf(bytes, source)}","${this.#textOf(bytes, destination)}"]`;
    // What AWS writes for network interfaces of its services; the bucket's account says more.
    if (account >= 0 && this.#textOf(bytes, account) === "unknown") this.#values.span(this.#slots.cloudAccount, 0, -1);
  }

  #setWords(bytes: Uint8Array, { protocol, flags }: Places): void {
    const { text } = this.#values;
    const number = this.#number(bytes, protocol);
    if (!Number.isNaN(number)) text[this.#slots.transport] = TRANSPORT[number];
    const bits = this.#number(bytes, flags);
    if (!Number.isNaN(bits)) text[this.#slots.flags] = tcpFlags(bits);
  }

  #setAction(bytes: Uint8Array, action: number): void {
    const { text } = this.#values;
    const first = action < 0 ? 0 : bytes[this.#tokens.from[action] as number];
    if (first === UPPER_A) {
      text[this.#slots.outcome] = "success";
      text[this.#slots.type] = '["connection","allowed"]';
    } else if (first === UPPER_R) {
      text[this.#slots.outcome] = "failure";
      text[this.#slots.type] = '["connection","denied"]';
    } else text[this.#slots.type] = '["connection"]';
  }

  /** NaN for what is no whole number, or isn't there. */
  #number(bytes: Uint8Array, token: number): number {
    if (token < 0) return Number.NaN;
    const to = this.#tokens.to[token] as number;
    const from = this.#tokens.from[token] as number;
    if (to === from || to - from > 11) return Number.NaN;
    let value = 0;
    for (let at = from; at < to; at++) {
      const digit = (bytes[at] as number) - 0x30;
      if (digit < 0 || digit > 9) return Number.NaN;
      value = value * 10 + digit;
    }
    return value;
  }

  #ip(bytes: Uint8Array, token: number): 0 | 4 | 6 {
    return token < 0 ? 0 : ipVersion(bytes, this.#tokens.from[token] as number, this.#tokens.to[token] as number);
  }

  #isAbsent(bytes: Uint8Array, token: number): boolean {
    return this.#tokens.absent(token, bytes);
  }

  #textOf(bytes: Uint8Array, token: number): string {
    const from = this.#tokens.from[token] as number;
    return Buffer.from(bytes.buffer, bytes.byteOffset + from, (this.#tokens.to[token] as number) - from).toString(
      "latin1",
    );
  }
}

function slotsOf(layout: Layout) {
  const slot = (field: string): number => layout.slot(field);
  return {
    start: slot("event.start"),
    end: slot("event.end"),
    sourceIp: slot("source.ip"),
    destinationIp: slot("destination.ip"),
    networkType: slot("network.type"),
    relatedIp: slot("related.ip"),
    transport: slot("network.transport"),
    flags: slot("aws.vpcflow.tcp_flags_array"),
    outcome: slot("event.outcome"),
    type: slot("event.type"),
    cloudAccount: slot("cloud.account.id"),
  } as const;
}

function placesOf(order: ColumnOrder): Places {
  return {
    order,
    account: order.token("account-id"),
    interface: order.token("interface-id"),
    source: order.token("srcaddr"),
    destination: order.token("dstaddr"),
    protocol: order.token("protocol"),
    start: order.token("start"),
    end: order.token("end"),
    action: order.token("action"),
    status: order.token("log-status"),
    flags: order.token("tcp-flags"),
  };
}
