import { Buffer } from "node:buffer";
import { createServer } from "node:http";
import { silentLogger } from "@sluice/core";
import { type FakeRequest, fakeServer, type Row, type SinkHarness, sinkContract } from "@sluice/core/testing";
import { test, vi } from "vitest";
import firehose from "./index.ts";

const SECRETS = { key: "secret/access+key==1234", token: "session-token-5678" };
vi.stubEnv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE");
vi.stubEnv("AWS_SECRET_ACCESS_KEY", SECRETS.key);
vi.stubEnv("AWS_SESSION_TOKEN", SECRETS.token);

const recordsIn = ({ body }: FakeRequest): string[] =>
  JSON.parse(body.toString()).Records.map(({ Data }: { Data: string }) => Buffer.from(Data, "base64").toString());

const error = (status: number, name: string, result: Row["result"]): Row => ({
  name: `${status} ${name}`,
  answer: { status, body: JSON.stringify({ __type: name, message: "words" }) },
  result,
});

const each = (name: string, codes: readonly (string | undefined)[], result: Row["result"]): Row => {
  const RequestResponses = codes.map((ErrorCode, i) =>
    ErrorCode === undefined ? { RecordId: String(i) } : { ErrorCode, ErrorMessage: "words" },
  );
  const FailedPutCount = codes.filter((code) => code !== undefined).length;
  return { name, answer: { status: 200, body: JSON.stringify({ FailedPutCount, RequestResponses }) }, result };
};

const ROWS: readonly Row[] = [
  error(500, "ServiceUnavailableException", "retry"),
  error(400, "ServiceUnavailableException", "retry"),
  error(400, "ThrottlingException", "retry"),
  error(400, "LimitExceededException", "retry"),
  error(400, "AccessDeniedException", "unauthorized"),
  error(400, "ExpiredTokenException", "unauthorized"),
  error(400, "UnrecognizedClientException", "unauthorized"),
  error(400, "ResourceNotFoundException", "unavailable"),
  error(400, "InvalidArgumentException", "unavailable"),
  error(400, "InvalidKMSResourceException", "unavailable"),
  error(400, "SomethingNew", "unavailable"),
  each(
    "each: one throttled",
    [undefined, "ServiceUnavailableException", undefined],
    ["delivered", "retry", "delivered"],
  ),
  each("each: all fail within", Array(3).fill("InternalFailure"), ["retry", "retry", "retry"]),
  each("each: unknown", ["SomethingNew", undefined, undefined], ["fail", "delivered", "delivered"]),
  each("200 with too few answers", [undefined], "unavailable"),
  { name: "200, no body", answer: { status: 200 }, result: "unavailable" },
  { name: "200, HTML", answer: { status: 200, body: "<html>" }, result: "unavailable" },
];

const harness: SinkHarness = {
  name: "firehose",
  create: ({ url: endpoint, requestTimeoutMs }) => {
    const given = { stream: "logs", region: "eu-west-1", endpoint, requestTimeoutMs };
    return firehose.create(firehose.options.parse(given), { name: "test", baseDir: ".", logger: silentLogger });
  },
  network: {
    serve: (answers) => fakeServer(createServer, answers),
    success: {
      status: 200,
      body: (request) => {
        const RequestResponses = recordsIn(request).map((_, i) => ({ RecordId: String(i) }));
        return JSON.stringify({ FailedPutCount: 0, RequestResponses });
      },
    },
    rows: ROWS,
    received: (request) => recordsIn(request).map((line) => JSON.parse(line).message),
    secrets: Object.values(SECRETS),
    probed: { status: 200, body: JSON.stringify({ DeliveryStreamDescription: { DeliveryStreamStatus: "ACTIVE" } }) },
    probes: ({ headers }) => headers["x-amz-target"] === "Firehose_20150804.DescribeDeliveryStream",
  },
};

for (const { name, run } of sinkContract(harness)) test(name, run);
