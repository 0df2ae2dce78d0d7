import type { ChangeMessageVisibilityBatchRequestEntry, SQSClient } from "@aws-sdk/client-sqs";
import { type Postpone, type Postponed, SluiceError } from "@sluice/core";
import type { PostponeOptions } from "../postpone.ts";
import { sqsClient } from "./client.ts";
import { wordsOf } from "./faults.ts";
import { queueUrlOf } from "./place.ts";

/** What one request takes. */
const MAX_ENTRIES = 10;
/** Requests made at once. */
const MAX_IN_FLIGHT = 8;
/** The SDK's own attempts: nobody above repeats a request. */
const MAX_ATTEMPTS = 3;
/** Seconds: a message is out of sight for 12 hours at most from its receipt, and that may be a function's 15 minutes ago. */
export const MAX_SECONDS: number = 12 * 3600 - 15 * 60;

/** Counts by what went wrong. */
type Failures = Map<string, number>;

/** Loaded when something is to be postponed. */
export function postponer({ aws, env, logger }: Required<PostponeOptions>): Postpone {
  const clients = new Map<string, Promise<SQSClient>>();
  const clientOf = (queueUrl: string): Promise<SQSClient> => {
    const known = clients.get(queueUrl) ?? sqsClient(queueUrl, { aws, env, maxAttempts: MAX_ATTEMPTS });
    clients.set(queueUrl, known);
    return known;
  };

  const change = async (group: readonly Postponed[], failures: Failures, signal: AbortSignal): Promise<void> => {
    try {
      const queueUrl = queueUrlOf(group[0]?.queueArn ?? "");
      const [sqs, { ChangeMessageVisibilityBatchCommand }] = await Promise.all([
        clientOf(queueUrl),
        import("../sdk/sqs.ts"),
      ]);
      const command = new ChangeMessageVisibilityBatchCommand({ QueueUrl: queueUrl, Entries: group.map(entryOf) });
      const { Failed = [] } = await sqs.send(command, { abortSignal: signal });
      for (const { Code = "unknown" } of Failed) count(failures, Code, 1);
    } catch (error) {
      count(failures, error instanceof SluiceError ? error.code : wordsOf(error).name, group.length);
    }
  };

  return {
    async postpone(messages, signal) {
      const waiting = groupsOf(messages);
      const failures: Failures = new Map();
      const worker = async (): Promise<void> => {
        while (!signal.aborted) {
          const group = waiting.pop();
          if (group === undefined) return;
          await change(group, failures, signal);
        }
      };
      await Promise.all(Array.from({ length: MAX_IN_FLIGHT }, worker));
      // A request that is never made takes its time all the same, and there is none.
      if (waiting.length > 0) count(failures, "TIMEOUT", waiting.flat().length);
      for (const [code, messages] of failures) logger.log("warn", "messages not postponed", { code, messages });
    },
  };
}

/** Of one queue each. */
function groupsOf(messages: readonly Postponed[]): Postponed[][] {
  const byQueue = Map.groupBy(messages, ({ queueArn }) => queueArn);
  return [...byQueue.values()].flatMap((all) => {
    const count = Math.ceil(all.length / MAX_ENTRIES);
    return Array.from({ length: count }, (_, i) => all.slice(i * MAX_ENTRIES, (i + 1) * MAX_ENTRIES));
  });
}

function entryOf({ receiptHandle, seconds }: Postponed, i: number): ChangeMessageVisibilityBatchRequestEntry {
  const VisibilityTimeout = Math.round(Math.min(Math.max(seconds, 0), MAX_SECONDS));
  return { Id: String(i), ReceiptHandle: receiptHandle, VisibilityTimeout };
}

function count(failures: Failures, code: string, by: number): void {
  failures.set(code, (failures.get(code) ?? 0) + by);
}
