import { createHash } from "node:crypto";
import type { RequestListener } from "node:http";
import { type Clock, claimOf, SluiceError } from "@sluice/core";
import { expect, onTestFinished, test, vi } from "vitest";
import { bodyOf, localServer } from "../testing/local-server.testing.ts";
import { createContinuationQueue } from "./continuation.ts";
import { MAX_CLAIM_BYTES } from "./sqs/claims.ts";
import { MAX_MESSAGE_BYTES } from "./sqs/continue.ts";
import { MAX_ATTEMPTS } from "./sqs/retry.ts";

const PUBLIC_QUEUE = "https://sqs.eu-central-1.amazonaws.com/123456789012/continue";
const PREFIX = "claims/";
const { signal } = new AbortController();

interface Answer {
  readonly status?: number;
  readonly type?: string;
  readonly message?: string;
}

interface Fake {
  /** What SQS answers to the n-th message, from 0. */
  readonly sqs?: (n: number, body: string) => Answer;
  readonly s3?: (n: number) => Answer;
  readonly claims?: boolean;
  readonly clock?: Clock;
}

/** SQS and S3 on one server; `sent` are bodies that SQS took, `objects` what lies in S3. */
async function fake({ sqs = () => ({}), s3 = () => ({}), claims = true, ...more }: Fake = {}) {
  const sent: string[] = [];
  const objects = new Map<string, string>();
  const delays: number[] = [];
  const asked = { sqs: 0, s3: 0, regions: new Set<string | undefined>() };
  const answer: RequestListener = async (request, response) => {
    const text = await bodyOf(request);
    const refuse = ({ status = 200, type, message = "no" }: Answer, xml: boolean): boolean => {
      if (status === 200) return false;
      const body = xml
        ? `<Error><Code>${type}</Code><Message>${message}</Message></Error>`
        : JSON.stringify({ __type: `com.amazonaws.sqs#${type}`, message });
      response.writeHead(status, { "content-type": xml ? "application/xml" : "application/x-amz-json-1.0" }).end(body);
      return true;
    };
    if (request.method === "POST") {
      const { MessageBody } = JSON.parse(text) as { MessageBody: string };
      asked.regions.add(/\/\d{8}\/([^/]+)\/sqs\//.exec(request.headers.authorization ?? "")?.[1]);
      if (refuse(sqs(asked.sqs++, MessageBody), false)) return;
      sent.push(MessageBody);
      const MD5OfMessageBody = createHash("md5").update(MessageBody).digest("hex");
      response.setHeader("content-type", "application/x-amz-json-1.0");
      response.end(JSON.stringify({ MessageId: "m", MD5OfMessageBody }));
    } else if (request.method === "PUT") {
      if (refuse(s3(asked.s3++), true)) return;
      objects.set(decodeURIComponent((request.url ?? "").split("?")[0] ?? ""), text);
      response.end();
    } else {
      const found = objects.get(decodeURIComponent((request.url ?? "").split("?")[0] ?? ""));
      if (found === undefined) refuse({ status: 404, type: "NoSuchKey" }, true);
      else response.writeHead(206, { etag: '"e"', "content-range": rangeOf(found) }).end(found);
    }
  };
  const server = await localServer(onTestFinished, answer);
  const clock: Clock = {
    now: () => 0,
    sleep: async (ms) => {
      delays.push(ms);
    },
  };
  const queue = createContinuationQueue({
    config: {
      queue: PUBLIC_QUEUE,
      maxHops: 1000,
      splitBytes: 1024 ** 3,
      ...(claims ? { claims: { bucket: "aside", prefix: PREFIX } } : {}),
    },
    aws: server.aws,
    clock,
    ...more,
  });
  return { queue, sent, objects, delays, asked, aws: server.aws };
}

function rangeOf(text: string): string {
  const { length } = Buffer.from(text);
  return `bytes 0-${length - 1}/${length}`;
}

const bodyWith = (bytes: number, filler = "x"): string => JSON.stringify({ v: 1, data: filler.repeat(bytes) });

test("a message, signed for the region of the queue's host", async () => {
  const { queue, sent, asked } = await fake();
  await queue.send('{"v":1}', signal);
  expect(sent).toEqual(['{"v":1}']);
  expect([...asked.regions]).toEqual(["eu-central-1"]);
});

test.each([
  ["the queue's host, where it is a private one", (host: string) => `${host}/123456789012/continue`, false],
  ["the endpoint that the environment sets", () => PUBLIC_QUEUE, true],
])("asked is %s", async (_, urlAt, isSet) => {
  const { aws, sent } = await fake();
  vi.stubEnv("AWS_ENDPOINT_URL_SQS", isSet ? aws.endpoint : undefined);
  onTestFinished(() => void vi.unstubAllEnvs());
  const { endpoint = "", ...elsewhere } = aws;
  const config = { queue: urlAt(endpoint), maxHops: 1, splitBytes: 1024 ** 3 };
  await createContinuationQueue({ config, aws: elsewhere, env: process.env }).send("{}", signal);
  expect(sent).toEqual(["{}"]);
});

test("what SQS takes in no body goes as JSON's escape for it", async () => {
  const { queue, sent } = await fake();
  const value = { key: "a\uffff\ufffe\u{1fffe}\u007f" };
  await queue.send(JSON.stringify(value), signal);
  expect(sent[0]).not.toMatch(/[\ufffe\uffff]/);
  expect(JSON.parse(sent[0] ?? "")).toEqual(value);
});

test.each([
  ["x", MAX_MESSAGE_BYTES],
  ["ü", MAX_MESSAGE_BYTES / 2],
  ["\uffff", MAX_MESSAGE_BYTES / 5],
])("a body of %s beyond a message is put aside, and comes back", async (filler, count) => {
  const { queue, sent, objects } = await fake();
  const body = bodyWith(count, filler);
  await queue.send(body, signal);
  await queue.send(body, signal);
  const key = `${PREFIX}${createHash("sha256").update(body).digest("hex")}.json`;
  expect(sent).toEqual([claimOf({ bucket: "aside", key }), claimOf({ bucket: "aside", key })]);
  expect([...objects.keys()]).toEqual([`/aside/${key}`]);
  expect(await queue.redeem({ bucket: "aside", key }, signal)).toBe(body);
});

test("a queue that is set to take less than SQS would: the body is put aside", async () => {
  const message = "One or more parameters are invalid. Reason: Message must be shorter than 262144 bytes.";
  const isLong = (_: number, body: string): Answer =>
    body.length > 262_144 ? { status: 400, type: "InvalidParameterValue", message } : {};
  const { queue, sent } = await fake({ sqs: isLong });
  await queue.send(bodyWith(300_000), signal);
  expect(sent).toHaveLength(1);
  expect(JSON.parse(sent[0] ?? "")).toMatchObject({ sluice: "claim", bucket: "aside" });
});

test("without a place for claims a large body is refused, before anything is sent", async () => {
  const { queue, asked } = await fake({ claims: false });
  await expect(queue.send(bodyWith(MAX_MESSAGE_BYTES), signal)).rejects.toMatchObject({
    code: "CONTINUATION_REFUSED",
    message: expect.stringContaining("continuation.claims"),
  });
  expect(asked).toMatchObject({ sqs: 0, s3: 0 });
});

test("what could not be read back is not put aside", async () => {
  const { queue, asked } = await fake();
  await expect(queue.send(bodyWith(MAX_CLAIM_BYTES), signal)).rejects.toMatchObject({ code: "CONTINUATION_REFUSED" });
  expect(asked).toMatchObject({ sqs: 0, s3: 0 });
});

test.each([
  [400, "QueueDoesNotExist"],
  [403, "AccessDenied"],
  [400, "KmsAccessDenied"],
  [400, "InvalidSecurity"],
])("%i %s from SQS is a refusal, at once", async (status, type) => {
  const { queue, asked } = await fake({ sqs: () => ({ status, type }) });
  await expect(queue.send("{}", signal)).rejects.toMatchObject({
    code: "CONTINUATION_REFUSED",
    message: expect.stringContaining(`/continue: ${type}: no`),
  });
  expect(asked.sqs).toBe(1);
});

test("so is one from S3, and no claim goes out", async () => {
  const { queue, asked } = await fake({ s3: () => ({ status: 403, type: "AccessDenied" }) });
  await expect(queue.send(bodyWith(MAX_MESSAGE_BYTES), signal)).rejects.toMatchObject({
    code: "CONTINUATION_REFUSED",
    message: expect.stringMatching(/^s3:\/\/aside\/claims\/[0-9a-f]+\.json: AccessDenied/),
  });
  expect(asked).toMatchObject({ sqs: 0, s3: 1 });
});

test.each([
  [400, "RequestThrottled"],
  [400, "ThrottlingException"],
  [400, "KmsThrottled"],
  [500, "InternalFailure"],
  [503, "ServiceUnavailable"],
])("%i %s is tried again, each time later", async (status, type) => {
  const { queue, sent, delays } = await fake({ sqs: (n) => (n < 4 ? { status, type } : {}) });
  await queue.send("{}", signal);
  expect(sent).toEqual(["{}"]);
  expect(delays.map((ms, i) => ms > 50 * 2 ** i && ms <= 100 * 2 ** i)).toEqual([true, true, true, true]);
});

test("so is a put", async () => {
  const { queue, objects, sent } = await fake({ s3: (n) => (n < 2 ? { status: 503, type: "SlowDown" } : {}) });
  await queue.send(bodyWith(MAX_MESSAGE_BYTES), signal);
  expect(objects.size).toBe(1);
  expect(sent).toHaveLength(1);
});

test("in the end the fault itself is told", async () => {
  const { queue, asked } = await fake({ sqs: () => ({ status: 503, type: "ServiceUnavailable" }) });
  await expect(queue.send("{}", signal)).rejects.toMatchObject({ code: "THROTTLED", transient: true });
  expect(asked.sqs).toBe(MAX_ATTEMPTS);
});

test("the signal ends waiting with the fault that was waited out", async () => {
  const stop = new AbortController();
  const sleep = async (_: number, { aborted }: AbortSignal): Promise<void> => {
    stop.abort();
    if (!aborted) throw new Error("stopped");
  };
  const { queue, asked } = await fake({
    sqs: () => ({ status: 400, type: "RequestThrottled" }),
    clock: { now: () => 0, sleep },
  });
  await expect(queue.send("{}", stop.signal)).rejects.toMatchObject({ code: "THROTTLED" });
  expect(asked.sqs).toBe(1);
});

test("the signal ends a request under way", async () => {
  const stop = new AbortController();
  const { queue } = await fake({
    sqs: () => {
      stop.abort();
      return { status: 400, type: "RequestThrottled" };
    },
  });
  await expect(queue.send("{}", stop.signal)).rejects.toMatchObject({ code: "TIMEOUT" });
});

const HASH = createHash("sha256").update("{}").digest("hex");

test.each([
  ["it isn't there", `${PREFIX}${HASH}.json`, undefined, "OBJECT_MISSING"],
  ["its content isn't what the key says", `${PREFIX}${HASH}.json`, "{ }", "OBJECT_CORRUPT"],
  ["its key isn't one of a claim", "secrets/all.json", "{}", "EVENT_MALFORMED"],
  ["it is larger than a claim", `${PREFIX}${HASH}.json`, "x".repeat(MAX_CLAIM_BYTES + 1), "EVENT_MALFORMED"],
])("a claim isn't redeemed when %s", async (_, key, content, code) => {
  const { queue, objects } = await fake();
  if (content !== undefined) objects.set(`/aside/${key}`, content);
  const error: unknown = await queue.redeem({ bucket: "aside", key }, signal).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(SluiceError);
  expect(error).toMatchObject({ code, message: expect.stringContaining(`s3://aside/${key}: `) });
});
