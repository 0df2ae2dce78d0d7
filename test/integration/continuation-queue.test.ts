import { randomBytes } from "node:crypto";
import {
  CreateFunctionCommand,
  LambdaClient,
  PutFunctionRecursionConfigCommand,
  type RecursiveLoop,
} from "@aws-sdk/client-lambda";
import { CreateBucketCommand, ListObjectsV2Command, S3Client } from "@aws-sdk/client-s3";
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { createAdapters, main } from "@sluice/cli";
import { type Claim, type Logger, silentLogger } from "@sluice/core";
import { checkContinuation, createContinuationQueue, createPostpone } from "@sluice/lambda-entry";
import { zipSync } from "fflate";
import { beforeAll, expect, inject, onTestFinished, test, vi } from "vitest";

const endpoint = inject("awsEndpoint");
const aws = { endpoint, region: "us-east-1", credentials: { accessKeyId: "test", secretAccessKey: "test" } };
const sqs = new SQSClient(aws);
const s3 = new S3Client({ ...aws, forcePathStyle: true });
const name = (what: string): string => `${what}-${randomBytes(4).toString("hex")}`;
const bucket = name("claims");
const { signal } = new AbortController();

beforeAll(async () => {
  await s3.send(new CreateBucketCommand({ Bucket: bucket }));
});

async function createQueue(attributes: Record<string, string> = {}): Promise<{ url: string; arn: string }> {
  const made = await sqs.send(new CreateQueueCommand({ QueueName: name("continue"), Attributes: attributes }));
  const QueueUrl = made.QueueUrl ?? "";
  const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["QueueArn"] }));
  return { url: QueueUrl, arn: Attributes?.QueueArn ?? "" };
}

async function receive(QueueUrl: string, VisibilityTimeout: number, WaitTimeSeconds = 0): Promise<Message[]> {
  const command = new ReceiveMessageCommand({ QueueUrl, VisibilityTimeout, WaitTimeSeconds, MaxNumberOfMessages: 10 });
  return (await sqs.send(command)).Messages ?? [];
}

function continuationOn(queue: string, claims = { bucket, prefix: `${name("pipe")}/` }) {
  return createContinuationQueue({ config: { queue, claims, maxHops: 1000, splitBytes: 1024 ** 3 }, aws });
}

test("a message arrives as it was sent, characters that SQS doesn't take among them", async () => {
  const { url } = await createQueue();
  const value = { key: "a\uffff\ufffe\u0001\u{1f600}ü", position: 7 };
  await continuationOn(url).send(JSON.stringify(value), signal);
  const [message, ...more] = await receive(url, 60);
  expect(JSON.parse(message?.Body ?? "")).toEqual(value);
  expect(more).toEqual([]);
});

test.each([
  ["beyond what goes into a message", {}, 1_000_000],
  ["beyond what its queue is set to take", { MaximumMessageSize: "262144" }, 300_000],
])("a body %s comes back by its claim", async (_, attributes, bytes) => {
  const { url } = await createQueue(attributes);
  const prefix = `${name("pipe")}/`;
  const queue = continuationOn(url, { bucket, prefix });
  const body = JSON.stringify({ text: "ü".repeat(bytes / 2) });
  await queue.send(body, signal);
  await queue.send(body, signal);
  const messages = await receive(url, 60);
  expect(messages).toHaveLength(2);
  for (const { Body = "" } of messages) {
    const { sluice, v, ...claim } = JSON.parse(Body) as Claim & { sluice: string; v: number };
    expect({ sluice, v, bucket: claim.bucket }).toEqual({ sluice: "claim", v: 1, bucket });
    expect(await queue.redeem(claim, signal)).toBe(body);
  }
  const { KeyCount } = await s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix }));
  expect(KeyCount).toBe(1);
});

test("a queue or a bucket that isn't there refuses", async () => {
  const { url } = await createQueue();
  const large = JSON.stringify("x".repeat(1_000_000));
  await expect(continuationOn(`${url}-gone`).send("{}", signal)).rejects.toMatchObject({
    code: "CONTINUATION_REFUSED",
    message: expect.stringContaining(`${url}-gone: QueueDoesNotExist`),
  });
  const queue = continuationOn(url, { bucket: `${bucket}-gone`, prefix: "" });
  await expect(queue.send(large, signal)).rejects.toMatchObject({
    code: "CONTINUATION_REFUSED",
    message: expect.stringContaining("NoSuchBucket"),
  });
  expect(await receive(url, 60)).toEqual([]);
  const key = `${"0".repeat(64)}.json`;
  await expect(queue.redeem({ bucket, key }, signal)).rejects.toMatchObject({ code: "OBJECT_MISSING" });
});

test("a postponed message stays away when others come back", async () => {
  const { url, arn } = await createQueue();
  const bodies = Array.from({ length: 9 }, (_, i) => String(i));
  const Entries = bodies.map((MessageBody) => ({ Id: MessageBody, MessageBody }));
  await sqs.send(new SendMessageBatchCommand({ QueueUrl: url, Entries }));
  const messages = await receive(url, 4);
  expect(messages).toHaveLength(9);
  const failed = messages.filter(({ Body }) => Number(Body) > 0);
  const lines: unknown[] = [];
  const logger: Logger = { log: (...line) => lines.push(line) };
  const postponed = failed.map(({ ReceiptHandle = "" }) => ({
    queueArn: arn,
    receiptHandle: ReceiptHandle,
    seconds: 600,
  }));
  await createPostpone({ aws, logger }).postpone(postponed, signal);
  expect(lines).toEqual([]);
  expect((await receive(url, 600, 20)).map(({ Body }) => Body)).toEqual(["0"]);
  expect(await receive(url, 600)).toEqual([]);
  const about = new GetQueueAttributesCommand({
    QueueUrl: url,
    AttributeNames: ["ApproximateNumberOfMessagesNotVisible"],
  });
  expect((await sqs.send(about)).Attributes).toEqual({ ApproximateNumberOfMessagesNotVisible: "9" });
});

