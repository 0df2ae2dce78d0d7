import type { MessageAttributeValue, SendMessageBatchRequestEntry, SQSClient } from "@aws-sdk/client-sqs";
import { type Clock, quote, systemClock } from "@sluice/core";
import type { Env } from "../../env.ts";
import type { AwsOptions } from "../options.ts";
import { sqsClient } from "./client.ts";
import type { SqsRecord } from "./event.ts";
import { MAX_MESSAGES, queueError } from "./polled-queue.ts";

/** Bytes in one request, when it holds several messages: what every queue takes (1 MiB is the most that SQS does). */
const MAX_REQUEST_BYTES = 256 * 1024;

/** Of one request, by the SDK; and of messages that a request left out. One that was taken, though its answer was lost, is there twice. */
const ATTEMPTS = 6;
/** Milliseconds before the second attempt at messages that were left out; before the third twice that, and so on. */
const WAIT_MS = 500;

/** A message to be put onto a queue: a body, or all that one of another queue is. */
export type Outgoing = Pick<SqsRecord, "body"> &
  Partial<Pick<SqsRecord, "messageId" | "attributes" | "messageAttributes">>;

/** A queue as whoever fills it sees it. */
export interface QueueTarget {
  /**
   * As they are: body, attributes, of FIFO queues group and deduplication id. For each: undefined once the queue has it, else why not.
   * Fails only with the reason of `signal`, when it is aborted: then it isn't known which were taken.
   */
  send(messages: readonly Outgoing[], signal: AbortSignal): Promise<readonly (string | undefined)[]>;
  close(): void;
}

export interface QueueTargetOptions {
  readonly url: string;
  readonly env: Env;
  readonly aws?: AwsOptions;
  readonly clock?: Clock;
}

/** Why a message wasn't taken. */
interface Refused {
  readonly reason: string;
  /** It is of no use to send it again. */
  readonly lasting: boolean;
}

export function createQueueTarget({ url, env, aws = {}, clock = systemClock }: QueueTargetOptions): QueueTarget {
  let client: Promise<SQSClient> | undefined;
  const isFifo = url.endsWith(".fifo");

  const attempt = async (
    messages: readonly Outgoing[],
    abortSignal: AbortSignal,
  ): Promise<readonly (Refused | undefined)[]> => {
    try {
      abortSignal.throwIfAborted();
      client ??= sqsClient(url, { aws, env, maxAttempts: ATTEMPTS });
      const [sqs, { SendMessageBatchCommand }] = await Promise.all([client, import("../sdk/sqs-send.ts")]);
      const Entries = messages.map((message, i) => entryOf(message, i, isFifo));
      const command = new SendMessageBatchCommand({ QueueUrl: url, Entries });
      const { Successful = [], Failed = [] } = await sqs.send(command, { abortSignal });
      const taken = new Set(Successful.map(({ Id }) => Id));
      const failed = new Map(Failed.map((entry) => [entry.Id, entry]));
      return messages.map((_, i) => {
        if (taken.has(String(i))) return undefined;
        const { Code = "Unknown", Message = "no answer for it", SenderFault } = failed.get(String(i)) ?? {};
        return { reason: quote(`${Code}: ${Message}`), lasting: SenderFault === true };
      });
    } catch (error) {
      if (abortSignal.aborted) throw abortSignal.reason;
      const { code, message } = queueError(error, url);
      return messages.map(() => ({ reason: `${code}: ${message}`, lasting: true }));
    }
  };

  const sendSome = async (
    messages: readonly Outgoing[],
    signal: AbortSignal,
  ): Promise<readonly (string | undefined)[]> => {
    const refused: (Refused | undefined)[] = [];
    for (let left = [...messages.keys()], n = 1; left.length > 0; n++) {
      const given = await attempt(
        left.map((i) => messages[i] as Outgoing),
        signal,
      );
      for (const [at, i] of left.entries()) refused[i] = given[at];
      left = left.filter((i) => refused[i]?.lasting === false);
      if (n === ATTEMPTS) break;
      if (left.length > 0) await clock.sleep(WAIT_MS * n, signal);
    }
    return messages.map((_, i) => refused[i]?.reason);
  };

  return {
    async send(messages, signal) {
      const reasons: (string | undefined)[] = [];
      for (const some of requests(messages)) reasons.push(...(await sendSome(some, signal)));
      return reasons;
    },
    close: () => {
      void client?.then((sqs) => sqs.destroy()).catch(() => {});
    },
  };
}

/** So that one large message costs its neighbours nothing. */
function requests(messages: readonly Outgoing[]): Outgoing[][] {
  const found: Outgoing[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const message of messages) {
    const size = Buffer.byteLength(message.body) + Buffer.byteLength(JSON.stringify(message.messageAttributes ?? {}));
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

function entryOf(message: Outgoing, i: number, isFifo: boolean): SendMessageBatchRequestEntry {
  const { MessageGroupId, MessageDeduplicationId, AWSTraceHeader } = message.attributes ?? {};
  const attributes = Object.entries((message.messageAttributes ?? {}) as Readonly<Record<string, RecordAttribute>>);
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
