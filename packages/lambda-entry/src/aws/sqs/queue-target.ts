import type { MessageAttributeValue, SendMessageBatchRequestEntry, SQSClient } from "@aws-sdk/client-sqs";
import type { Env } from "../../env.ts";
import type { AwsOptions } from "../options.ts";
import { sqsClient } from "./client.ts";
import type { SqsRecord } from "./event.ts";
import { MAX_MESSAGES, queueError, type Refusal, refusals } from "./polled-queue.ts";

/** Bytes in one request, when it holds several messages: what every queue takes (1 MiB is the most that SQS does). */
const MAX_REQUEST_BYTES = 256 * 1024;

/** The SDK's own attempts. One that was taken, though its answer was lost, is there twice: SQS is at least once. */
const MAX_ATTEMPTS = 3;

/** Where messages of another queue are put. */
export interface QueueTarget {
  /**
   * As they are: body, attributes, of FIFO queues group and deduplication id. Says which weren't taken; all others were. Fails with
   * a SluiceError when that isn't known of any.
   */
  send(messages: readonly SqsRecord[], signal: AbortSignal): Promise<readonly Refusal[]>;
  close(): void;
}

export interface QueueTargetOptions {
  readonly url: string;
  readonly env: Env;
  readonly aws?: AwsOptions;
}

export function createQueueTarget({ url, env, aws = {} }: QueueTargetOptions): QueueTarget {
  let client: Promise<SQSClient> | undefined;
  const isFifo = url.endsWith(".fifo");

  const sendSome = async (messages: readonly SqsRecord[], abortSignal: AbortSignal): Promise<readonly Refusal[]> => {
    try {
      client ??= sqsClient(url, { aws, env, maxAttempts: MAX_ATTEMPTS });
      const [sqs, { SendMessageBatchCommand }] = await Promise.all([client, import("../sdk/sqs-producer.ts")]);
      const Entries = messages.map((message, i) => entryOf(message, i, isFifo));
      const { Failed } = await sqs.send(new SendMessageBatchCommand({ QueueUrl: url, Entries }), { abortSignal });
      return refusals(
        Failed,
        messages.map(({ receiptHandle }) => receiptHandle),
      );
    } catch (error) {
      if (abortSignal.aborted) throw abortSignal.reason;
      const { code, message } = queueError(error, url);
      return messages.map(({ receiptHandle }) => ({ receiptHandle, code: `${code}: ${message}`, final: false }));
    }
  };

  return {
    async send(messages, signal) {
      const refused: Refusal[] = [];
      for (const some of requests(messages)) refused.push(...(await sendSome(some, signal)));
      return refused;
    },
    close: () => {
      void client?.then((sqs) => sqs.destroy()).catch(() => {});
    },
  };
}

/** So that one large message costs its neighbours nothing. */
function requests(messages: readonly SqsRecord[]): SqsRecord[][] {
  const found: SqsRecord[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const message of messages) {
    const size = Buffer.byteLength(message.body) + Buffer.byteLength(JSON.stringify(message.messageAttributes));
    const current = found.at(-1);
    if (current === undefined || current.length === MAX_MESSAGES || bytes + size > MAX_REQUEST_BYTES) {
      found.push([message]);
      bytes = size;
    } else {
      current.push(message);
      bytes += size;
    }
  }
  return found;
}

/** What an attribute is in the record. */
interface RecordAttribute {
  readonly stringValue?: string;
  readonly binaryValue?: string;
  readonly dataType?: string;
}

function entryOf(message: SqsRecord, i: number, isFifo: boolean): SendMessageBatchRequestEntry {
  const { MessageGroupId, MessageDeduplicationId, AWSTraceHeader } = message.attributes;
  const attributes = Object.entries(message.messageAttributes as Readonly<Record<string, RecordAttribute>>);
  return {
    Id: String(i),
    MessageBody: message.body,
    ...(attributes.length === 0
      ? {}
      : { MessageAttributes: Object.fromEntries(attributes.map(([name, value]) => [name, attributeOf(value)])) }),
    ...(AWSTraceHeader === undefined
      ? {}
      : { MessageSystemAttributes: { AWSTraceHeader: { DataType: "String", StringValue: AWSTraceHeader } } }),
    ...(isFifo
      ? {
          MessageGroupId: MessageGroupId ?? message.messageId,
          MessageDeduplicationId: MessageDeduplicationId ?? message.messageId,
        }
      : {}),
  };
}

function attributeOf({ stringValue, binaryValue, dataType }: RecordAttribute): MessageAttributeValue {
  return {
    DataType: dataType,
    ...(stringValue === undefined ? {} : { StringValue: stringValue }),
    ...(binaryValue === undefined ? {} : { BinaryValue: Buffer.from(binaryValue, "base64") }),
  };
}