test("postponed by nothing, a message comes at once", async () => {
  const { url, arn } = await createQueue();
  await continuationOn(url).send("{}", signal);
  const [message] = await receive(url, 600);
  const receiptHandle = message?.ReceiptHandle ?? "";
  await createPostpone({ aws, logger: silentLogger }).postpone([{ queueArn: arn, receiptHandle, seconds: 0 }], signal);
  expect(await receive(url, 600)).toHaveLength(1);
});

test("what can't be postponed is told, with a count, and costs nothing else", async () => {
  const { url, arn } = await createQueue();
  await continuationOn(url).send("{}", signal);
  const [message] = await receive(url, 600);
  const lines: unknown[] = [];
  const logger: Logger = { log: (...line) => lines.push(line) };
  const each = { queueArn: arn, receiptHandle: message?.ReceiptHandle ?? "", seconds: 0 };
  const messages = [each, { ...each, receiptHandle: "nobody's" }, { ...each, queueArn: `${arn}-gone` }];
  await createPostpone({ aws, logger }).postpone(messages, signal);
  expect(lines).toHaveLength(2);
  expect(lines).toContainEqual(["warn", "messages not postponed", { code: "ReceiptHandleIsInvalid", messages: 1 }]);
  expect(lines).toContainEqual(["warn", "messages not postponed", { code: "QueueDoesNotExist", messages: 1 }]);
  expect(await receive(url, 600)).toHaveLength(1);
});

async function createFunction(recursiveLoop: RecursiveLoop): Promise<string> {
  const lambda = new LambdaClient(aws);
  const FunctionName = name("sluice");
  await lambda.send(
    new CreateFunctionCommand({
      FunctionName,
      Runtime: "nodejs24.x",
      Handler: "index.handler",
      Role: "arn:aws:iam::000000000000:role/sluice",
      Code: { ZipFile: zipSync({ "index.mjs": Buffer.from("export const handler = async () => {};") }) },
    }),
  );
  await lambda.send(new PutFunctionRecursionConfigCommand({ FunctionName, RecursiveLoop: recursiveLoop }));
  return FunctionName;
}

test("what is needed to go on is found, and what would end it", async () => {
  const dead = await createQueue();
  const redrive = JSON.stringify({ deadLetterTargetArn: dead.arn, maxReceiveCount: 5 });
  const { url } = await createQueue({ RedrivePolicy: redrive, VisibilityTimeout: "360" });
  const config = { queue: url, claims: { bucket, prefix: "" }, maxHops: 1000, splitBytes: 1024 ** 3 };
  const functionName = await createFunction("Allow");
  expect(await checkContinuation({ config, aws, functionName })).toEqual([
    {
      key: "continuation.queue",
      type: "sqs",
      state: "visibility timeout 360 s, 5 receives",
      warnings: [expect.stringMatching(/^maxReceiveCount is 5: /)],
    },
    { key: "continuation.claims", type: "s3", state: `bucket ${bucket} is there`, warnings: [] },
    { key: `function ${functionName}`, type: "lambda", state: "RecursiveLoop: Allow", warnings: [] },
  ]);
  const wrong = {
    queue: `${url}-gone`,
    claims: { bucket: `${bucket}-gone`, prefix: "" },
    maxHops: 1000,
    splitBytes: 1024 ** 3,
  };
  const stopped = await createFunction("Terminate");
  const findings = await checkContinuation({ config: wrong, aws, functionName: stopped });
  expect(findings.map(({ trouble }) => trouble?.code)).toEqual([
    "QueueDoesNotExist",
    "OBJECT_MISSING",
    "RecursiveLoop",
  ]);
});

test.each([
  ["Allow", 0, "RecursiveLoop: Allow"],
  ["Terminate", 1, "RecursiveLoop: Terminate: Lambda ends chains"],
] as const)(
  "sluice check --connect, where RecursiveLoop is %s, ends with %i",
  async (recursiveLoop, exitCode, words) => {
    vi.stubEnv("AWS_ENDPOINT_URL", endpoint);
    vi.stubEnv("AWS_REGION", aws.region);
    vi.stubEnv("AWS_ACCESS_KEY_ID", "test");
    vi.stubEnv("AWS_SECRET_ACCESS_KEY", "test");
    onTestFinished(() => void vi.unstubAllEnvs());
    const { url } = await createQueue();
    const config = { sinks: { out: { type: "stdout" } }, continuation: { queue: url, claims: { bucket } } };
    const env = { ...process.env, SLUICE_CONFIG: JSON.stringify(config) };
    const said = { out: "", err: "" };
    const context = {
      terminal: {
        out: (text: string) => {
          said.out += text;
        },
        err: (text: string) => {
          said.err += text;
        },
        outIsTty: false,
        errIsTty: false,
        outGone: signal,
        columns: () => 80,
      },
      adapters: createAdapters({ env, cwd: "." }),
      cwd: ".",
      stop: signal,
      readStdin: async () => "",
    };
    expect(await main(["check", "--connect", "--function", await createFunction(recursiveLoop)], context)).toBe(
      exitCode,
    );
    expect(said.out).toMatch(/continuation\.queue +sqs +ok: visibility timeout 30 s/);
    expect(said.out).toMatch(new RegExp(`function sluice-\\w+ +lambda +.*${words}`));
    expect(said.err).toContain("warning: continuation.queue: no dead-letter queue (RedrivePolicy)");
  },
);
