import { createServer } from "node:http";
import { gunzipSync } from "node:zlib";
import { silentLogger } from "@sluice/core";
import { type FakeRequest, fakeServer, type Row, type SinkHarness, sinkContract } from "@sluice/core/testing";
import { describe, test } from "vitest";
import http, { type Format } from "./index.ts";

const SECRETS = { token: 'to"ken/+=&1234', header: "x-value-98765", query: "in-the-query", path: "in-the-path-9876" };

const ROWS: readonly Row[] = [
  { name: "201", answer: { status: 201 }, result: "delivered" },
  { name: "204", answer: { status: 204 }, result: "delivered" },
  { name: "200, cut in the body", answer: { status: 200, body: "x".repeat(999), cutAfter: 9 }, result: "delivered" },
  { name: "400", answer: { status: 400, body: "bad line" }, result: "split" },
  { name: "405", answer: { status: 405 }, result: "unavailable" },
  { name: "408", answer: { status: 408 }, result: "retry" },
  { name: "410", answer: { status: 410 }, result: "unavailable" },
  { name: "422", answer: { status: 422 }, result: "split" },
  { name: "425", answer: { status: 425 }, result: "retry" },
  { name: "307", answer: { status: 307, headers: { location: "/elsewhere" } }, result: "unavailable" },
  { name: "507", answer: { status: 507 }, result: "retry" },
];

function messages(format: Format, { body, headers }: FakeRequest): string[] {
  const text = (headers["content-encoding"] === "gzip" ? gunzipSync(body) : body).toString();
  if (format === "json-array") return JSON.parse(text).map((document: { message: string }) => document.message);
  const lines = text.split("\n").slice(0, -1);
  return format === "text" ? lines : lines.map((line) => JSON.parse(line).message);
}

function harness(format: Format, compression: "gzip" | "none"): SinkHarness {
  return {
    name: `http, ${format}, ${compression}`,
    create: ({ url, requestTimeoutMs }) => {
      const auth = { bearer: SECRETS.token };
      const headers = { "x-key": SECRETS.header };
      const given = {
        url: `${url}/in/${SECRETS.path}?key=${SECRETS.query}`,
        format,
        compression,
        auth,
        headers,
        requestTimeoutMs,
      };
      return http.create(http.options.parse(given), { name: "test", baseDir: ".", logger: silentLogger });
    },
    network: {
      serve: (answers) => fakeServer(createServer, answers),
      success: { status: 200, body: "thanks" },
      rows: ROWS,
      received: (request) => messages(format, request),
      secrets: Object.values(SECRETS),
      probed: { status: 405 },
    },
    ...(format === "text" ? { noDocument: "a text line has lost its line ends" } : {}),
  };
}

for (const each of [harness("ndjson", "gzip"), harness("json-array", "none"), harness("text", "none")])
  describe(each.name, () => {
    for (const { name, run } of sinkContract(each)) test(name, run);
  });
