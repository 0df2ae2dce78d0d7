import { Buffer } from "node:buffer";
import type { TriggersConfig } from "../config/config.ts";
import { decodeEvent } from "../envelope/decode.ts";
import type { Json } from "../envelope/expect.ts";
import type { Decoded } from "../envelope/item.ts";
import { isBatchEvent } from "../envelope/s3-batch.ts";
import type { SluiceError } from "../errors.ts";
import { isPermanent } from "./faults.ts";
import { invocationAnswer } from "./invocation-answer.ts";
import type { Counts, UnitOutcome } from "./outcome.ts";
import type { Answered, Returned } from "./returned.ts";

/** Of what S3 Batch Operations' report says of a task, in characters. */
const MAX_RESULT_CHARS = 1024;

export interface Answer {
  readonly response: unknown;
  readonly error?: SluiceError | undefined;
}

/**
 * What the trigger is told. SQS: the failed messages. Kinesis: the earliest failed record, from which the shard is read again.
 * Kafka: the lowest failed offset of each
 * partition, where the mapping takes that. S3 Batch Operations: each task's result. Firehose: each record's. All others know
 * only success or an error, unless somebody waits for the invocation.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
 */
export function answer(
  decoded: Decoded,
  outcomes: readonly UnitOutcome[],
  counts: Counts,
  triggers: TriggersConfig,
  returned: Returned | undefined,
): Answer {
  const failed = outcomes.filter(({ ok }) => !ok);
  switch (decoded.trigger) {
    case "sqs":
      return { response: itemFailures(failed.map(({ id }) => id)) };
    case "kinesis":
      return { response: itemFailures(failed.slice(0, 1).map(({ id }) => id)) };
    case "kafka":
      if (triggers.kafka.reportBatchItemFailures) return { response: lowestOffsets(failed) };
      return { response: undefined, error: failed[0]?.error };
    case "s3-batch":
      return { response: taskResults(decoded.event, outcomes) };
    case "firehose":
      return firehoseAnswer(outcomes, returned);
    case "async":
      return {
        response: failed.length === 0 ? invocationAnswer(outcomes, counts) : undefined,
        error: failed[0]?.error,
      };
    default:
      return { response: undefined };
  }
}

function itemFailures(ids: readonly string[]): unknown {
  return { batchItemFailures: ids.map((itemIdentifier) => ({ itemIdentifier })) };
}

/** https://docs.aws.amazon.com/lambda/latest/dg/kafka-retry-configurations.html */
function lowestOffsets(failed: readonly UnitOutcome[]): unknown {
  const lowest = new Map<string, number>();
  for (const { id } of failed) {
    const colon = id.lastIndexOf(":");
    const partition = id.slice(0, colon);
    const offset = Number(id.slice(colon + 1));
    lowest.set(partition, Math.min(offset, lowest.get(partition) ?? offset));
  }
  const batchItemFailures = [...lowest].map(([partition, offset]) => ({ itemIdentifier: { partition, offset } }));
  return { batchItemFailures };
}

/**
 * What the trigger is answered when nothing of the event could be begun; undefined where it is to be told by throwing. To S3 Batch
 * Operations a function that throws is a task that failed for good.
 */
export function answerUnbegun(event: unknown, error: SluiceError): unknown {
  if (!isBatchEvent(event)) return undefined;
  const { trigger, units } = decodeEvent(event, { arrival: 0, maxInlineBytes: 0 });
  if (trigger !== "s3-batch") return undefined;
  const resultString = told(error);
  const results = units.map(({ id: taskId }) => ({ taskId, resultCode: "TemporaryFailure", resultString }));
  return { ...batchAnswer(event), results };
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/batch-ops-invoke-lambda.html */
function taskResults(event: Json | undefined, outcomes: readonly UnitOutcome[]): unknown {
  return {
    ...batchAnswer(event),
    results: outcomes.map(({ id: taskId, error, ...done }) => {
      if (error === undefined) return { taskId, resultCode: "Succeeded", resultString: toldOf(done) };
      const resultCode = isPermanent(error) ? "PermanentFailure" : "TemporaryFailure";
      return { taskId, resultCode, resultString: told(error) };
    }),
  };
}

function batchAnswer(event: Json | undefined): object {
  const { invocationSchemaVersion, invocationId } = event ?? {};
  return { invocationSchemaVersion, treatMissingKeysAs: "TemporaryFailure", invocationId };
}

/** One cell of the report that the job writes. */
function told({ code, message }: SluiceError): string {
  const line = `${code}: ${message}`.replace(/\s*\n\s*/g, " ");
  return line.length > MAX_RESULT_CHARS ? `${line.slice(0, MAX_RESULT_CHARS - 1)}…` : line;
}

/** The job has a word only for success. What is handed over is not lost, so another attempt would be for nothing, but not done either. */
function toldOf({ records, deadLetters = 0, handedOver }: Omit<UnitOutcome, "id" | "error">): string {
  const codes = [...new Set(handedOver?.errors)].join(", ");
  const rest = `; the rest is on the continuation queue${codes === "" ? "" : ` (${codes})`}`;
  return `${records} records${deadLetters > 0 ? `; ${deadLetters} dead letters` : ""}${handedOver ? rest : ""}`;
}

/**
 * Without anything to give back, what sinks took is dropped, and what one didn't take fails the invocation: all comes again. What
 * can't be decoded goes to Firehose's own place for errors. https://docs.aws.amazon.com/firehose/latest/dev/data-transformation.html
 */
function firehoseAnswer(outcomes: readonly UnitOutcome[], returned: Returned | undefined): Answer {
  const answers = returned?.answers(outcomes.map(({ ok }) => ok)) ?? outcomes.map(delivered);
  const owed =
    returned === undefined ? outcomes.find(({ error }) => error !== undefined && !isPermanent(error)) : undefined;
  if (owed !== undefined) return { response: undefined, error: owed.error };
  const records = answers.map((each, i) => ({
    recordId: outcomes[i]?.id,
    result: each.result,
    ...(each.result === "Ok" ? { data: Buffer.from(each.data).toString("base64") } : {}),
  }));
  return { response: { records } };
}

function delivered({ error }: UnitOutcome): Answered {
  return { result: error === undefined ? "Dropped" : "ProcessingFailed" };
}
