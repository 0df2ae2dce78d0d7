import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import {
  CreateEventSourceMappingCommand,
  CreateFunctionCommand,
  DeleteEventSourceMappingCommand,
  LambdaClient,
  waitUntilFunctionActiveV2,
} from "@aws-sdk/client-lambda";
import { CreateBucketCommand, PutBucketNotificationConfigurationCommand, S3Client } from "@aws-sdk/client-s3";
import { CreateQueueCommand, GetQueueAttributesCommand, PurgeQueueCommand, SQSClient } from "@aws-sdk/client-sqs";
import { unzipSync } from "fflate";
import { functionZip } from "../../tooling/engines/aws-function.ts";

const REGION = "eu-west-1";
const ZIP = path.resolve(import.meta.dirname, "../../packages/lambda-entry/dist/sluice-lambda.zip");

/** A bucket whose new objects are told to a queue, from which the built zip is invoked; what fails twice goes to a dead-letter queue. */
export interface Pipe {
  readonly s3: S3Client;
  readonly sqs: SQSClient;
  readonly bucket: string;
  readonly queue: string;
  readonly deadLetters: string;
  stop(): Promise<void>;
}

/** Longer than an invocation takes on a machine with other work: a message that comes again meanwhile uses up its receives. */
const VISIBILITY_SECONDS = "10";

export async function layPipe(endpoint: string, name: string, config: object): Promise<Pipe> {
  const aws = { endpoint, region: REGION, credentials: { accessKeyId: "test", secretAccessKey: "test" } };
  const s3 = new S3Client({ ...aws, forcePathStyle: true });
  const sqs = new SQSClient(aws);
  const lambda = new LambdaClient(aws);
  const deadLetters = await createQueue(sqs, `${name}-dead`, {});
  const redrive = JSON.stringify({ deadLetterTargetArn: deadLetters.arn, maxReceiveCount: 2 });
  const queue = await createQueue(sqs, name, { VisibilityTimeout: VISIBILITY_SECONDS, RedrivePolicy: redrive });
  await s3.send(new CreateBucketCommand({ Bucket: name }));
  await s3.send(
    new PutBucketNotificationConfigurationCommand({
      Bucket: name,
      NotificationConfiguration: { QueueConfigurations: [{ QueueArn: queue.arn, Events: ["s3:ObjectCreated:*"] }] },
    }),
  );
  await sqs.send(new PurgeQueueCommand({ QueueUrl: queue.url }));
  await createFunction(lambda, name, endpoint, config);
  const { UUID } = await lambda.send(
    new CreateEventSourceMappingCommand({
      FunctionName: name,
      EventSourceArn: queue.arn,
      BatchSize: 10,
      FunctionResponseTypes: ["ReportBatchItemFailures"],
    }),
  );
  const stop = async (): Promise<void> => {
    await lambda.send(new DeleteEventSourceMappingCommand({ UUID }));
    for (const client of [s3, sqs, lambda]) client.destroy();
  };
  return { s3, sqs, bucket: name, queue: queue.url, deadLetters: deadLetters.url, stop };
}

async function createQueue(
  sqs: SQSClient,
  name: string,
  attributes: Record<string, string>,
): Promise<{ url: string; arn: string }> {
  const { QueueUrl: url = "" } = await sqs.send(new CreateQueueCommand({ QueueName: name, Attributes: attributes }));
  const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ["QueueArn"] }));
  return { url, arn: Attributes?.QueueArn ?? "" };
}

/** Of the built zip. */
export async function createFunction(
  lambda: LambdaClient,
  name: string,
  endpoint: string,
  config: object,
): Promise<void> {
  await lambda.send(
    new CreateFunctionCommand({
      FunctionName: name,
      Runtime: "provided.al2023",
      Handler: "index.handler",
      Role: "arn:aws:iam::000000000000:role/sluice",
      Timeout: 30,
      MemorySize: 512,
      Code: { ZipFile: await withUnzipped(ZIP, functionZip) },
      Environment: { Variables: { SLUICE_CONFIG: JSON.stringify(config), AWS_ENDPOINT_URL: endpoint } },
    }),
  );
  await waitUntilFunctionActiveV2({ client: lambda, maxWaitTime: 30 }, { FunctionName: name });
}

/** Calls `use` with a folder that holds what is in the zip. */
export async function withUnzipped<T>(zip: string, use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(path.join(tmpdir(), "sluice-zip-"));
  try {
    for (const [name, bytes] of Object.entries(unzipSync(await readFile(zip)))) {
      const file = path.join(folder, name);
      await mkdir(path.dirname(file), { recursive: true });
      await writeFile(file, bytes);
    }
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
