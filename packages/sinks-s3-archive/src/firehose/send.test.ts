import { createServer } from "node:http";
import { silentLogger } from "@sluice/core";
import { encodeBatch, fakeServer, sendCall, testRecord } from "@sluice/core/testing";
import { expect, onTestFinished, test, vi } from "vitest";
import firehose from "./index.ts";

vi.stubEnv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE");
vi.stubEnv("AWS_SECRET_ACCESS_KEY", "secret");

test("each record is a line with its id, so that what Firehose joins stays NDJSON", async () => {
  const server = await fakeServer(createServer, [{ status: 503 }]);
  onTestFinished(() => server.close());
  const given = firehose.options.parse({ stream: "logs", region: "eu-west-1", endpoint: server.url });
  const sink = await firehose.create(given, { name: "firehose", baseDir: ".", logger: silentLogger });
  const records = ["one", "two\nlines"].map((message, i) => testRecord({ message, start: i * 10 }));
  await sink.send(encodeBatch(sink, records), sendCall());
  const body = JSON.parse(String(server.requests[0]?.body));
  expect(body.DeliveryStreamName).toBe("logs");
  const lines = body.Records.map(({ Data }: { Data: string }) => Buffer.from(Data, "base64").toString());
  expect(lines.map((line: string) => line.indexOf("\n") === line.length - 1)).toEqual([true, true]);
  expect(JSON.parse(lines[1])).toMatchObject({ message: "two\nlines", sluice: { id: `1${"0".repeat(32)}-10-19` } });
});

test("quotas of PutRecordBatch", async () => {
  const sink = await firehose.create(firehose.options.parse({ stream: "logs", region: "eu-west-1" }), {
    name: "firehose",
    baseDir: ".",
    logger: silentLogger,
  });
  expect(sink.limits).toMatchObject({ maxBatchRecords: 500, maxBatchBytes: 4_194_304, maxRecordBytes: 1_024_000 });
});

test("an ARN is no name", () => {
  const given = { stream: "arn:aws:firehose:eu-west-1:123456789012:deliverystream/logs" };
  expect(firehose.options.safeParse(given).error?.issues[0]?.message).toContain("not its ARN");
});
