import { Buffer } from "node:buffer";
import type { ExplainedArchive } from "../api.ts";
import type { OpenItem } from "../envelope/item.ts";
import { quote } from "../errors.ts";
import { idsAreLost, type Reading, readingAs } from "../from-archive.ts";
import { marksOf } from "../object/archive-marks.ts";
import { placeOf } from "../object/place.ts";
import type { OpenObject } from "../object/read-object.ts";
import type { Plan } from "../plan.ts";
import { isMembers, memberOf } from "../record/members.ts";
import type { RecordCursor } from "../record/record.ts";
import { OTEL_UID } from "../record/verbatim.ts";
import { isRecordId } from "../resend/letter-record.ts";
import type { Processing } from "../route/processing.ts";
import type { SinkHandle } from "../sink/sink-handle.ts";

type ObjectItem = Extract<OpenItem, { readonly kind: "object" }>;

/** How the object would be read. Sinks are made only where it may be an archive's. */
export async function readingFor(
  plan: Plan,
  processing: Processing,
  item: ObjectItem,
  object: OpenObject,
): Promise<Reading> {
  const isMarked = marksOf(object.metadata) !== undefined;
  const all = isMarked ? await Promise.all(plan.handles.map((handle) => holds(handle, item.ref.bucket))) : [];
  const holders = new Set(all.flatMap((is, sink) => (is ? [sink] : [])));
  return readingAs(plan.refOf(item), item, object, { plan, processing, arrival: plan.clock.now(), holders });
}

/** One that can't be made here holds nothing that is known. */
async function holds(handle: SinkHandle, bucket: string): Promise<boolean> {
  try {
    return (await handle.sink()).holds?.(bucket) === true;
  } catch {
    return false;
  }
}

/** What there is to say of an archive's object, by its metadata or, where that is silent, its first record. */
export function archiveOf(
  { marks, have }: Reading,
  { metadata }: OpenObject,
  { ref: { bucket } }: ObjectItem,
  { sinkNames }: Plan,
  hasId: boolean,
): ExplainedArchive | undefined {
  const said = marks ?? marksOf(metadata);
  if (said === undefined && !hasId) return undefined;
  const { kind } = said ?? { kind: "documents" };
  const heldBy = [...have].map((sink) => sinkNames[sink] as string);
  if (marks !== undefined && idsAreLost(marks)) return { kind, keepsIds: false, reason: LOST, heldBy };
  if (marks !== undefined) return { kind, keepsIds: true, ...pieceOf(marks), heldBy };
  const why =
    said === undefined
      ? "its metadata doesn't say that an archive wrote it"
      : "it is in no bucket of the config's archives";
  const reason = `${why}: sources: [{ match: { bucket: "${quote(bucket)}" }, format: sluice }] has its records keep them`;
  return { kind, keepsIds: false, reason, heldBy };
}

const LOST = "ARCHIVE_IDS_LOST: its lines are no piece of their source, byte for byte";

function pieceOf(marks: NonNullable<Reading["marks"]>): Pick<ExplainedArchive, "of" | "from"> {
  if (marks.kind === "documents" || marks.source === undefined) return {};
  return { of: placeOf({ store: "s3", ...marks.source }), from: marks.start };
}

/** The record is a document with an id of Sluice's in it, whatever it was read as. */
export function hasRecordId({ frame, frameFrom, frameTo }: RecordCursor): boolean {
  const text = Buffer.from(frame.buffer, frame.byteOffset + frameFrom, frameTo - frameFrom).toString("utf8");
  if (!text.startsWith("{")) return false;
  try {
    const document: unknown = JSON.parse(text);
    if (!isMembers(document)) return false;
    const { attributes } = document;
    const id = memberOf(document, "sluice.id") ?? (isMembers(attributes) ? attributes[OTEL_UID] : undefined);
    return typeof id === "string" && isRecordId(id);
  } catch {
    return false;
  }
}
