import type { Buffer } from "node:buffer";
import { albTraffic, randomFrom } from "./make-fixtures-alb.ts";
import {
  gzip,
  type Json,
  md5,
  s3Event,
  s3Record,
  s3TestEvent,
  snsBody,
  sqsEvent,
  sqsMessage,
} from "./make-fixtures-events.ts";
import { albKey } from "./make-fixtures-objects.ts";

/** Lines in each of the two files of the sample. */
export const SAMPLE_LINES = { shop: 320, api: 240 } as const;

const BUCKET = "acme-elb-logs";
const START = "2026-11-03T09:00:00Z";

interface SampleObject {
  readonly bucket: string;
  readonly key: string;
  readonly bytes: Buffer;
  readonly size: number;
  readonly etag: string;
}

function sample(seed: number, lines: number, balancer: string, id: string, name: string): SampleObject {
  const random = randomFrom(seed);
  const all = albTraffic({ random, lines, start: START, balancer: `app/${balancer}/${id}` });
  const bytes = gzip(all.map((line) => `${line}\n`).join(""));
  const key = albKey(`app.${balancer}.${id}`, "20261103T0905Z", name);
  return { bucket: BUCKET, key, bytes, size: bytes.length, etag: md5(bytes) };
}

export const sampleObjects: readonly SampleObject[] = [
  sample(11, SAMPLE_LINES.shop, "shop", "50dc6c495c0c9188", "5nq0c1zp"),
  sample(12, SAMPLE_LINES.api, "api", "b21e8f7743a90d65", "2mdr8wkx"),
];

/** Four messages of one batch: a file, a file through SNS, S3's test, and one that was cut off on its way. */
export function sampleEvent(): Json {
  const [shop, api] = sampleObjects as [SampleObject, SampleObject];
  return sqsEvent(
    sqsMessage("sample/shop", s3Event(s3Record(shop))),
    sqsMessage("sample/api", snsBody(s3Event(s3Record(api)), "Amazon S3 Notification")),
    sqsMessage("sample/test", s3TestEvent(BUCKET)),
    sqsMessage("sample/cut", JSON.stringify(s3Event(s3Record(shop))).slice(0, 333)),
  );
}
