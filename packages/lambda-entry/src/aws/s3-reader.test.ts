import type { ServerResponse } from "node:http";
import type { ObjectRef } from "@sluice/core";
import { describe, expect, onTestFinished, test } from "vitest";
import { localServer, textOf } from "../testing/local-server.testing.ts";
import { createS3Reader } from "./s3-reader.ts";

const REF: ObjectRef = { store: "s3", bucket: "logs", key: "a b/ü.log" };
const RANGE = { start: 0, end: 100 };
const never = new AbortController().signal;

describe("a range", () => {
  test("is asked for and described by the answer", async () => {
    const server = await localServer(onTestFinished, (_, response) => {
      const headers = {
        etag: '"abc"',
        "content-range": "bytes 3-5/1234",
        "last-modified": "Thu, 01 Jan 2026 00:00:00 GMT",
        "x-amz-version-id": "v1",
      };
      response.writeHead(206, headers).end("xyz");
    });
    const reader = createS3Reader({ aws: server.aws });
    const ref = { ...REF, versionId: "v1" };
    const slice = await reader.read(ref, { start: 3, end: 6, ifMatch: "abc" }, never);
    expect(slice).toMatchObject({ etag: "abc", size: 1234, lastModified: Date.UTC(2026, 0, 1), versionId: "v1" });
    expect(await textOf(slice.body)).toBe("xyz");
    const [request] = server.requests;
    expect(request?.url).toBe("/logs/a%20b/%C3%BC.log?versionId=v1&x-id=GetObject");
    expect(request?.headers).toMatchObject({ range: "bytes=3-5", "if-match": '"abc"' });
  });

  test("of an empty object, which S3 refuses with 416, is empty", async () => {
    const server = await localServer(onTestFinished, (_, response) => fail(response, 416, "InvalidRange"));
    const slice = await createS3Reader({ aws: server.aws }).read(REF, RANGE, never);
    expect(slice).toMatchObject({ size: 0 });
    expect(await textOf(slice.body)).toBe("");
  });

  test("behind the end is empty and tells the size", async () => {
    const server = await localServer(onTestFinished, (_, response) => {
      response.writeHead(416).end("<Error><Code>InvalidRange</Code><ActualObjectSize>7</ActualObjectSize></Error>");
    });
    const slice = await createS3Reader({ aws: server.aws }).read(REF, { start: 9, end: 20, ifMatch: "abc" }, never);
    expect(slice).toMatchObject({ size: 7, etag: "abc" });
  });

  test("that the store ignored is refused rather than taken for the one asked for", async () => {
    const server = await localServer(onTestFinished, (_, response) =>
      response.writeHead(200, { etag: '"abc"' }).end("from the start"),
    );
    const read = createS3Reader({ aws: server.aws }).read(REF, { start: 5, end: 9 }, never);
    await expect(read).rejects.toMatchObject({ code: "INTERNAL", message: expect.stringContaining("from 0") });
  });

  test("comes from the bucket's own region", async () => {
    const server = await localServer(onTestFinished, (_, response) =>
      response.writeHead(200, { etag: '"abc"' }).end("x"),
    );
    await createS3Reader({ aws: server.aws }).read({ ...REF, region: "sa-east-1" }, RANGE, never);
    expect(server.requests[0]?.headers.authorization).toContain("/sa-east-1/s3/");
  });
});

describe("a refusal", () => {
  test.each([
    [412, "PreconditionFailed", "OBJECT_CHANGED"],
    [404, "NoSuchKey", "OBJECT_MISSING"],
    [404, "NoSuchVersion", "OBJECT_MISSING"],
    [404, "NoSuchBucket", "OBJECT_MISSING"],
    [405, "MethodNotAllowed", "OBJECT_MISSING"],
    [403, "InvalidObjectState", "OBJECT_ARCHIVED"],
    [403, "AccessDenied", "ACCESS_DENIED"],
    [403, "ExpiredToken", "ACCESS_DENIED"],
    [503, "SlowDown", "THROTTLED"],
    [500, "InternalError", "THROTTLED"],
    [400, "RequestTimeout", "THROTTLED"],
    [429, "TooManyRequests", "THROTTLED"],
    [400, "InvalidRequest", "INTERNAL"],
  ])("%i %s is %s, after one attempt", async (status, name, code) => {
    const server = await localServer(onTestFinished, (_, response) => fail(response, status, name));
    const read = createS3Reader({ aws: server.aws }).read(REF, RANGE, never);
    await expect(read).rejects.toMatchObject({ code, message: expect.stringMatching(/: no$/) });
    expect(server.requests).toHaveLength(1);
  });

  test.each([404, 503])("%i with the words of a proxy goes by its status", async (status) => {
    const server = await localServer(onTestFinished, (_, response) =>
      response.writeHead(status).end("<html>oh <b>no</html>"),
    );
    const read = createS3Reader({ aws: server.aws }).read(REF, RANGE, never);
    await expect(read).rejects.toMatchObject({ code: status === 404 ? "OBJECT_MISSING" : "THROTTLED" });
  });
});

