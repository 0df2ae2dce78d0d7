import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { CreateBucketCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";

const REGION = "eu-west-1";
const CREDENTIALS = { accessKeyId: "test", secretAccessKey: "test" };
const SLUICE = fileURLToPath(new URL("../../tooling/sluice.ts", import.meta.url));

export interface Place {
  readonly s3: S3Client;
  readonly sqs: SQSClient;
  readonly bucket: string;
  readonly queue: string;
  /** What a process needs to find them. */
  readonly env: Readonly<Record<string, string>>;
  close(): void;
}

/** A bucket, and a queue of the same name. */
export async function layPlace(
  endpoint: string,
  name: string,
  attributes: Record<string, string> = {},
): Promise<Place> {
  const aws = { endpoint, region: REGION, credentials: CREDENTIALS };
  const s3 = new S3Client({ ...aws, forcePathStyle: true });
  const sqs = new SQSClient(aws);
  await s3.send(new CreateBucketCommand({ Bucket: name }));
  const queueName = attributes.FifoQueue === "true" ? `${name}.fifo` : name;
  const { QueueUrl = "" } = await sqs.send(new CreateQueueCommand({ QueueName: queueName, Attributes: attributes }));
  const env = {
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: REGION,
    AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
  };
  const close = (): void => {
    s3.destroy();
    sqs.destroy();
  };
  return { s3, sqs, bucket: name, queue: QueueUrl, env, close };
}

/** As S3 would notify the queue of them. */
export async function putObjects({ s3, sqs, bucket, queue }: Place, objects: Readonly<Record<string, string>>) {
  await Promise.all(
    Object.entries(objects).map(([Key, Body]) => s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body }))),
  );
  const bodies = Object.entries(objects).map(([key, body]) => notification(bucket, key, body.length));
  for (let i = 0; i < bodies.length; i += 10) {
    const Entries = bodies.slice(i, i + 10).map((MessageBody, n) => ({ Id: String(n), MessageBody }));
    await sqs.send(new SendMessageBatchCommand({ QueueUrl: queue, Entries }));
  }
}

export function notification(bucket: string, key: string, size: number): string {
  const s3 = { bucket: { name: bucket }, object: { key: encodeURIComponent(key), size } };
  const about = { eventSource: "aws:s3", eventName: "ObjectCreated:Put", awsRegion: REGION };
  return JSON.stringify({ Records: [{ ...about, s3 }] });
}

export async function sendBody({ sqs, queue }: Place, MessageBody: string, MessageGroupId?: string): Promise<void> {
  await sqs.send(new SendMessageCommand({ QueueUrl: queue, MessageBody, MessageGroupId }));
}

/** Messages in the queue, as it says. */
export async function messagesIn({ sqs, queue }: Place): Promise<{ visible: number; invisible: number }> {
  const names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"] as const;
  const command = new GetQueueAttributesCommand({ QueueUrl: queue, AttributeNames: [...names] });
  const { Attributes = {} } = await sqs.send(command);
  const [visible, invisible] = names.map((name) => Number(Attributes[name]));
  return { visible: visible ?? 0, invisible: invisible ?? 0 };
}

export interface LogLine {
  readonly level: string;
  readonly message: string;
  readonly [field: string]: unknown;
}

export interface Poller {
  readonly process: ChildProcess;
  readonly lines: readonly LogLine[];
  /** The first line with this message; waits for it. Rejects when the process ends before. */
  line(message: string): Promise<LogLine>;
  readonly ended: Promise<{ readonly code: number | null; readonly out: string; readonly err: string }>;
}

/** `sluice poll` as a process of its own, from the sources, or from another script. */
export function pollWith(place: Place, config: object, args: readonly string[] = [], script = SLUICE): Poller {
  const env = { ...process.env, ...place.env, SLUICE_CONFIG: JSON.stringify(config), SLUICE_QUEUE: place.queue };
  const child = spawn(process.execPath, [script, "poll", ...args], { env, stdio: ["ignore", "pipe", "pipe"] });
  const lines: LogLine[] = [];
  const waiting: (() => void)[] = [];
  let [out, err, isOver] = ["", "", false];
  const wake = (): void => {
    for (const each of waiting.splice(0)) each();
  };
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    out += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    err += text;
    const whole = err.split("\n").slice(0, -1);
    for (const line of whole.slice(lines.length)) lines.push(parsed(line));
    wake();
  });
  const ended = new Promise<{ code: number | null; out: string; err: string }>((resolve) => {
    child.on("close", (code) => {
      isOver = true;
      wake();
      resolve({ code, out, err });
    });
  });
  const line = async (message: string): Promise<LogLine> => {
    for (;;) {
      const found = lines.find((each) => each.message === message);
      if (found !== undefined) return found;
      if (isOver) throw new Error(`ended without "${message}":\n${err}`);
      await new Promise<void>((resolve) => waiting.push(resolve));
    }
  };
  return { process: child, lines, line, ended };
}

function parsed(line: string): LogLine {
  try {
    return JSON.parse(line) as LogLine;
  } catch {
    return { level: "text", message: line };
  }
}
