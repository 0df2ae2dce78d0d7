import { createServer } from "node:http";
import { silentLogger } from "@sluice/core";
import { type FakeRequest, fakeServer, type SinkHarness, sinkContract, TABLE_RECORDS } from "@sluice/core/testing";
import { describe, test } from "vitest";
import { recordsOf } from "./bulk.testing.ts";
import { elasticsearch, opensearch } from "./index.ts";

const created = (request: FakeRequest): string =>
  JSON.stringify({ errors: false, items: recordsOf(request).map(() => ({ create: { status: 201 } })) });

const items = (...outcomes: readonly object[]): string =>
  JSON.stringify({ errors: true, items: outcomes.map((create) => ({ create })) });

const context = { name: "search", baseDir: ".", logger: silentLogger };
const PASSWORD = "open-sesame";
const API_KEY = "VnVhQ2ZHY0JDZGJrUW0tZTVhT3g6dWkybHAyYXhUTm1zeWFrdzl0dk5udw==";

function harness(name: string, create: SinkHarness["create"], secrets: readonly string[]): SinkHarness {
  return {
    name,
    create,
    network: {
      serve: (answers) => fakeServer(createServer, answers),
      success: { status: 200, headers: { "content-type": "application/json" }, body: created },
      probed: { status: 200, headers: { "content-type": "application/json" }, body: '{"version":{"number":"9.5.3"}}' },
      received: (request) => recordsOf(request).map(({ document }) => document.message as string),
      secrets,
      rows: [
        {
          name: "items of three kinds",
          answer: {
            status: 200,
            headers: { "content-type": "application/json" },
            body: items(
              { status: 201 },
              { status: 429, error: { type: "es_rejected_execution_exception", reason: "full" } },
              { status: 400, error: { type: "document_parsing_exception", reason: "failed to parse field [x]" } },
            ),
          },
          result: ["delivered", "retry", "reject"],
        },
        { name: "200 without items", answer: { status: 200, body: '{"errors":false}' }, result: "unavailable" },
        { name: "200, HTML", answer: { status: 200, body: "<html>Sign in</html>" }, result: "unavailable" },
        {
          name: "fewer items than records",
          answer: { status: 200, body: items(...Array.from({ length: TABLE_RECORDS - 1 }, () => ({ status: 201 }))) },
          result: "unavailable",
        },
        { name: "408", answer: { status: 408 }, result: "retry" },
        { name: "400 from who knows", answer: { status: 400, body: "bad" }, result: "unavailable" },
      ],
    },
  };
}

const sinks: readonly SinkHarness[] = [
  harness(
    "elasticsearch",
    ({ url, requestTimeoutMs }) =>
      elasticsearch.create(
        elasticsearch.options.parse({ url, requestTimeoutMs, dedupeWindowMs: 0, auth: { apiKey: API_KEY } }),
        context,
      ),
    [API_KEY],
  ),
  harness(
    "opensearch",
    ({ url, requestTimeoutMs }) =>
      opensearch.create(
        opensearch.options.parse({
          url,
          requestTimeoutMs,
          dedupeWindowMs: 0,
          compression: "none",
          auth: { username: "sluice", password: PASSWORD },
        }),
        context,
      ),
    [PASSWORD, Buffer.from(`sluice:${PASSWORD}`).toString("base64")],
  ),
];

for (const sink of sinks)
  describe(`${sink.name} keeps the contract of sinks`, () => {
    for (const { name, run } of sinkContract(sink)) test(name, run);
  });
