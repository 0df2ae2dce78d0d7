import { createHash, randomUUID } from "node:crypto";
import { type Action, type Exchange, type Operation, type Reply, refuse, s3Error } from "./proxy/exchange.ts";
import { BUCKETS } from "./stand/store.ts";

/** What a request to Elasticsearch or AWS is about. */
export function operationOf(method: string, path: string, headers: NodeJS.Dict<string | string[]>): Operation {
  const target = String(headers["x-amz-target"] ?? "");
  if (target.startsWith("AmazonSSM.") || target.startsWith("TrentService.")) return "secret";
  if (target.startsWith("AmazonSQS.")) return "queue";
  if (/\/_bulk(\?|$)/.test(path)) return "bulk";
  if (path.startsWith("/_mget") || path.startsWith("/_resolve/")) return "lookup";
  if (path.startsWith(`/${BUCKETS.claims}/`)) return method === "PUT" ? "put-claim" : "get-claim";
  if (method === "PUT" && path.startsWith(`/${BUCKETS.deadLetters}/`)) return "put-dead-letter";
  if (method === "PUT" && path.startsWith(`/${BUCKETS.archive}/`)) return "put-archive";
  const isSource = path.startsWith(`/${BUCKETS.sources}/`) || path.startsWith(`/${BUCKETS.versions}/`);
  return method === "GET" && isSource ? "get-object" : "other";
}

interface Entry {
  readonly Id?: string;
  readonly ReceiptHandle?: string;
  readonly VisibilityTimeout?: number;
  readonly MessageBody?: string;
}

const RANGE = /^bytes=(\d+)-(\d*)$/;

/** The local S3 gives a version always whole; the real one gives the range that was asked for. */
export function inRange({ operation, headers }: Exchange, reply: Reply): Reply {
  const [, first, last] = RANGE.exec(String(headers.range)) ?? [];
  if (operation !== "get-object" || reply.status !== 200 || first === undefined) return reply;
  const { length } = reply.body;
  const from = Number(first);
  const end = last === "" ? length : Math.min(length, Number(last) + 1);
  if (from >= end) return s3Error(416, "InvalidRange").reply;
  const range = { "content-range": `bytes ${from}-${end - 1}/${length}` };
  return { status: 206, headers: { ...reply.headers, ...range }, body: reply.body.subarray(from, end) };
}

export interface Queues {
  /** Takes what the function sends. */
  readonly queue: Postponing & { readonly options: { readonly maxBytes: number }; add(body: string): unknown };
  readonly fifo?: Postponing;
}

interface Postponing {
  postpone(receiptHandle: string, seconds: number, now: number): void;
}

/** SQS as far as the function speaks with it (its JSON protocol), over the run's own queues. */
export function queueAnswer({ headers, body }: Exchange, { queue, fifo }: Queues, now: number): Action {
  const operation = String(headers["x-amz-target"]).replace("AmazonSQS.", "");
  const input = JSON.parse(body.toString("utf8")) as Entry & { readonly Entries?: readonly Entry[] };
  const entries = input.Entries ?? [input];
  const { maxBytes } = queue.options;
  switch (operation) {
    case "SendMessage":
      if (Buffer.byteLength(input.MessageBody ?? "") > maxBytes) return tooLong(maxBytes);
      return ok(sent(input, queue));
    case "SendMessageBatch":
      return ok({ Successful: entries.map((entry) => ({ Id: entry.Id, ...sent(entry, queue) })), Failed: [] });
    case "ChangeMessageVisibility":
    case "ChangeMessageVisibilityBatch":
      for (const { ReceiptHandle = "", VisibilityTimeout = 0 } of entries)
        for (const each of [queue, fifo]) each?.postpone(ReceiptHandle, VisibilityTimeout, now);
      return ok({ Successful: entries.map(({ Id }) => ({ Id })), Failed: [] });
    default:
      return refuse(400, { __type: "com.amazonaws.sqs#UnsupportedOperation", message: operation });
  }
}

function sent({ MessageBody = "" }: Entry, queue: Queues["queue"]): object {
  queue.add(MessageBody);
  return { MessageId: randomUUID(), MD5OfMessageBody: createHash("md5").update(MessageBody).digest("hex") };
}

function tooLong(maxBytes: number): Action {
  const message = `One or more parameters are invalid. Reason: Message must be shorter than ${maxBytes} bytes.`;
  const type = "com.amazonaws.sqs#InvalidParameterValueException";
  return refuse(400, { __type: type, message }, { "x-amzn-query-error": "InvalidParameterValue;Sender" });
}

function ok(value: object): Action {
  return refuse(200, value, { "content-type": "application/x-amz-json-1.0" });
}
