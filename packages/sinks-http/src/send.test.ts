import { createServer } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { createServer as createTcpServer } from "node:net";
import { gunzipSync } from "node:zlib";
import { type SendResult, type Sink, silentLogger } from "@sluice/core";
import { type Answer, encodeBatch, type FakeServer, fakeServer, sendCall, testRecord } from "@sluice/core/testing";
import { expect, onTestFinished, test } from "vitest";
import http from "./index.ts";

/** For localhost, signed by itself, until 2120; used nowhere else. */
const KEY = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg0JYUbc2P7rD1xR0I
Y9ROHVhueUWiwEupPWAdScFCoXahRANCAARUVTAVu405VeR0k3y+0hz+oVvgpZ5r
RQMhwQ5m0bNi0trT8F0feVSwDmj7r+mFRVABNdIdiGWQ+FvHeeo+sdRZ
-----END PRIVATE KEY-----`;
const CERT = `-----BEGIN CERTIFICATE-----
MIIBZjCCAQ2gAwIBAgIBATAKBggqhkjOPQQDAjAUMRIwEAYDVQQDDAlsb2NhbGhv
c3QwIBcNMjAwMTAxMDAwMDAwWhgPMjEyMDAxMDEwMDAwMDBaMBQxEjAQBgNVBAMM
CWxvY2FsaG9zdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABFRVMBW7jTlV5HST
fL7SHP6hW+ClnmtFAyHBDmbRs2LS2tPwXR95VLAOaPuv6YVFUAE10h2IZZD4W8d5
6j6x1FmjTjBMMA8GA1UdEwEB/wQFMAMBAf8wGgYDVR0RBBMwEYIJbG9jYWxob3N0
hwR/AAABMB0GA1UdDgQWBBQ1qvf/leBZdTfJ0liy4M5RjLHajTAKBggqhkjOPQQD
AgNHADBEAiA59OstPi0bcEowhZ/EgwbcHzRHC2+bQKAyk/G3roz6+AIgeKo401Y3
t//asvIwRHphh4VKrO58DF4urEnX/uLsU8w=
-----END CERTIFICATE-----`;

async function sinkFor(options: Record<string, unknown>): Promise<Sink> {
  const sink = await http.create(http.options.parse(options), { name: "http", baseDir: ".", logger: silentLogger });
  onTestFinished(() => sink.close?.());
  return sink;
}

async function serve(...answers: Answer[]): Promise<FakeServer> {
  const server = await fakeServer(createServer, answers);
  onTestFinished(() => server.close());
  return server;
}

const send = (sink: Sink, messages: readonly string[] = ["one", "two"]): Promise<SendResult> =>
  sink.send(
    encodeBatch(
      sink,
      messages.map((message, i) => testRecord({ message, start: i * 1000 })),
    ),
    sendCall(),
  );

test("documents carry their ids; one request, with length and type", async () => {
  const server = await serve({ status: 200 });
  expect(await send(await sinkFor({ url: `${server.url}/logs?x=1` }))).toEqual({ kind: "delivered" });
  const [request] = server.requests;
  expect(request).toMatchObject({ method: "POST", path: "/logs?x=1" });
  expect(request?.headers).toMatchObject({ "content-type": "application/x-ndjson" });
  expect(request?.headers["content-length"]).toBe(String(request?.body.length));
  const lines = request?.body.toString().trimEnd().split("\n") ?? [];
  expect(lines.map((line) => JSON.parse(line).sluice.id)).toEqual([
    `1${"0".repeat(32)}-0-3`,
    `1${"0".repeat(32)}-1000-1003`,
  ]);
});

test("a JSON array isn't chunked and stays within the limit", async () => {
  const server = await serve({ status: 200 });
  const sink = await sinkFor({ url: server.url, format: "json-array" });
  await send(sink);
  const [request] = server.requests;
  expect(JSON.parse(String(request?.body))).toHaveLength(2);
  expect(request?.headers["transfer-encoding"]).toBeUndefined();
  expect(request?.headers["content-length"]).toBe(String(request?.body.length));
  expect(sink.limits?.maxBatchBytes).toBe(5 * 1024 * 1024 - 1);
});

test("text: line ends inside a message become two characters, and the dead letter is still a document", async () => {
  const server = await serve({ status: 200 });
  const sink = await sinkFor({ url: server.url, format: "text" });
  await send(sink, ["a\nb", "", "c"]);
  expect(String(server.requests[0]?.body)).toBe("a\\nb\n\nc\n");
  const encoded = encodeBatch(sink, [testRecord({ message: 'say "x"' })]).bytes;
  expect(String(sink.document?.(encoded))).toBe('{"message":"say \\"x\\""}');
});

test("gzip", async () => {
  const server = await serve({ status: 200 });
  await send(await sinkFor({ url: server.url, compression: "gzip", contentType: "application/json" }));
  const [request] = server.requests;
  expect(request?.headers).toMatchObject({ "content-encoding": "gzip", "content-type": "application/json" });
  expect(gunzipSync(request?.body ?? "").toString()).toContain('"message":"two"');
});

test("credentials of each kind", async () => {
  const server = await serve({ status: 200 });
  const kinds = [
    [{ basic: { username: "u", password: "pä:ss" } }, "authorization", "Basic dTpww6Q6c3M="],
    [{ bearer: "token" }, "authorization", "Bearer token"],
    [{ header: { name: "DD-API-KEY", value: "key" } }, "dd-api-key", "key"],
  ] as const;
  for (const [auth, name, value] of kinds) {
    await send(await sinkFor({ url: server.url, auth }));
    expect(server.requests.at(-1)?.headers[name]).toBe(value);
  }
});

test("a receiver that refuses a large body before it has read it", async () => {
  const server = createServer((_, response) => {
    response.writeHead(413, { connection: "close" }).end("too large");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const sink = await sinkFor({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
  const result = await send(sink, ["x".repeat(5_000_000)]);
  expect(result).toMatchObject({ kind: "split", reason: { code: "HTTP_413", message: "too large" } });
});

test("nobody listens, or what listens doesn't speak HTTP: another attempt may help", async () => {
  expect(await send(await sinkFor({ url: "http://127.0.0.1:9" }))).toMatchObject({
    kind: "retry",
    reason: { code: "ECONNREFUSED" },
  });
  const server = createTcpServer((socket) => socket.end("hello\r\n"));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  expect((await send(await sinkFor({ url }))).kind).toBe("retry");
});

test("a certificate that isn't trusted is not worth another attempt", async () => {
  const server = createTlsServer({ key: KEY, cert: CERT }, (request, response) => {
    request.resume().on("end", () => response.end());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  expect(await send(await sinkFor({ url }))).toMatchObject({
    kind: "unavailable",
    reason: { code: "DEPTH_ZERO_SELF_SIGNED_CERT" },
  });
  expect(await send(await sinkFor({ url, tls: { ca: CERT } }))).toEqual({ kind: "delivered" });
  expect(await send(await sinkFor({ url, tls: { rejectUnauthorized: false } }))).toEqual({ kind: "delivered" });
});

test("an answer without end holds nothing up beyond what is read of it", async () => {
  const server = createServer((request, response) => {
    request.resume().on("end", () => {
      response.writeHead(503);
      const more = (): void => {
        if (!response.destroyed) response.write("x".repeat(64 * 1024), more);
      };
      more();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  expect(await send(await sinkFor({ url }))).toMatchObject({ kind: "retry", reason: { code: "HTTP_503" } });
});
