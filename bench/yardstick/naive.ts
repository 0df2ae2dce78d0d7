/**
 * The forwarder that a blog post shows: GetObject, gunzipSync, split, `helpers.bulk`. Whole objects in memory, a document
 * object per record, no ids, no restart. What Sluice is measured against.
 */
import { gunzipSync } from "node:zlib";
import { GetObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { Client } from "@elastic/elasticsearch";

interface KinesisRecord {
  readonly eventSource: "aws:kinesis";
  readonly awsRegion: string;
  readonly kinesis: { readonly data: string };
}
interface SqsRecord {
  readonly eventSource: "aws:sqs";
  readonly body: string;
}
interface S3Record {
  readonly awsRegion: string;
  readonly s3: { readonly bucket: { readonly name: string }; readonly object: { readonly key: string } };
}
interface LogEvents {
  readonly owner: string;
  readonly logGroup: string;
  readonly logStream: string;
  readonly logEvents: readonly { readonly id: string; readonly timestamp: number; readonly message: string }[];
}

const INDEX = "logs-generic-default";

const s3 = new S3Client({});
const elasticsearch = new Client({
  node: process.env.ELASTICSEARCH_URL ?? "",
  auth: { apiKey: "eDp4" },
  compression: process.env.COMPRESSION === "gzip",
});

export async function handler(event: { readonly Records: readonly (KinesisRecord | SqsRecord)[] }): Promise<object> {
  const stats = await elasticsearch.helpers.bulk({
    datasource: documents(event.Records),
    onDocument: () => ({ create: { _index: INDEX } }),
  });
  if (stats.failed > 0) throw new Error(`${stats.failed} documents failed`);
  return stats;
}

async function* documents(records: readonly (KinesisRecord | SqsRecord)[]): AsyncGenerator<object> {
  for (const record of records) {
    if (record.eventSource === "aws:kinesis") yield* logEvents(record);
    else for (const inner of (JSON.parse(record.body) as { Records: S3Record[] }).Records) yield* lines(inner);
  }
}

function* logEvents(record: KinesisRecord): Generator<object> {
  const text = gunzipSync(Buffer.from(record.kinesis.data, "base64")).toString("utf8");
  const payload = JSON.parse(text) as LogEvents;
  const meta = {
    aws: { cloudwatch: { log_group: payload.logGroup, log_stream: payload.logStream } },
    cloud: { provider: "aws", region: record.awsRegion, account: { id: payload.owner } },
  };
  for (const { id, timestamp, message } of payload.logEvents)
    yield { "@timestamp": new Date(timestamp).toISOString(), event: { id }, message, ...meta };
}

async function* lines({ s3: named, awsRegion }: S3Record): AsyncGenerator<object> {
  const bucket = named.bucket.name;
  const key = decodeURIComponent(named.object.key.replace(/\+/g, " "));
  const object = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
  const text = gunzipSync((await object.Body?.transformToByteArray()) ?? "").toString("utf8");
  const meta = {
    aws: { s3: { bucket: { name: bucket, arn: `arn:aws:s3:::${bucket}` }, object: { key } } },
    cloud: { provider: "aws", region: awsRegion, account: { id: "123456789012" } },
    log: { file: { path: `https://${bucket}.s3.${awsRegion}.amazonaws.com/${key}` } },
  };
  if (key.includes("/CloudTrail/")) {
    const { Records } = JSON.parse(text) as { Records: { eventTime: string }[] };
    for (const record of Records) yield { "@timestamp": record.eventTime, message: JSON.stringify(record), ...meta };
    return;
  }
  for (const line of text.split("\n")) {
    if (line === "" || line.startsWith("version ")) continue;
    yield { "@timestamp": timeOf(line, key), message: line, ...meta };
  }
}

function timeOf(line: string, key: string): string {
  if (key.endsWith(".ndjson.gz")) return (JSON.parse(line) as { timestamp: string }).timestamp;
  const fields = line.split(" ");
  return key.includes("/vpcflowlogs/") ? new Date(Number(fields[10]) * 1000).toISOString() : (fields[1] ?? "");
}
