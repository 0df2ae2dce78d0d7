import type { ServerResponse } from "node:http";
import type { ObjectRef } from "@sluice/core";
import { describe, expect, onTestFinished, test } from "vitest";
import { localServer, textOf } from "../testing/local-server.testing.ts";
import { createS3Reader } from "./s3-reader.ts";

const REF: ObjectRef = { store: "s3", bucket: "logs", key: "a b/ü.log" };
const RANGE = { start: 0, end: 100 };
const never = new AbortController().signal;
/** Has credentials and endpoint found without the SDK. */
const ENV = { HOME: import.meta.dirname };

describe.each([
  ["by the environment", ENV],
  ["by the SDK", undefined],
])("a bucket found %s", (_, env) => {
  test("is asked in a request that only it needs", async () => {
    const server = await localServer(onTestFinished, (_, response) =>
      response.writeHead(206, { "content-range": "bytes 0-0/1", etag: '"abc"' }).end("x"),
    );
    const reader = createS3Reader({ aws: server.aws, ...(env === undefined ? {} : { env }) });
    const ref = { ...REF, key: "a+b/ü (1)*'!/../x", versionId: "v/1+" };
    const slice = await reader.read(ref, { ...RANGE, ifMatch: "abc" }, never);
    expect(await textOf(slice.body)).toBe("x");
    expect(server.requests).toHaveLength(1);
    const [request] = server.requests;
    expect(request?.url).toBe("/logs/a%2Bb/%C3%BC%20%281%29%2A%27%21/../x?versionId=v%2F1%2B");
    expect(request?.headers).toMatchObject({ range: "bytes=0-99", "if-match": '"abc"' });
    expect(request?.headers.authorization).toMatch(/^AWS4-HMAC-SHA256 Credential=test\/\d{8}\/eu-west-1\/s3\//);
  });

  test("in another region than it was looked for is asked for there, from then on", async () => {
    const server = await localServer(onTestFinished, (request, response) => {
      if (request.headers.authorization?.includes("/eu-central-1/s3/"))
        return void response.writeHead(200, { "content-length": "1" }).end("x");
      response
        .writeHead(301, { "x-amz-bucket-region": "eu-central-1" })
        .end("<Error><Code>PermanentRedirect</Code></Error>");
    });
    const reader = createS3Reader({ aws: server.aws, ...(env === undefined ? {} : { env }) });
    expect(await textOf((await reader.read(REF, RANGE, never)).body)).toBe("x");
    expect(server.requests).toHaveLength(2);
    expect(await textOf((await reader.read(REF, RANGE, never)).body)).toBe("x");
    expect(server.requests).toHaveLength(3);
  });
});

test("a bucket that says to lie where it was looked for is believed no second time", async () => {
  const server = await localServer(onTestFinished, (_, response) =>
    response.writeHead(301, { "x-amz-bucket-region": "eu-west-1" }).end(),
  );
  const read = createS3Reader({ aws: server.aws }).read({ ...REF, region: "eu-west-1" }, RANGE, never);
  await expect(read).rejects.toMatchObject({ code: "INTERNAL" });
  expect(server.requests).toHaveLength(1);
});

test("a directory bucket's requests are signed by the SDK, with a session", async () => {
  const server = await localServer(onTestFinished, (request, response) => {
    if (request.url?.includes("session")) return void response.writeHead(200).end(SESSION);
    response.writeHead(206, { "content-range": "bytes 0-0/1" }).end("x");
  });
  const ref = { ...REF, bucket: "logs--use1-az4--x-s3" };
  const slice = await createS3Reader({ aws: server.aws, env: ENV }).read(ref, RANGE, never);
  expect(await textOf(slice.body)).toBe("x");
  expect(server.requests.map(({ headers }) => headers["x-amz-s3session-token"])).toEqual([undefined, "session"]);
  expect(server.requests[1]?.url).toMatch(/\/a%20b\/%C3%BC\.log\?x-id=GetObject$/);
});

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
    expect(request?.url).toBe("/logs/a%20b/%C3%BC.log?versionId=v1");
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
      response.writeHead(200, { etag: '"abc"', "content-length": "14" }).end("from the start"),
    );
    const read = createS3Reader({ aws: server.aws }).read(REF, { start: 5, end: 9 }, never);
    await expect(read).rejects.toMatchObject({ code: "INTERNAL", message: expect.stringContaining("from 0") });
  });

  test.each([
    ["206 of unknown size", 206, { "content-range": "bytes 0-0/*" }, "x"],
    ["206 without a Content-Range", 206, {}, "x"],
    ["200 in pieces, of unknown size", 200, { "transfer-encoding": "chunked" }, "x"],
    ["202", 202, {}, ""],
    ["204", 204, {}, ""],
  ])("answered by %s is refused rather than taken for the whole object", async (_, status, headers, body) => {
    const server = await localServer(onTestFinished, (_, response) =>
      response.writeHead(status, { etag: '"abc"', ...headers }).end(body),
    );
    const read = createS3Reader({ aws: server.aws }).read(REF, RANGE, never);
    await expect(read).rejects.toMatchObject({
      code: "INTERNAL",
      message: expect.stringContaining(`${status} without`),
    });
  });

  test("ignored, and answered with less than the event says of the same etag, is refused", async () => {
    const server = await localServer(onTestFinished, (_, response) =>
      response.writeHead(200, { etag: '"abc"', "content-length": "4" }).end("half"),
    );
    const { read } = createS3Reader({ aws: server.aws });
    await expect(read({ ...REF, etag: "abc", size: 8 }, RANGE, never)).rejects.toMatchObject({
      code: "INTERNAL",
      message: expect.stringContaining("4 bytes, the event says 8"),
    });
    for (const ref of [{ ...REF, etag: "old", size: 8 }, { ...REF, etag: "abc", size: 4 }, REF])
      await expect(read(ref, RANGE, never)).resolves.toMatchObject({ size: 4 });
  });

  test("of an object that is said to be longer isn't empty, though refused with 416", async () => {
    const server = await localServer(onTestFinished, (_, response) => {
      response.writeHead(416).end("<Error><Code>InvalidRange</Code><ActualObjectSize>7</ActualObjectSize></Error>");
    });
    const read = createS3Reader({ aws: server.aws }).read(REF, RANGE, never);
    await expect(read).rejects.toMatchObject({ code: "INTERNAL" });
  });

  test("comes from the bucket's own region", async () => {
    const server = await localServer(onTestFinished, (_, response) =>
      response.writeHead(200, { etag: '"abc"', "content-length": "1" }).end("x"),
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

describe("a body", () => {
  test("of many pieces waits for its reader, and comes whole", async () => {
    const whole = Buffer.alloc(3_000_000, "0123456789abcdef");
    const server = await localServer(onTestFinished, (_, response) =>
      response.writeHead(200, { "content-length": String(whole.length) }).end(whole),
    );
    const slice = await createS3Reader({ aws: server.aws }).read(REF, RANGE, never);
    const chunks: Uint8Array[] = [];
    for await (const chunk of slice.body) {
      chunks.push(chunk);
      await new Promise(setImmediate);
    }
    expect(Buffer.concat(chunks).equals(whole)).toBe(true);
  });

  test("that has come whole leaves its connection to the next ones, though nobody asks whether more follows", async () => {
    const server = await localServer(onTestFinished, (_, response) =>
      response.writeHead(206, { "content-range": "bytes 0-3/4", "content-length": "4" }).end("some"),
    );
    const reader = createS3Reader({ aws: server.aws });
    for (let i = 0; i < 10; i++) {
      const slice = await reader.read(REF, RANGE, never);
      for await (const _ of slice.body) break;
    }
    // undici gives a connection out again an event loop's turn after its answer: the next request may need a second one.
    expect(new Set(server.requests.map(({ socket }) => socket.remotePort)).size).toBeLessThanOrEqual(2);
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

const SESSION = `<CreateSessionResult><Credentials><SessionToken>session</SessionToken><SecretAccessKey>s</SecretAccessKey>
<AccessKeyId>a</AccessKeyId><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></CreateSessionResult>`;

function fail(response: ServerResponse, status: number, code: string): void {
  const xml = `<?xml version="1.0"?><Error><Code>${code}</Code><Message>no</Message></Error>`;
  response.writeHead(status, { "content-type": "application/xml" }).end(xml);
}
