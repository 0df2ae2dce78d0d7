import type { BatchResultErrorEntry, Message, SQSClient } from "@aws-sdk/client-sqs";
import { type ErrorCode, quote, SluiceError } from "@sluice/core";
import type { Env } from "../../env.ts";
import { type AwsOptions, accountOfArn, regionOfArn } from "../options.ts";
import { s3ErrorCode } from "../s3-errors.ts";
import { sqsClient } from "./client.ts";
import { type SqsRecord, sqsRecord } from "./event.ts";

/** Most messages in one request of SQS, whatever it asks for. */
export const MAX_MESSAGES = 10;
/** Longest that a receive waits for a message. */
export const MAX_WAIT_SECONDS = 20;

const SOCKET_TIMEOUT_MS = 30_000;

/** The SDK's own attempts, within a second or so; whoever polls goes on after them. */
const MAX_ATTEMPTS = 3;

export interface QueueState {
  readonly arn: string;
  readonly region: string;
  readonly account: string;
  /** The queue's own visibility timeout, in seconds. */
  readonly visibilitySeconds: number;
  /** Messages that can be received, roughly. */
  readonly visible: number;
  /** That become visible later for the first time, roughly. */
  readonly delayed: number;
  /** That someone has received, and those put off, roughly. */
  readonly invisible: number;
}

/** A message that a batch request didn't do. */
export interface Refusal {
  readonly receiptHandle: string;
  /** SQS's own. */
  readonly code: string;
  /** The request was wrong for this message (its receipt is no longer valid …): no attempt will mend it. */
  readonly final: boolean;
}

/**
 * A queue as its consumer sees it. Requests fail with a SluiceError: QUEUE_MISSING, ACCESS_DENIED, THROTTLED, TIMEOUT, RESET;
 * or, when `signal` is aborted, with its reason. At most MAX_MESSAGES receipts in a request.
 */
export interface PolledQueue {
  state(signal: AbortSignal): Promise<QueueState>;
  /** Needs `state` to have been asked once. */
  receive(options: ReceiveOptions, signal: AbortSignal): Promise<readonly SqsRecord[]>;
  delete(receiptHandles: readonly string[], signal: AbortSignal): Promise<readonly Refusal[]>;
  /** Hides messages for so many seconds from now on; 0 gives them back. */
  hide(receiptHandles: readonly string[], seconds: number, signal: AbortSignal): Promise<readonly Refusal[]>;
  close(): void;
}

export interface ReceiveOptions {
  readonly max: number;
  readonly waitSeconds: number;
  readonly visibilitySeconds: number;
}

export interface PolledQueueOptions {
  readonly url: string;
  readonly env: Env;
  readonly aws?: AwsOptions;
}

