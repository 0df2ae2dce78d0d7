import { isObject } from "./expect.ts";
import type { Envelope } from "./unwrap.ts";

/**
 * What Lambda sends to a destination of an asynchronous invocation; the event that was handed over is in `requestPayload`.
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
 */
export const lambdaDestination: Envelope = {
  name: "lambda-destination",
  unwrap(value, descend) {
    if (!isObject(value.requestContext) || !("requestPayload" in value)) return undefined;
    return descend(value.requestPayload, "lambda-destination");
  },
};
