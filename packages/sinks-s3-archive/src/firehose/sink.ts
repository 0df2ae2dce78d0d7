import { DescribeDeliveryStreamCommand, FirehoseClient } from "@aws-sdk/client-firehose";
import { type EncodedBatch, type Reason, type SendResult, type Sink, type SinkLimits, withTimeout } from "@sluice/core";
import { clientConfig } from "../aws/client.ts";
import { type Failure, failureOf } from "../aws/failure.ts";
import { redactor } from "../aws/redact.ts";
import { encode } from "./encode.ts";
import type { FirehoseOptions } from "./options.ts";
import { ERRORS, outcomeOf } from "./outcomes.ts";
import { putBatch } from "./send.ts";

/** Amazon Data Firehose quotas: PutRecordBatch; a record's size counts before base64. */
const LIMITS: Partial<SinkLimits> = {
  maxBatchRecords: 500,
  maxBatchBytes: 4 * 1024 * 1024,
  maxRecordBytes: 1000 * 1024,
};

export function firehoseSink(options: FirehoseOptions): Sink {
  const { stream, requestTimeoutMs } = options;
  const client = new FirehoseClient(clientConfig(options));
  const redaction = (): ReturnType<typeof redactor> => redactor(() => client.config.credentials());
  const failed = async (error: unknown): Promise<Failure> => failureOf(error, ERRORS, await redaction(), Date.now());
  const post = async (batch: EncodedBatch, signal: AbortSignal): Promise<SendResult> =>
    outcomeOf(await putBatch(client, stream, batch, signal), batch.count, await redaction());
  const reach = async (abortSignal: AbortSignal): Promise<Reason | undefined> => {
    const command = new DescribeDeliveryStreamCommand({ DeliveryStreamName: stream });
    const { DeliveryStreamDescription } = await client.send(command, { abortSignal });
    const status = DeliveryStreamDescription?.DeliveryStreamStatus;
    return status === "ACTIVE"
      ? undefined
      : { code: "NOT_ACTIVE", message: `delivery stream is ${status ?? "unknown"}` };
  };

  return {
    dedupes: "never",
    limits: LIMITS,
    encode,
    send: (batch, call) => withTimeout(requestTimeoutMs, call.signal, (signal) => post(batch, signal)).catch(failed),
    probe: (signal) =>
      withTimeout(requestTimeoutMs, signal, reach).catch(async (error) => (await failed(error)).reason),
    close: async () => client.destroy(),
  };
}
