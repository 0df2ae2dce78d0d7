import { type FirehoseClient, PutRecordBatchCommand, type PutRecordBatchCommandOutput } from "@aws-sdk/client-firehose";
import type { EncodedBatch } from "@sluice/core";

/** One PutRecordBatch: a Firehose record for each of the batch's, over the batch's own bytes. */
export function putBatch(
  client: FirehoseClient,
  stream: string,
  batch: EncodedBatch,
  abortSignal: AbortSignal,
): Promise<PutRecordBatchCommandOutput> {
  const Records = Array.from({ length: batch.count }, (_, i) => ({
    Data: batch.bytes.subarray(batch.offset(i), batch.offset(i + 1)),
  }));
  return client.send(new PutRecordBatchCommand({ DeliveryStreamName: stream, Records }), { abortSignal });
}
