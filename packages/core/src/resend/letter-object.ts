import { quote, SluiceError } from "../errors.ts";
import type { LetterName } from "../ports/dead-letters.ts";
import type { ObjectRef } from "../ports/object-reader.ts";
import { type IdParts, partsOf, serviceOf } from "./letter-record.ts";

/** What names the place of a letter whose record came in an event, beside its service. */
const PLACES: readonly string[] = [
  "aws.cloudwatch.log_group",
  "aws.kinesis.stream_arn",
  "kafka.topic",
  "aws.firehose.arn",
  "aws.eventbridge.source",
];

/** Where a letter's record lies. */
export interface LetterObject {
  /** As it is now, whatever its version. */
  readonly ref: ObjectRef;
  readonly versionId: string | undefined;
  readonly id: IdParts;
}

/**
 * Throws ORIGIN_NOT_KEPT for what came in an event itself, DEAD_LETTER_MALFORMED for what names no record. `folder`: where paths of
 * files are seen from.
 */
export function objectOfLetter({ id, origin, service, versionId }: LetterName, folder: string): LetterObject {
  const parts = partsOf(id);
  const bucket = origin["aws.s3.bucket.name"];
  const key = origin["aws.s3.object.key"];
  if (bucket !== undefined && key !== undefined) {
    const ref = {
      store: "s3",
      bucket,
      key,
      region: origin["cloud.region"],
      account: origin["cloud.account.id"],
    } as const;
    return { ref, versionId, id: parts };
  }
  const path = origin["log.file.path"];
  if (service === "file" && path !== undefined)
    return { ref: { store: "file", bucket: folder, key: path }, versionId: undefined, id: parts };
  throw notKept(origin, service);
}

function notKept(origin: LetterName["origin"], service: LetterName["service"] = serviceOf(origin)): SluiceError {
  const place = PLACES.map((name) => origin[name]).find((value) => value !== undefined);
  const what = place === undefined ? service : `${service} ${quote(place)}`;
  return new SluiceError(
    "ORIGIN_NOT_KEPT",
    `${what}: the record came in an event itself: its letter is all that is left of it`,
  );
}
