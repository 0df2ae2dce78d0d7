import { SluiceError } from "../errors.ts";
import type { Envelope } from "./envelope.ts";
import { isObject } from "./expect.ts";

/** What a stream's mapping says of a batch it gave up, by stream. */
const BATCH_INFO = ["KinesisBatchInfo", "DDBStreamBatchInfo", "KafkaBatchInfo", "payloadInfo"];

/**
 * What Lambda sends to a destination: of an asynchronous invocation, with the event that was handed over in `requestPayload`; of a
 * stream's batch that it gave up, with the event as text in `payload` (only where the destination is S3).
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
 * https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html
 */
export const lambdaDestination: Envelope = {
  name: "lambda-destination",
  unwrap(value, descend) {
    if (!isObject(value.requestContext)) return undefined;
    if ("requestPayload" in value) return descend(value.requestPayload, "lambda-destination");
    if ("payload" in value) return descend(value.payload, "lambda-destination");
    const info = BATCH_INFO.find((name) => isObject(value[name]));
    if (info === undefined) return undefined;
    throw new SluiceError("EVENT_WITHOUT_RECORDS", `${info} says where records were in the stream; they aren't in it`);
  },
};