export function createPolledQueue({ url, env, aws = {} }: PolledQueueOptions): PolledQueue {
  let client: Promise<SQSClient> | undefined;
  let about: Pick<QueueState, "arn" | "region"> | undefined;
  type Sdk = typeof import("../sdk/sqs-consumer.ts");

  const ask = async <T>(signal: AbortSignal, send: (sqs: SQSClient, sdk: Sdk) => Promise<T>): Promise<T> => {
    try {
      signal.throwIfAborted();
      client ??= sqsClient(url, { aws, env, maxAttempts: MAX_ATTEMPTS, socketTimeoutMs: SOCKET_TIMEOUT_MS });
      return await send(await client, await import("../sdk/sqs-consumer.ts"));
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      throw queueError(error, url);
    }
  };

  return {
    state: (signal) =>
      ask(signal, async (sqs, { GetQueueAttributesCommand }) => {
        const command = new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ["All"] });
        const { Attributes } = await sqs.send(command, { abortSignal: signal });
        const state = stateOf(Attributes ?? {}, url);
        about = state;
        return state;
      }),
    receive: ({ max, waitSeconds, visibilitySeconds }, signal) =>
      ask(signal, async (sqs, { ReceiveMessageCommand }) => {
        const command = new ReceiveMessageCommand({
          QueueUrl: url,
          MaxNumberOfMessages: max,
          WaitTimeSeconds: waitSeconds,
          VisibilityTimeout: visibilitySeconds,
          MessageSystemAttributeNames: ["All"],
          MessageAttributeNames: ["All"],
        });
        const { Messages = [] } = await sqs.send(command, { abortSignal: signal });
        const { arn = "", region = "" } = about ?? {};
        return Messages.map((message: Message) => sqsRecord(message, arn, region));
      }),
    delete: (receiptHandles, signal) =>
      ask(signal, async (sqs, { DeleteMessageBatchCommand }) => {
        const Entries = receiptHandles.map((ReceiptHandle, i) => ({ Id: String(i), ReceiptHandle }));
        const command = new DeleteMessageBatchCommand({ QueueUrl: url, Entries });
        return refusals((await sqs.send(command, { abortSignal: signal })).Failed, receiptHandles);
      }),
    hide: (receiptHandles, seconds, signal) =>
      ask(signal, async (sqs, { ChangeMessageVisibilityBatchCommand }) => {
        const Entries = receiptHandles.map((ReceiptHandle, i) => {
          return { Id: String(i), ReceiptHandle, VisibilityTimeout: seconds };
        });
        const command = new ChangeMessageVisibilityBatchCommand({ QueueUrl: url, Entries });
        return refusals((await sqs.send(command, { abortSignal: signal })).Failed, receiptHandles);
      }),
    close: () => {
      void client?.then((sqs) => sqs.destroy()).catch(() => {});
    },
  };
}

function stateOf(attributes: Readonly<Record<string, string>>, url: string): QueueState {
  const { QueueArn: arn = "" } = attributes;
  const region = regionOfArn(arn);
  if (region === undefined) throw new SluiceError("QUEUE_MISSING", `${quote(url)}: no queue answers there`);
  const count = (name: string): number => Number(attributes[name] ?? 0);
  return {
    arn,
    region,
    account: accountOfArn(arn) ?? "",
    visibilitySeconds: count("VisibilityTimeout"),
    visible: count("ApproximateNumberOfMessages"),
    delayed: count("ApproximateNumberOfMessagesDelayed"),
    invisible: count("ApproximateNumberOfMessagesNotVisible"),
  };
}

export function refusals(
  failed: readonly BatchResultErrorEntry[] | undefined,
  receiptHandles: readonly string[],
): Refusal[] {
  return (failed ?? []).map(({ Id, Code = "", SenderFault = false }) => {
    return { receiptHandle: receiptHandles[Number(Id)] ?? "", code: Code, final: SenderFault };
  });
}

/** SQS's own words (Amazon SQS API Reference, "Common Errors"); all others are those of every service. */
const BY_NAME: Readonly<Record<string, ErrorCode>> = {
  QueueDoesNotExist: "QUEUE_MISSING",
  "AWS.SimpleQueueService.NonExistentQueue": "QUEUE_MISSING",
  NotFound: "QUEUE_MISSING",
  InvalidAddress: "QUEUE_MISSING",
  QueueDeletedRecently: "QUEUE_MISSING",
  AccessDeniedException: "ACCESS_DENIED",
  ExpiredToken: "ACCESS_DENIED",
  ExpiredTokenException: "ACCESS_DENIED",
  InvalidClientTokenId: "ACCESS_DENIED",
  UnrecognizedClientException: "ACCESS_DENIED",
  SignatureDoesNotMatch: "ACCESS_DENIED",
  InvalidSignatureException: "ACCESS_DENIED",
  RequestThrottled: "THROTTLED",
  KmsThrottled: "THROTTLED",
  OverLimit: "THROTTLED",
};

export function queueError(error: unknown, url: string): SluiceError {
  if (error instanceof SluiceError) return error;
  const { name = "Error", message = "" } = (error ?? {}) as { readonly name?: string; readonly message?: string };
  const general = s3ErrorCode(error);
  const code = BY_NAME[name] ?? (general === "OBJECT_MISSING" ? "QUEUE_MISSING" : general);
  return new SluiceError(code, `${quote(url)}: ${quote(`${name}: ${message}`)}`, { cause: error });
}
