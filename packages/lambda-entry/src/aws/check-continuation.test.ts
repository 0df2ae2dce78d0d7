import type { RequestListener } from "node:http";
import { expect, onTestFinished, test } from "vitest";
import { localServer } from "../testing/local-server.testing.ts";
import { checkContinuation } from "./check-continuation.ts";

const QUEUE = "https://sqs.eu-central-1.amazonaws.com/123456789012/continue";
const REDRIVE = JSON.stringify({
  deadLetterTargetArn: "arn:aws:sqs:eu-central-1:123456789012:dead",
  maxReceiveCount: 1000,
});
const ATTRIBUTES = {
  VisibilityTimeout: "360",
  MessageRetentionPeriod: "1209600",
  MaximumMessageSize: "1048576",
  RedrivePolicy: REDRIVE,
};

interface Fake {
  readonly attributes?: object | undefined;
  readonly recursiveLoop?: "Allow" | "Terminate" | undefined;
  readonly bucketStatus?: number;
}

/** SQS, S3 and Lambda as documented, on one server; what is undefined is refused. */
async function check({ attributes, recursiveLoop, bucketStatus = 200 }: Fake, claims: boolean, functionName?: string) {
  const answer: RequestListener = (request, response) => {
    const json = (body: object | undefined): void => {
      const refusal = { __type: "AccessDeniedException", message: "not authorized" };
      response.writeHead(body === undefined ? 403 : 200, { "content-type": "application/json" });
      response.end(JSON.stringify(body ?? refusal));
    };
    if (request.method === "HEAD") response.writeHead(bucketStatus).end();
    else if (request.url?.includes("recursion-config"))
      json(recursiveLoop === undefined ? undefined : { RecursiveLoop: recursiveLoop });
    else json(attributes === undefined ? undefined : { Attributes: attributes });
  };
  const { aws, requests } = await localServer(onTestFinished, answer);
  const place = claims ? { claims: { bucket: "aside", prefix: "" } } : {};
  const findings = await checkContinuation({
    config: { queue: QUEUE, maxHops: 1000, splitBytes: 1024 ** 3, ...place },
    aws,
    functionName,
  });
  return { findings, requests };
}

test("all is well", async () => {
  const { findings, requests } = await check({ attributes: ATTRIBUTES, recursiveLoop: "Allow" }, true, "sluice");
  expect(findings).toEqual([
    { key: "continuation.queue", type: "sqs", state: "visibility timeout 360 s, 1000 receives", warnings: [] },
    { key: "continuation.claims", type: "s3", state: "bucket aside is there", warnings: [] },
    { key: "function sluice", type: "lambda", state: "RecursiveLoop: Allow", warnings: [] },
  ]);
  const asked = requests.map(({ method, url }) => `${method} ${url?.split("?")[0]}`).sort();
  expect(asked).toEqual(["GET /2024-08-31/functions/sluice/recursion-config", "HEAD /aside/", "POST /"]);
  const lambda = requests.find(({ method }) => method === "GET");
  expect(lambda?.headers.authorization).toContain("/eu-central-1/lambda/");
});

test("a function that Lambda would stop is trouble, and the message says what to do", async () => {
  const arn = "arn:aws:lambda:us-east-1:123456789012:function:sluice";
  const { findings, requests } = await check({ attributes: ATTRIBUTES, recursiveLoop: "Terminate" }, false, arn);
  expect(findings[1]).toMatchObject({
    key: `function ${arn}`,
    trouble: {
      code: "RecursiveLoop",
      message: expect.stringMatching(/^Terminate: .*16 rounds.*put-function-recursion-config.*--recursive-loop Allow$/),
    },
  });
  const lambda = requests.find(({ method }) => method === "GET");
  expect(lambda?.headers.authorization).toContain("/us-east-1/lambda/");
});

test("what is refused is trouble, with the permission that it takes", async () => {
  const { findings } = await check({ bucketStatus: 403 }, true, "sluice");
  expect(findings.map(({ key, trouble }) => [key, trouble?.code, trouble?.message])).toEqual([
    ["continuation.queue", "AccessDeniedException", "not authorized (this asks for sqs:GetQueueAttributes)"],
    ["continuation.claims", "ACCESS_DENIED", "HTTP 403 (this asks for s3:ListBucket)"],
    ["function sluice", "AccessDeniedException", "not authorized (this asks for lambda:GetFunctionRecursionConfig)"],
  ]);
});

test.each([
  [{ RedrivePolicy: undefined }, /^no dead-letter queue/],
  [{ RedrivePolicy: JSON.stringify({ deadLetterTargetArn: "a", maxReceiveCount: 5 }) }, /^maxReceiveCount is 5: /],
  [{ RedrivePolicy: JSON.stringify({ deadLetterTargetArn: "a", maxReceiveCount: "99" }) }, /^maxReceiveCount is 99: /],
  [{ MessageRetentionPeriod: "3600" }, /^MessageRetentionPeriod is 3600 s/],
  [{ MaximumMessageSize: "262144" }, /^MaximumMessageSize is 262144 bytes/],
])("a queue with %j is warned of", async (attributes, warning) => {
  const { findings } = await check({ attributes: { ...ATTRIBUTES, ...attributes } }, false);
  expect(findings).toHaveLength(1);
  expect(findings[0]?.warnings).toEqual([expect.stringMatching(warning)]);
  expect(findings[0]?.trouble).toBeUndefined();
});

test("small messages are no matter where larger ones are put aside", async () => {
  const { findings } = await check({ attributes: { ...ATTRIBUTES, MaximumMessageSize: "262144" } }, true);
  expect(findings[0]?.warnings).toEqual([]);
});

test("a host where nobody answers", async () => {
  const config = { queue: "http://localhost:9/123456789012/continue", maxHops: 1000, splitBytes: 1024 ** 3 };
  const credentials = { accessKeyId: "test", secretAccessKey: "test" };
  const [finding] = await checkContinuation({ config, aws: { region: "eu-west-1", credentials } });
  expect(finding?.trouble).toMatchObject({ code: "ECONNREFUSED" });
});
