import { Buffer } from "node:buffer";
import { ipVersion } from "../../bytes/ip.ts";
import { parseIsoZ } from "../../bytes/iso-time.ts";
import { LayoutValues } from "../layout.ts";
import type { RecordCursor } from "../record.ts";
import { categoryOf } from "./cloudtrail-categories.ts";
import { CONSOLE_LOGIN, COPIES, layout, place, table } from "./cloudtrail-fields.ts";
import type { ParseResult } from "./format.ts";
import { JsonScanner } from "./json-scanner.ts";
import { MemberTable } from "./member-table.ts";

const QUOTE = 0x22;
const OPEN_BRACE = 0x7b;
const OPEN_BRACKET = 0x5b;
const LOWER_N = 0x6e;
const LOWER_T = 0x74;
const LOWER_F = 0x66;
const LOWER_V = 0x76;

const AT = {
  time: place("eventTime"),
  action: place("eventName"),
  address: place("sourceIPAddress"),
  errorCode: place("errorCode"),
  errorMessage: place("errorMessage"),
  resources: place("resources"),
  tlsVersion: place("tlsDetails.tlsVersion"),
  loginResult: place("responseElements.ConsoleLogin"),
  loginTo: place("additionalEventData.LoginTo"),
  mfaUsed: place("additionalEventData.MFAUsed"),
  mobileVersion: place("additionalEventData.MobileVersion"),
} as const;

const slot = (field: string): number => layout.slot(field);

const SLOTS = {
  resources: slot("aws.cloudtrail.resources"),
  loginTo: slot(`${CONSOLE_LOGIN}.login_to`),
  mfaUsed: slot(`${CONSOLE_LOGIN}.mfa_used`),
  mobileVersion: slot(`${CONSOLE_LOGIN}.mobile_version`),
  category: slot("event.category"),
  outcome: slot("event.outcome"),
  type: slot("event.type"),
  relatedUser: slot("related.user"),
  sourceIp: slot("source.ip"),
  tlsVersion: slot("tls.version"),
  tlsProtocol: slot("tls.version_protocol"),
} as const;

const RESOURCE = { arn: 0, accountId: 1, type: 2 } as const;
const RESOURCE_TABLE = new MemberTable({ ARN: RESOURCE.arn, accountId: RESOURCE.accountId, type: RESOURCE.type });

const RELATED_USERS: readonly number[] = [
  place("userIdentity.userName"),
  place("requestParameters.userName"),
  place("requestParameters.newUserName"),
];

/** Events → values of the layout: spans of the event's own JSON wherever that will do. */
export function cloudtrailParser(): (record: RecordCursor) => ParseResult {
  const event = new Event();
  return (record) => event.parse(record);
}

export function setTime(record: RecordCursor, scanner: JsonScanner, at: number): boolean {
  const to = scanner.to[at] as number;
  // Within the quotes.
  const time = to < 0 ? Number.NaN : parseIsoZ(record.bytes, (scanner.from[at] as number) + 1, to - 1);
  if (Number.isNaN(time)) return false;
  record.timestamp = time;
  record.timestampFrom = "record";
  return true;
}

class Event {
  readonly #members = new JsonScanner(table());
  readonly #resource = new JsonScanner(RESOURCE_TABLE);
  readonly #values = new LayoutValues(layout);
  #bytes: Uint8Array = new Uint8Array(0);

  parse(record: RecordCursor): ParseResult {
    const { bytes, from, to } = record;
    this.#bytes = bytes;
    if (!this.#members.scan(bytes, from, to) || !setTime(record, this.#members, AT.time)) return "unparsed";
    const values = this.#values;
    values.clear();
    values.escaped = true;
    this.#copy();
    const action = this.#text(this.#members, AT.action) ?? "";
    const { category, type } = categoryOf(action);
    values.text[SLOTS.category] = category;
    values.text[SLOTS.type] = type;
    this.#setOutcome();
    if (action === "ConsoleLogin") this.#setLogin();
    this.#setAddress();
    this.#setTls();
    this.#setRelated();
    this.#setResources();
    record.values = values;
    return "record";
  }

  #copy(): void {
    const bytes = this.#bytes;
    const { from: froms, to: tos } = this.#members;
    for (const { place: at, slot, kind } of COPIES) {
      const to = tos[at] as number;
      if (to < 0) continue;
      const from = froms[at] as number;
      const first = bytes[from];
      if (kind === "jsonText") {
        // null, and what is empty: "", {}, [].
        if (first !== LOWER_N && to - from > 2) this.#values.span(slot, from, to);
      } else if (kind === "boolean") {
        if (first === LOWER_T || first === LOWER_F) this.#values.span(slot, from, to);
      } else if (first === QUOTE) {
        if (to - from > 2) this.#values.span(slot, from + 1, to - 1);
      } else if (first !== OPEN_BRACE && first !== OPEN_BRACKET && first !== LOWER_N) this.#values.span(slot, from, to);
    }
  }