describe("a broken connection", () => {
  test("before the answer is RESET", async () => {
    const server = await localServer(onTestFinished, (request) => request.socket.destroy());
    const read = createS3Reader({ aws: server.aws }).read(REF, RANGE, never);
    await expect(read).rejects.toMatchObject({ code: "RESET", transient: true });
    expect(server.requests).toHaveLength(1);
  });

  test("to nowhere is RESET", async () => {
    const { aws } = await localServer(onTestFinished, () => {});
    const read = createS3Reader({ aws: { ...aws, endpoint: "http://127.0.0.1:1" } }).read(REF, RANGE, never);
    await expect(read).rejects.toMatchObject({ code: "RESET" });
  });

  test("within the body is RESET, after the bytes that came", async () => {
    const server = await localServer(onTestFinished, (_, response) => {
      response.writeHead(206, { "content-range": "bytes 0-9/10", "content-length": "10" });
      response.write("half", () => response.destroy());
    });
    const slice = await createS3Reader({ aws: server.aws }).read(REF, RANGE, never);
    let bytes = 0;
    const reading = (async () => {
      for await (const chunk of slice.body) bytes += chunk.length;
    })();
    await expect(reading).rejects.toMatchObject({ code: "RESET" });
    expect(bytes).toBe(4);
  });

  test("that falls silent is TIMEOUT, before the answer and within the body", async () => {
    const silent = await localServer(onTestFinished, () => {});
    const read = createS3Reader({ aws: silent.aws, socketTimeoutMs: 50 }).read(REF, RANGE, never);
    await expect(read).rejects.toMatchObject({ code: "TIMEOUT" });
    const stalls = await localServer(onTestFinished, (_, response) => {
      response.writeHead(206, { "content-range": "bytes 0-9/10", "content-length": "10" }).write("half");
    });
    const slice = await createS3Reader({ aws: stalls.aws, socketTimeoutMs: 50 }).read(REF, RANGE, never);
    await expect(textOf(slice.body)).rejects.toMatchObject({ code: "TIMEOUT" });
  });
});

describe("a reader that stops", () => {
  test("early ends the connection", async () => {
    const closed = Promise.withResolvers<void>();
    const server = await localServer(onTestFinished, (_, response) => {
      response.on("close", () => closed.resolve());
      response.writeHead(206, { "content-range": "bytes 0-99/100", "content-length": "100" }).write("some");
    });
    const slice = await createS3Reader({ aws: server.aws }).read(REF, RANGE, never);
    for await (const _ of slice.body) break;
    await closed.promise;
  });

  test("by its signal gets the signal's reason, whether it reads yet or not", async () => {
    const closed = Promise.withResolvers<void>();
    const server = await localServer(onTestFinished, (_, response) => {
      response.on("close", () => closed.resolve());
      response.writeHead(206, { "content-range": "bytes 0-99/100", "content-length": "100" }).write("some");
    });
    const abort = new AbortController();
    const slice = await createS3Reader({ aws: server.aws }).read(REF, RANGE, abort.signal);
    const reason = new Error("enough");
    abort.abort(reason);
    await closed.promise;
    await expect(textOf(slice.body)).rejects.toBe(reason);
    await expect(createS3Reader({ aws: server.aws }).read(REF, RANGE, abort.signal)).rejects.toBe(reason);
  });
});

function fail(response: ServerResponse, status: number, code: string): void {
  const xml = `<?xml version="1.0"?><Error><Code>${code}</Code><Message>no</Message></Error>`;
  response.writeHead(status, { "content-type": "application/xml" }).end(xml);
}
