import { ByteWriter } from "../../bytes/byte-writer.ts";
import { isPlausibleTime } from "../../bytes/iso-time.ts";
import { jsonInside } from "../fields/text.ts";
import { type Layout, LayoutValues } from "../layout.ts";
import type { RecordCursor } from "../record.ts";
import { MESSAGE_KEYS, TIME_KEYS, textTime } from "./any-time.ts";
import type { Format, FormatHint, ParseResult, ParserOptions } from "./format.ts";
import { LogfmtPairs } from "./logfmt-pairs.ts";

/** Keys by one of which a first line shows that it is none of something else. */
const USUAL = [...TIME_KEYS, ...MESSAGE_KEYS, "level", "lvl", "severity"];

/** Lines of `key=value` pairs. Time and message are found by their keys, as in JSON; all pairs are kept under `json`, as texts. */
export const logfmt: Format = {
  name: "logfmt",
  rank: 110,
  dataset: undefined,
  layout: undefined,
  constants: {},
  shape: "line",
  detect: ({ head }: FormatHint) => {
    const pairs = new LogfmtPairs();
    return (
      pairs.read(head, 0, head.length) && pairs.strict && pairs.count > 1 && USUAL.some((key) => pairs.find(key) >= 0)
    );
  },
  parser: (options) => {
    const reader = new LogfmtReader(options);
    return options.fields ? (record) => reader.parse(record) : (record) => reader.parseTime(record);
  },
};

/** `keys`: those whose values are fields, too. */
export class LogfmtReader {
  readonly #pairs = new LogfmtPairs();
  readonly #out = new ByteWriter(4096);
  readonly #times: readonly string[];
  readonly #messages: readonly string[];
  readonly #values: LayoutValues | undefined;
  readonly #slots: readonly (readonly [key: string, slot: number])[];

  constructor(
    { timestampField, messageField }: ParserOptions,
    layout?: Layout,
    keys: readonly (readonly [key: string, field: string])[] = [],
  ) {
    this.#times = timestampField === undefined ? TIME_KEYS : [timestampField];
    this.#messages = messageField === undefined ? MESSAGE_KEYS : [messageField];
    this.#values = layout === undefined ? undefined : new LayoutValues(layout);
    this.#slots = keys.map(([key, field]) => [key, layout?.slot(field) ?? -1]);
  }

  parse(record: RecordCursor): ParseResult {
    const result = this.parseTime(record);
    if (result !== "record") return result;
    this.#setFields(record);
    const message = this.#messages.map((key) => this.#pairs.find(key)).find((i) => i >= 0);
    const text = message === undefined ? record.message() : this.#pairs.text(message);
    this.#out.truncate(0);
    this.#pairs.write(this.#out);
    record.messageText = text;
    record.bytes = this.#out.view();
    record.from = 0;
    record.to = this.#out.length;
    record.setJson(0, this.#out.length);
    return "record";
  }

  parseTime(record: RecordCursor): ParseResult {
    if (!this.#pairs.read(record.bytes, record.from, record.to)) return "unparsed";
    let first = Number.POSITIVE_INFINITY;
    for (const key of this.#times) {
      const i = this.#pairs.find(key);
      const ms = i < 0 || i > first ? Number.NaN : textTime(this.#pairs.text(i));
      if (!isPlausibleTime(ms)) continue;
      first = i;
      record.timestamp = ms;
      record.timestampFrom = "record";
    }
    return "record";
  }

  #setFields(record: RecordCursor): void {
    const values = this.#values;
    if (values === undefined) return;
    values.clear();
    for (const [key, slot] of this.#slots) {
      const i = this.#pairs.find(key);
      const text = i < 0 ? "" : this.#pairs.text(i);
      if (text !== "" && text !== "-") values.text[slot] = jsonInside(text);
    }
    record.values = values;
  }
}