  /** The inside of a string as it stands, each byte a character; undefined when it is none, or empty. */
  #text(scanner: JsonScanner, at: number): string | undefined {
    const from = scanner.from[at] as number;
    const to = scanner.to[at] as number;
    if (to < from + 3 || this.#bytes[from] !== QUOTE) return undefined;
    return latin1(this.#bytes, from + 1, to - 1);
  }

  #setOutcome(): void {
    const failed = this.#isSet(AT.errorCode) || this.#isSet(AT.errorMessage);
    this.#values.text[SLOTS.outcome] = failed ? "failure" : "success";
  }

  #isSet(at: number): boolean {
    const to = this.#members.to[at] as number;
    const from = this.#members.from[at] as number;
    return to > from + 2 && this.#bytes[from] !== LOWER_N;
  }

  /** `Success` or `Failure`, whatever the error says; what the console told of it is text: Yes, No. */
  #setLogin(): void {
    const { text } = this.#values;
    const result = this.#text(this.#members, AT.loginResult)?.toLowerCase();
    if (result === "success" || result === "failure") text[SLOTS.outcome] = result;
    text[SLOTS.loginTo] = this.#text(this.#members, AT.loginTo);
    text[SLOTS.mfaUsed] = yes(this.#text(this.#members, AT.mfaUsed));
    text[SLOTS.mobileVersion] = yes(this.#text(this.#members, AT.mobileVersion));
  }

  /** A service's name stands there when it made the call. */
  #setAddress(): void {
    const from = (this.#members.from[AT.address] as number) + 1;
    const to = (this.#members.to[AT.address] as number) - 1;
    if (to > from && ipVersion(this.#bytes, from, to) !== 0) this.#values.span(SLOTS.sourceIp, from, to);
  }

  /** `TLSv1.3` → version 1.3 of the protocol tls. */
  #setTls(): void {
    const from = (this.#members.from[AT.tlsVersion] as number) + 1;
    const to = (this.#members.to[AT.tlsVersion] as number) - 1;
    if (to < from + 5 || this.#bytes[from + 3] !== LOWER_V) return;
    this.#values.text[SLOTS.tlsProtocol] = latin1(this.#bytes, from, from + 3).toLowerCase();
    this.#values.span(SLOTS.tlsVersion, from + 4, to);
  }

  #setRelated(): void {
    const users = RELATED_USERS.map((at) => this.#text(this.#members, at)).filter((name) => name !== undefined);
    if (users.length > 0) this.#values.text[SLOTS.relatedUser] = `["${[...new Set(users)].join('","')}"]`;
  }

  /** Each once, under ECS-like names; objects only. */
  #setResources(): void {
    const bytes = this.#bytes;
    const end = this.#members.to[AT.resources] as number;
    let at = this.#members.from[AT.resources] as number;
    if (end < 0 || bytes[at] !== OPEN_BRACKET) return;
    const items: string[] = [];
    while (++at < end) {
      if (bytes[at] === OPEN_BRACKET || bytes[at] === QUOTE) return;
      if (bytes[at] !== OPEN_BRACE) continue;
      at = this.#resource.scanObject(bytes, at) - 1;
      const item = this.#resourceText();
      if (item !== "" && !items.includes(item)) items.push(item);
    }
    if (items.length > 0) this.#values.text[SLOTS.resources] = `[{${items.join("},{")}}]`;
  }

  #resourceText(): string {
    const account = this.#text(this.#resource, RESOURCE.accountId);
    const arn = this.#text(this.#resource, RESOURCE.arn);
    const type = this.#text(this.#resource, RESOURCE.type);
    let text = account === undefined ? "" : `"account_id":"${account}"`;
    if (arn !== undefined) text += `${text === "" ? "" : ","}"arn":"${arn}"`;
    if (type !== undefined) text += `${text === "" ? "" : ","}"type":"${type}"`;
    return text;
  }
}

function yes(text: string | undefined): string | undefined {
  return text === undefined ? undefined : String(text !== "No");
}

function latin1(bytes: Uint8Array, from: number, to: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).toString("latin1");
}
