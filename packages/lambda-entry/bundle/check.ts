/**
 * Runs the bundle as Lambda would, and fails the build when it doesn't work, or loads anything that its config and
 * event don't need.
 */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { registerHooks } from "node:module";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { ENTRY, LAMBDA, loadedBy, packagesIn, readOutputs } from "./graph.ts";

/** Packages that a start may load; all the rest waits until a config or an event needs it. */
const AT_START: ReadonlySet<string> = new Set(["zod", "p-retry", "is-network-error"]);
/** What YAML, the file sink and the HTTP sink (on a slimmed undici) load beyond the start. */
const USED = ["src/config/yaml.ts", "src/sinks/file/index.ts", "sinks-http/src/index.ts"];

const outputs = readOutputs();
const atStart = loadedBy(outputs, [ENTRY]);
const strangers = packagesIn(atStart, outputs).filter((name) => !AT_START.has(name));
assert.deepEqual(strangers, [], "packages that the handler loads at its start");

const received: string[] = [];
const server = createServer((request, response) => {
  received.push(`${request.method} ${request.url}`);
  request.resume().on("end", () => response.end());
});
await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
const { port } = server.address() as AddressInfo;
const folder = mkdtempSync(join(tmpdir(), "sluice-bundle-"));
try {
  const path = join(folder, "out.ndjson");
  const url = `http://127.0.0.1:${port}/in`;
  process.env.SLUICE_CONFIG = `sinks:\n  copy: { type: file, path: "${path}" }\n  out: { type: http, url: "${url}" }\n`;
  process.env.SLUICE_LOG_LEVEL = "error";
  const loaded = recordLoads();
  const { handler } = await import(pathToFileURL(join(LAMBDA, "index.mjs")).href);
  assert.deepEqual(names(loaded), names(atStart), "files loaded at the start");

  await handler({ awslogs: { data: logBatch("hello") } }, { getRemainingTimeInMillis: () => 30_000 });
  assert.equal(JSON.parse(readFileSync(path, "utf8")).message, "hello");
  assert.deepEqual(received, ["POST /in"]);
  assert.deepEqual(names(loaded), names(loadedBy(outputs, [ENTRY, ...USED])), "files loaded by the invocation");
} finally {
  rmSync(folder, { recursive: true });
  server.close();
  server.closeAllConnections();
}

function recordLoads(): string[] {
  const loaded: string[] = [];
  const prefix = pathToFileURL(LAMBDA).href;
  registerHooks({
    load: (url, context, next) => {
      if (url.startsWith(prefix)) loaded.push(url);
      return next(url, context);
    },
  });
  return loaded;
}

function names(files: readonly string[]): string[] {
  return files.map((file) => basename(file)).sort();
}

/** A CloudWatch Logs subscription's payload, as Lambda gets it. */
function logBatch(message: string): string {
  const about = { messageType: "DATA_MESSAGE", owner: "123456789012", logGroup: "g", logStream: "s" };
  const logEvents = [{ id: "1", timestamp: Date.UTC(2026, 0, 1), message }];
  return gzipSync(JSON.stringify({ ...about, subscriptionFilters: ["f"], logEvents })).toString("base64");
}
