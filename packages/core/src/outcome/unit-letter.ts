import { Buffer } from "node:buffer";
import type { Item, Payload, Unit } from "../envelope/item.ts";
import { quote, type SluiceError } from "../errors.ts";
import type { UnitLetter } from "../ports/dead-letters.ts";
import { type Origin, sourceKey } from "../record/origin.ts";
import type { ItemAccount } from "./ledger.ts";

/** What can't be read: an item of a unit, or, where it has none, the unit itself. */
export interface Unread {
  readonly unit: Unit;
  readonly error: SluiceError;
  readonly item?: Item | undefined;
  readonly account?: ItemAccount | undefined;
  readonly origin?: Origin | undefined;
  /** Of the receiver. */
  readonly region?: string | undefined;
}

/** The letter that stands for it. Its id comes from the unit and the document, so that a redelivery has the same. */
export function unitLetter({ unit, error, item, account, origin, region }: Unread, at: number): UnitLetter {
  const content = item?.kind === "object" ? reference(item, account) : inline(unit.payload);
  const { kind, id, source, shard, receiveCount } = unit;
  return {
    kind: "unit",
    id: sourceKey("unit", kind, source, id, content.document.toString("latin1")),
    sink: null,
    at,
    reason: { code: error.code, message: error.message },
    unit: { kind, id, source, shard, region, receiveCount },
    origin: Object.fromEntries(origin?.constants ?? []),
    records: account?.in ?? 0,
    ...content,
  };
}

type Content = Pick<UnitLetter, "form"> & { readonly document: Buffer };

function reference({ ref }: Extract<Item, { kind: "object" }>, account: ItemAccount | undefined): Content {
  const { store, bucket, key, versionId, size, region } = ref;
  return json({ store, bucket, key, etag: account?.etag ?? ref.etag, versionId, size, region });
}

function inline(payload: Payload | undefined): Content {
  if (payload === undefined) return json(null);
  const { form, value } = payload;
  if (form === "json" || typeof value !== "string") return json(value ?? null);
  const bytes = form === "base64" ? Buffer.from(value, "base64") : undefined;
  // What isn't base64, though it should be, is kept as it came.
  if (bytes === undefined || bytes.toString("base64") !== value) return text(value);
  return { document: bytes, form: "base64" };
}

function text(value: string): Content {
  return { document: Buffer.from(value), form: "text" };
}

function json(value: unknown): Content {
  return { document: Buffer.from(JSON.stringify(value)), form: "json" };
}

/** What an error says besides, when its letter could not be kept. */
export function notKept(error: SluiceError, why: { readonly code: string; readonly message: string }): string {
  return `${error.message}; not kept as a dead letter: ${why.code}: ${quote(why.message)}`;
}
