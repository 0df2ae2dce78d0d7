import { ipVersion } from "../../bytes/ip.ts";
import { parseIsoZ } from "../../bytes/iso-time.ts";
import { latin1 } from "../fields/text.ts";
import type { Layout } from "../layout.ts";
import type { RecordCursor } from "../record.ts";
import { categoryOf } from "./cloudtrail-categories.ts";
import { CONSOLE_LOGIN, cloudtrailFields } from "./cloudtrail-fields.ts";
import type { ParseResult } from "./format.ts";
import type { JsonFields } from "./json-fields.ts";
import { JsonEvent } from "./json-format.ts";
import { JsonScanner } from "./json-scanner.ts";
import { MemberTable } from "./member-table.ts";

const QUOTE = 0x22;
const OPEN_BRACE = 0x7b;
const OPEN_BRACKET = 0x5b;
const LOWER_N = 0x6e;
const LOWER_V = 0x76;

const RESOURCE = { arn: 0, accountId: 1, type: 2 } as const;

/** Where the members stand that are looked into. */
function placesOf(fields: JsonFields) {
  const place = (path: string): number => fields.place(path);
  return {
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
    relatedUsers: ["userIdentity.userName", "requestParameters.userName", "requestParameters.newUserName"].map(place),
  } as const;
}

function slotsOf(layout: Layout) {
  const slot = (field: string): number => layout.slot(field);
  return {
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
}

/** Events → values of the layout: spans of the event's own JSON wherever that will do. */
export function cloudtrailParser(): (record: RecordCursor) => ParseResult {
  const event = new CloudtrailEvent();
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

class CloudtrailEvent {
  readonly #event = new JsonEvent(cloudtrailFields());
  readonly #at = placesOf(cloudtrailFields());
  readonly #slots = slotsOf(cloudtrailFields().layout);
  readonly #resource = new JsonScanner(
    new MemberTable({ ARN: RESOURCE.arn, accountId: RESOURCE.accountId, type: RESOURCE.type }),
  );
  readonly #values = this.#event.values;
  readonly #members = this.#event.scanner;
  #bytes: Uint8Array = new Uint8Array(0);

  parse(record: RecordCursor): ParseResult {
    if (!this.#event.scan(record) || !setTime(record, this.#members, this.#at.time)) return "unparsed";
    this.#bytes = record.bytes;
    const values = this.#values;
    this.#event.copy();
    const action = this.#text(this.#members, this.#at.action) ?? "";
    const { category, type } = categoryOf(action);
    values.text[this.#slots.category] = category;
    values.text[this.#slots.type] = type;
    this.#setOutcome();
    if (action === "ConsoleLogin") this.#setLogin();
    this.#setAddress();
    this.#setTls();
    this.#setRelated();
    this.#setResources();
    record.values = values;
    return "record";
  }

  /** The inside of a string as it stands, each byte a character; undefined when it is none, or empty. */
  #text(scanner: JsonScanner, at: number): string | undefined {
    const from = scanner.from[at] as number;
    const to = scanner.to[at] as number;
    if (to < from + 3 || this.#bytes[from] !== QUOTE) return undefined;
    return latin1(this.#bytes, from + 1, to - 1);
  }

  #setOutcome(): void {
    const failed = this.#isSet(this.#at.errorCode) || this.#isSet(this.#at.errorMessage);
    this.#values.text[this.#slots.outcome] = failed ? "failure" : "success";
  }

  #isSet(at: number): boolean {
    const to = this.#members.to[at] as number;
    const from = this.#members.from[at] as number;
    return to > from + 2 && this.#bytes[from] !== LOWER_N;
  }

  /** `Success` or `Failure`, whatever the error says; what the console told of it is text: Yes, No. */
  #setLogin(): void {
    const { text } = this.#values;
    const result = this.#text(this.#members, this.#at.loginResult)?.toLowerCase();
    if (result === "success" || result === "failure") text[this.#slots.outcome] = result;
    text[this.#slots.loginTo] = this.#text(this.#members, this.#at.loginTo);
    text[this.#slots.mfaUsed] = yes(this.#text(this.#members, this.#at.mfaUsed));
    text[this.#slots.mobileVersion] = yes(this.#text(this.#members, this.#at.mobileVersion));
  }

  /** A service's name stands there when it made the call. */
  #setAddress(): void {
    const from = (this.#members.from[this.#at.address] as number) + 1;
    const to = (this.#members.to[this.#at.address] as number) - 1;
    if (to > from && ipVersion(this.#bytes, from, to) !== 0) this.#values.span(this.#slots.sourceIp, from, to);
  }

  /** `TLSv1.3` → version 1.3 of the protocol tls. */
  #setTls(): void {
    const from = (this.#members.from[this.#at.tlsVersion] as number) + 1;
    const to = (this.#members.to[this.#at.tlsVersion] as number) - 1;
    if (to < from + 5 || this.#bytes[from + 3] !== LOWER_V) return;
    this.#values.text[this.#slots.tlsProtocol] = latin1(this.#bytes, from, from + 3).toLowerCase();
    this.#values.span(this.#slots.tlsVersion, from + 4, to);
  }

  #setRelated(): void {
    const users = this.#at.relatedUsers.map((at) => this.#text(this.#members, at)).filter((name) => name !== undefined);
    if (users.length > 0) this.#values.text[this.#slots.relatedUser] = `["${[...new Set(users)].join('","')}"]`;
  }

  /** Each once, under ECS-like names; objects only. */
  #setResources(): void {
    const bytes = this.#bytes;
    const end = this.#members.to[this.#at.resources] as number;
    let at = this.#members.from[this.#at.resources] as number;
    if (end < 0 || bytes[at] !== OPEN_BRACKET) return;
    const items: string[] = [];
    while (++at < end) {
      if (bytes[at] === OPEN_BRACKET || bytes[at] === QUOTE) return;
      if (bytes[at] !== OPEN_BRACE) continue;
      at = this.#resource.scanObject(bytes, at) - 1;
      const item = this.#resourceText();
      if (item !== "" && !items.includes(item)) items.push(item);
    }
    if (items.length > 0) this.#values.text[this.#slots.resources] = `[{${items.join("},{")}}]`;
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
