import { type ContinuationConfig, quote } from "@sluice/core";
import type { Env } from "../env.ts";
import { type AwsOptions, regionOfArn } from "./options.ts";
import { s3Clients } from "./s3-clients.ts";
import { s3ErrorCode } from "./s3-errors.ts";
import { sqsClient } from "./sqs/client.ts";
import { MAX_MESSAGE_BYTES } from "./sqs/continue.ts";
import { wordsOf } from "./sqs/faults.ts";
import { placeOfQueue } from "./sqs/place.ts";

/** What each request may take, attempts included. */
const TIMEOUT_MS = 15_000;
const CONNECT_TIMEOUT_MS = 3_000;
const SOCKET_TIMEOUT_MS = 10_000;
const MAX_ATTEMPTS = 2;

/**
 * Receives before a message goes to the dead-letter queue. A failed message comes back after 30 s, then twice as long each
 * time, up to an hour: these are four days, SQS's default retention.
 */
const MIN_RECEIVES = 100;
/** Seconds; SQS's default. */
const MIN_RETENTION = 4 * 24 * 3600;

/** What was found at one key of the config, or of what belongs to it. */
export interface Finding {
  readonly key: string;
  /** The service. */
  readonly type: string;
  /** What is worth knowing though nothing is wrong. */
  readonly state?: string | undefined;
  /** It can't be reached, or work would be lost by it. */
  readonly trouble?: { readonly code: string; readonly message: string } | undefined;
  readonly warnings: readonly string[];
}

export interface CheckContinuationOptions {
  readonly config: ContinuationConfig;
  /** Name or ARN of the function that reads the queue. */
  readonly functionName?: string | undefined;
  readonly aws?: AwsOptions;
  readonly env?: Env;
}

/** Reaches the queue, the bucket of claims and the function's settings; changes nothing. */
export async function checkContinuation(options: CheckContinuationOptions): Promise<readonly Finding[]> {
  const { config, functionName } = options;
  const findings = [finding("continuation.queue", "sqs", () => checkQueue(options), "sqs:GetQueueAttributes")];
  const { claims } = config;
  if (claims !== undefined)
    findings.push(finding("continuation.claims", "s3", () => checkBucket(claims.bucket, options), "s3:ListBucket"));
  const recursion = "lambda:GetFunctionRecursionConfig";
  if (functionName !== undefined)
    findings.push(
      finding(`function ${functionName}`, "lambda", () => checkRecursion(functionName, options), recursion),
    );
  return Promise.all(findings);
}

type Found = Omit<Finding, "key" | "type">;

async function finding(key: string, type: string, check: () => Promise<Found>, permission: string): Promise<Finding> {
  try {
    return { key, type, ...(await check()) };
  } catch (error) {
    const { code, message } = saidBy(error);
    const trouble = { code, message: quote(`${message} (this asks for ${permission})`) };
    return { key, type, trouble, warnings: [] };
  }
}

/** The answer to a HEAD has no words: then its status stands for them. */
function saidBy(error: unknown): { readonly code: string; readonly message: string } {
  const { name, message } = wordsOf(error);
  if (message !== "UnknownError") return { code: name, message };
  const { $metadata } = error as { readonly $metadata?: { readonly httpStatusCode?: number } };
  return { code: s3ErrorCode(error), message: `HTTP ${$metadata?.httpStatusCode}` };
}

async function checkQueue({ config, aws = {}, env = {} }: CheckContinuationOptions): Promise<Found> {
  const { GetQueueAttributesCommand } = await import("./sdk/checks.ts");
  const sqs = await sqsClient(config.queue, { aws, env, maxAttempts: MAX_ATTEMPTS });
  const command = new GetQueueAttributesCommand({ QueueUrl: config.queue, AttributeNames: ["All"] });
  const { Attributes = {} } = await sqs.send(command, { abortSignal: AbortSignal.timeout(TIMEOUT_MS) });
  const receives = maxReceiveCount(Attributes.RedrivePolicy);
  const seconds = Number(Attributes.VisibilityTimeout);
  const kept = Number(Attributes.MessageRetentionPeriod);
  const largest = Number(Attributes.MaximumMessageSize);
  const warnings: string[] = [];
  if (receives === undefined)
    warnings.push("no dead-letter queue (RedrivePolicy): a message that keeps failing is gone when its retention ends");
  if (receives !== undefined && receives < MIN_RECEIVES)
    warnings.push(
      `maxReceiveCount is ${receives}: when a sink is away for days, messages end in the dead-letter queue; ${MIN_RECEIVES} last for four days`,
    );
  if (kept < MIN_RETENTION)
    warnings.push(
      `MessageRetentionPeriod is ${kept} s: when a sink is away for longer, messages are gone; ${MIN_RETENTION} s are four days`,
    );
  if (largest < MAX_MESSAGE_BYTES && config.claims === undefined)
    warnings.push(
      `MaximumMessageSize is ${largest} bytes, and there is no continuation.claims: what is larger can't be handed over`,
    );
  const state = `visibility timeout ${seconds} s${receives === undefined ? "" : `, ${receives} receives`}`;
  return { state, warnings };
}

/** Undefined: there is no dead-letter queue. */
function maxReceiveCount(redrivePolicy: string | undefined): number | undefined {
  if (redrivePolicy === undefined || redrivePolicy === "") return undefined;
  const { deadLetterTargetArn, maxReceiveCount: count } = JSON.parse(redrivePolicy) as Record<string, unknown>;
  return deadLetterTargetArn === undefined ? undefined : Number(count);
}

async function checkBucket(bucket: string, { aws = {} }: CheckContinuationOptions): Promise<Found> {
  const { HeadBucketCommand } = await import("./sdk/checks.ts");
  const s3 = await s3Clients(aws, { maxAttempts: MAX_ATTEMPTS, socketTimeoutMs: SOCKET_TIMEOUT_MS })();
  await s3.send(new HeadBucketCommand({ Bucket: bucket }), { abortSignal: AbortSignal.timeout(TIMEOUT_MS) });
  return { state: `bucket ${bucket} is there`, warnings: [] };
}

/** Of the queue's region, where the ARN doesn't tell: a function reads queues of its own region only. */
async function checkRecursion(functionName: string, { config, aws = {} }: CheckContinuationOptions): Promise<Found> {
  const { GetFunctionRecursionConfigCommand, LambdaClient } = await import("./sdk/checks.ts");
  const region = regionOfArn(functionName) ?? placeOfQueue(config.queue).region;
  const lambda = new LambdaClient({
    ...aws,
    ...(region === undefined ? {} : { region }),
    maxAttempts: MAX_ATTEMPTS,
    requestHandler: { connectionTimeout: CONNECT_TIMEOUT_MS, socketTimeout: SOCKET_TIMEOUT_MS },
  });
  const command = new GetFunctionRecursionConfigCommand({ FunctionName: functionName });
  const { RecursiveLoop } = await lambda.send(command, { abortSignal: AbortSignal.timeout(TIMEOUT_MS) });
  if (RecursiveLoop === "Allow") return { state: "RecursiveLoop: Allow", warnings: [] };
  const remedy = `aws lambda put-function-recursion-config --function-name ${functionName} --recursive-loop Allow`;
  const message = `${RecursiveLoop}: Lambda ends chains of function, queue, function after about 16 rounds, and what was left of an object with them: ${remedy}`;
  return { trouble: { code: "RecursiveLoop", message }, warnings: [] };
}
