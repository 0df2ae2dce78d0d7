import { type Envelope, merge } from "./envelope.ts";
import { isObject, list } from "./expect.ts";

/** One SQS message as Lambda gives it, or a whole event of them inside another envelope. */
export const sqs: Envelope = {
  name: "sqs",
  unwrap(value, descend) {
    if (value.eventSource === "aws:sqs") return descend(value.body, "sqs");
    const records = list(value.Records);
    if (!isObject(records?.[0]) || records[0].eventSource !== "aws:sqs") return undefined;
    return merge(records.map((record) => descend(isObject(record) ? record.body : record, "sqs")));
  },
};
