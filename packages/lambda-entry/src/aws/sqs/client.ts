import type { SQSClient } from "@aws-sdk/client-sqs";
import type { Env } from "../../env.ts";
import type { AwsOptions } from "../options.ts";
import { placeOfQueue } from "./place.ts";

const CONNECT_TIMEOUT_MS = 2_000;
const SOCKET_TIMEOUT_MS = 5_000;

/** The SDK would put its doubts about a queue's host on the console, at each request. */
const SILENT = { trace: () => {}, debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

export interface SqsOptions {
  readonly aws: AwsOptions;
  readonly env: Env;
  /** Attempts the SDK makes by itself; 1 where the caller asks again. */
  readonly maxAttempts: number;
  /** How long an answer may take: more than what a receive waits for messages. */
  readonly socketTimeoutMs?: number;
}

/**
 * A client for one queue: of the region in its URL, at the URL's host where that is a private one. An endpoint that was
 * set, in code or in the environment, goes before.
 */
export async function sqsClient(queueUrl: string, options: SqsOptions): Promise<SQSClient> {
  const { aws, env, maxAttempts, socketTimeoutMs = SOCKET_TIMEOUT_MS } = options;
  const { SQSClient } = await import("../sdk/sqs.ts");
  const { region, isPublic } = placeOfQueue(queueUrl);
  return new SQSClient({
    ...aws,
    ...(region === undefined ? {} : { region }),
    maxAttempts,
    useQueueUrlAsEndpoint: !isPublic && !hasEndpoint(aws, env),
    logger: SILENT,
    requestHandler: { connectionTimeout: CONNECT_TIMEOUT_MS, socketTimeout: socketTimeoutMs },
  });
}

function hasEndpoint(aws: AwsOptions, env: Env): boolean {
  return (aws.endpoint ?? env.AWS_ENDPOINT_URL_SQS ?? env.AWS_ENDPOINT_URL) !== undefined;
}
