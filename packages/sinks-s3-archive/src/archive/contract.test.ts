import { createServer } from "node:http";
import { gunzipSync } from "node:zlib";
import { silentLogger } from "@sluice/core";
import { type CopyHarness, fakeServer, type Row, type SinkHarness, sinkContract } from "@sluice/core/testing";
import { describe, test, vi } from "vitest";
import s3Archive from "./index.ts";
import type { Format } from "./options.ts";

const SECRETS = { key: "secret/access+key==1234", token: "session-token-5678" };
vi.stubEnv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE");
vi.stubEnv("AWS_SECRET_ACCESS_KEY", SECRETS.key);
vi.stubEnv("AWS_SESSION_TOKEN", SECRETS.token);

const error = (status: number, code: string, result: Row["result"]): Row => ({
  name: `${status} ${code}`,
  answer: { status, body: `<?xml version="1.0"?><Error><Code>${code}</Code><Message>words</Message></Error>` },
  result,
});
const stored = { etag: '"0123"' };

const ROWS: readonly Row[] = [
  error(503, "SlowDown", "retry"),
  error(500, "InternalError", "retry"),
  error(400, "RequestTimeout", "retry"),
  error(400, "BadDigest", "retry"),
  error(409, "OperationAborted", "retry"),
  error(400, "EntityTooLarge", "split"),
  error(403, "AccessDenied", "unauthorized"),
  error(403, "InvalidAccessKeyId", "unauthorized"),
  error(403, "SignatureDoesNotMatch", "unauthorized"),
  error(400, "ExpiredToken", "unauthorized"),
  error(403, "AllAccessDisabled", "unavailable"),
  error(404, "NoSuchBucket", "unavailable"),
  error(301, "PermanentRedirect", "unavailable"),
  error(400, "KMS.DisabledException", "unavailable"),
  error(400, "SomethingNew", "unavailable"),
  error(501, "NotImplemented", "unavailable"),
  { name: "200 without ETag", answer: { status: 200, body: "<html>" }, result: "unavailable" },
  {
    name: "200 with another checksum",
    answer: { status: 200, headers: { ...stored, "x-amz-checksum-crc32": "AAAAAA==" } },
    result: "retry",
  },
];

const COPIED =
  '<?xml version="1.0"?><CopyObjectResult><ETag>"0123"</ETag><LastModified>2026-01-02T03:04:05.000Z</LastModified></CopyObjectResult>';

type CopyRow = NonNullable<CopyHarness["rows"]>[number];

const refused = (status: number, code: string, of: "object" | "bucket"): CopyRow => ({
  name: `${status} ${code}`,
  answer: error(status, code, "retry").answer,
  result: "refused",
  of,
});

const COPIES: CopyHarness = {
  success: { status: 200, body: COPIED },
  rows: [
    refused(403, "AccessDenied", "bucket"),
    refused(404, "NoSuchBucket", "bucket"),
    refused(404, "NoSuchKey", "object"),
    refused(404, "NoSuchVersion", "object"),
    refused(412, "PreconditionFailed", "object"),
    refused(501, "NotImplemented", "bucket"),
    refused(400, "InvalidRequest", "bucket"),
    { ...refused(200, "AccessDenied", "bucket"), name: "200 that turns into a refusal" },
    { name: "200 that turns into a fault", answer: error(200, "InternalError", "retry").answer, result: "retry" },
    { name: "200 without ETag", answer: { status: 200, body: "<html/>" }, result: "refused", of: "bucket" },
  ],
};

const harness = (format: Format): SinkHarness => ({
  name: `s3-archive, ${format}`,
  create: ({ url: endpoint, requestTimeoutMs }) => {
    const given = { bucket: "archive", region: "eu-west-1", endpoint, forcePathStyle: true, format, requestTimeoutMs };
    return s3Archive.create(s3Archive.options.parse(given), { name: "test", baseDir: ".", logger: silentLogger });
  },
  network: {
    serve: (answers) => fakeServer(createServer, answers),
    success: { status: 200, headers: stored },
    rows: ROWS,
    received: ({ body }) =>
      gunzipSync(body)
        .toString()
        .trimEnd()
        .split("\n")
        .map((line) => (format === "raw" ? line : JSON.parse(line).message)),
    secrets: Object.values(SECRETS),
    probed: { status: 200 },
    ...(format === "raw" ? { copies: COPIES } : {}),
  },
});

for (const each of [harness("ndjson"), harness("raw")])
  describe(each.name, () => {
    for (const { name, run } of sinkContract(each)) test(name, run);
  });
