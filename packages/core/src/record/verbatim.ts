import { Buffer } from "node:buffer";
import type { ByteWriter } from "../bytes/byte-writer.ts";
import { parseExact } from "../bytes/exact-json.ts";
import { isMembers, type Members, memberOf, placeIn, setMember } from "./members.ts";

/** The attribute that holds a record's id in documents of OpenTelemetry. */
export const OTEL_UID = "log.record.uid";

/** A document that was made earlier and goes on as it is: `bytes[from, to)`, of which `[cutFrom, cutTo)` says the record's id. */
export interface Verbatim {
  readonly bytes: Uint8Array;
  readonly from: number;
  readonly to: number;
  /** Both 0: it says no id. Without these bytes it is JSON as well. */
  readonly cutFrom: number;
  readonly cutTo: number;
}

/** Byte for byte; the id is left out, or put in, as the sink wants it. */
export function writeVerbatim(document: Verbatim, id: string | undefined, out: ByteWriter): void {
  const { bytes, from, to, cutFrom, cutTo } = document;
  const saysId = cutTo > 0;
  if (id === undefined && saysId) {
    out.bytes(bytes, from, cutFrom);
    out.bytes(bytes, cutTo, to);
  } else if (id === undefined || saysId) out.bytes(bytes, from, to);
  else {
    const members = membersOf(document);
    if (isOtel(members)) (members.attributes as Members)[OTEL_UID] = id;
    else setMember(members, "sluice.id", id);
    out.utf8(JSON.stringify(members));
  }
}

/** Whether a document has the names of OpenTelemetry. */
function isOtel(members: Readonly<Members>): boolean {
  return isMembers(members.attributes) && (Object.hasOwn(members, "body") || Object.hasOwn(members, "time_unix_nano"));
}

export function membersOf({ bytes, from, to }: Verbatim): Members {
  return parseExact(Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).toString("utf8")) as Members;
}

/** A field by its ECS name; in a document of OpenTelemetry also an attribute of that name, of the record or of what made it. */
export function verbatimField(members: Readonly<Members>, name: string): unknown {
  const found = memberOf(members, placeIn(members, name));
  if (found !== undefined) return found;
  if (name === "log.level") return members.severity_text;
  const { attributes, resource } = members;
  const own = isMembers(attributes) ? memberOf(attributes, name) : undefined;
  return (
    own ?? (isMembers(resource) && isMembers(resource.attributes) ? memberOf(resource.attributes, name) : undefined)
  );
}
