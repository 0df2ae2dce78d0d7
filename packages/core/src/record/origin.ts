import { Buffer } from "node:buffer";
import { hash } from "node:crypto";
import { isPlausibleTime } from "../bytes/iso-time.ts";
import type { ArchivedSource } from "../object/archive-marks.ts";
import type { ObjectRef } from "../ports/object-reader.ts";

/** First character of every id: raised when the same bytes would get other ids. */
export const ID_SCHEMA = "1";

/** The ECS version whose names and types the documents follow. */
export const ECS_VERSION = "8.11.0";

export type Service = "s3" | "file" | "cloudwatch-logs" | "kinesis" | "kafka" | "firehose" | "eventbridge" | "direct";

/** Where records came from. One per object or log batch, shared by all its records, so that what is constant is computed once. */
export interface Origin {
  readonly service: Service;
  /** Names this object or batch, the same on every attempt: schema version + 128-bit hash of its source key. */
  readonly id: string;
  /** Flat ECS names and values that every record of it carries (aws.s3.bucket.name, cloud.region …). */
  readonly constants: ReadonlyMap<string, string>;
  /** When records have no time of their own. Milliseconds since the epoch. */
  readonly fallbackTime: number;
  readonly fallbackFrom: "object" | "arrival";
  /** Of what was read from S3: all that its ids and constants come from. */
  readonly object?: ArchivedSource;
  /** Of the object, where its bucket keeps versions. */
  readonly versionId?: string | undefined;
}

/** Schema version + 128 bits of SHA-256 over the parts, in hex. The parts are length-prefixed, so that they can't run together. */
export function sourceKey(...parts: readonly (string | undefined)[]): string {
  let text = "";
  for (const part of parts) text += part === undefined ? "-" : `${Buffer.byteLength(part)}:${part}`;
  return ID_SCHEMA + hash("sha256", text).slice(0, 32);
}

function constantsOf(pairs: Readonly<Record<string, string | undefined>>): Map<string, string> {
  const map = new Map<string, string>();
  for (const [name, value] of Object.entries(pairs)) if (value !== undefined && value !== "") map.set(name, value);
  return map;
}

/** Source key: bucket, key, etag (of the read). */
export function objectOrigin(ref: ObjectRef, etag: string, lastModified: number | undefined, arrival: number): Origin {
  const known = lastModified !== undefined && isPlausibleTime(lastModified);
  const time = { fallbackTime: known ? lastModified : arrival, fallbackFrom: known ? "object" : "arrival" } as const;
  const id = sourceKey(ref.bucket, ref.key, etag);
  if (ref.store === "file")
    return { service: "file", id, constants: constantsOf({ "log.file.path": ref.key }), ...time };
  const host = ref.region === undefined ? undefined : `${ref.bucket}.s3.${ref.region}.amazonaws.com`;
  const constants = constantsOf({
    "aws.s3.bucket.arn": `arn:aws:s3:::${ref.bucket}`,
    "aws.s3.bucket.name": ref.bucket,
    "aws.s3.object.key": ref.key,
    "cloud.account.id": ref.account,
    "cloud.provider": "aws",
    "cloud.region": ref.region,
    "log.file.path": host === undefined ? `s3://${ref.bucket}/${ref.key}` : `https://${host}/${ref.key}`,
  });
  const { bucket, key, region, account } = ref;
  return { service: "s3", id, constants, ...time, object: { bucket, key, etag, region, account, lastModified } };
}

export interface LogBatch {
  readonly owner: string;
  readonly region: string | undefined;
  readonly group: string;
  readonly stream: string;
}

/** Source key of the batch; each event's own is in log-event-key.ts. */
export function logBatchOrigin(
  batch: LogBatch,
  firstId: string,
  lastId: string,
  count: number,
  arrival: number,
): Origin {
  const constants = constantsOf({
    "aws.cloudwatch.log_group": batch.group,
    "aws.cloudwatch.log_stream": batch.stream,
    "cloud.account.id": batch.owner,
    "cloud.provider": "aws",
    "cloud.region": batch.region,
  });
  const id = sourceKey(batch.owner, batch.region, batch.group, batch.stream, firstId, lastId, String(count));
  return { service: "cloudwatch-logs", id, constants, fallbackTime: arrival, fallbackFrom: "arrival" };
}

/** A record's place in what it came by. */
export interface StreamRecord {
  readonly service: "kinesis" | "kafka" | "firehose" | "eventbridge";
  /** Of the stream, the cluster (or its servers), the delivery stream; EventBridge: the event's source. */
  readonly arn: string;
  /** Kafka: topic and partition, `topic-0`. Others: "". */
  readonly shard: string;
  /** Kafka: the offset. Firehose, EventBridge: its id of the record. */
  readonly sequence: string;
  /** Number of the user record, where the KPL put several into one; missing for the first. */
  readonly sub?: number;
  readonly region: string | undefined;
  readonly account: string | undefined;
  /** Milliseconds since the epoch. */
  readonly arrival: number;
}

/** Source key: ARN, shard, sequence, and the user record's number where there is one. */
export function streamOrigin(record: StreamRecord): Origin {
  const { service, arn, shard, sequence, sub } = record;
  const constants = constantsOf({
    ...placeOf(record),
    "cloud.account.id": record.account,
    "cloud.provider": "aws",
    "cloud.region": record.region,
  });
  const own = service === "kinesis" ? [] : [service];
  const id = sourceKey(...own, arn, shard, sequence, ...(sub === undefined ? [] : [String(sub)]));
  return { service, id, constants, fallbackTime: record.arrival, fallbackFrom: "arrival" };
}

function placeOf({ service, arn, shard, sequence, sub }: StreamRecord): Readonly<Record<string, string | undefined>> {
  if (service === "firehose") return { "aws.firehose.arn": arn, "aws.firehose.record_id": sequence };
  if (service === "eventbridge") return { "aws.eventbridge.source": arn, "aws.eventbridge.event_id": sequence };
  if (service === "kafka") {
    const dash = shard.lastIndexOf("-");
    return {
      "kafka.cluster": arn,
      "kafka.offset": sequence,
      "kafka.partition": shard.slice(dash + 1),
      "kafka.topic": shard.slice(0, Math.max(dash, 0)),
    };
  }
  return {
    "aws.kinesis.sequence_number": sequence,
    "aws.kinesis.shard_id": shard,
    "aws.kinesis.stream_arn": arn,
    "aws.kinesis.subsequence_number": sub === undefined ? undefined : String(sub),
  };
}

/** Records pushed in by a program; `stream` is the program's name for them. */
export function directOrigin(stream: string, arrival: number): Origin {
  return {
    service: "direct",
    id: sourceKey("direct", stream),
    constants: new Map(),
    fallbackTime: arrival,
    fallbackFrom: "arrival",
  };
}
