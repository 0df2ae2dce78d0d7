import { execFile } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { promisify } from "node:util";
import { gunzipSync } from "node:zlib";
import { expect, test } from "vitest";

const EXAMPLES = path.resolve(import.meta.dirname, "../../examples");

test("push-records: twenty lines of plain Node push records through the core into a sink", async () => {
  const bodies: string[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    bodies.push((request.headers["content-encoding"] === "gzip" ? gunzipSync(body) : body).toString("utf8"));
    response.end();
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  try {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/logs`;
    const env = { ...process.env, LOG_URL: url };
    const { stdout } = await promisify(execFile)(process.execPath, [path.join(EXAMPLES, "push-records/push.mjs")], {
      env,
    });
    expect(stdout).toContain('"in":3');
    const messages = bodies.flatMap((body) => body.trimEnd().split("\n")).map((line) => JSON.parse(line).message);
    expect(messages).toEqual(["order 1 placed", "order 2 placed"]);
  } finally {
    server.close();
  }
});
