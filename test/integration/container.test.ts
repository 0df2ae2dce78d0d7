import { execFile } from "node:child_process";
import { cp, mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, inject, onTestFinished, test } from "vitest";
import { unique } from "./elastic-helper.ts";
import { layPlace, messagesIn, pollWith, putObjects } from "./poll-helper.ts";

// What the container image holds, without the container: the folder that its build makes, outside of the workspace.

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const CLI = join(ROOT, "packages/cli");
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "sluice-container-"));
  const { scripts } = JSON.parse(await readFile(join(CLI, "package.json"), "utf8"));
  const [tsup, ...args] = scripts.bundle.split(" ");
  await promisify(execFile)(join(ROOT, "node_modules/.bin", tsup), args, { cwd: CLI });
  await cp(join(CLI, "dist/bundle"), folder, { recursive: true });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Values of an instruction's JSON form in the last stage. */
async function instruction(name: string): Promise<string[]> {
  const text = await readFile(join(ROOT, "infra/container/Dockerfile"), "utf8");
  const line = text
    .replaceAll("\\\n", "")
    .split("\n")
    .findLast((each) => each.startsWith(`${name} `));
  return JSON.parse(line?.slice(line.indexOf("[")) ?? "");
}

test("the folder of the image drains a queue by itself, and the image's health check tells how it is", async () => {
  const at = await layPlace(inject("awsEndpoint"), unique("container-"));
  onTestFinished(() => at.close());
  await putObjects(at, { "a.log": "one\ntwo\n", "b.log": "three\n" });
  const [node = "", ...check] = await instruction("HEALTHCHECK");
  expect(node).toBe("node");
  const health: (number | undefined)[] = [];
  const server = createServer(async (request, response) => {
    const { port } = await poller.line("health endpoint");
    health.push(await exitCode(check, String(port)));
    request.resume();
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const config = { sinks: { out: { type: "http", url } } };
  const poller = pollWith(at, config, ["--drain", "--json", "--port", "0"], join(folder, "bin/sluice.js"));
  const { code, out, err } = await poller.ended;
  expect(err).not.toContain('"level":"error"');
  expect(code).toBe(0);
  expect(JSON.parse(out)).toMatchObject({ delivered: { out: 3 }, messages: { received: 2, deleted: 2 } });
  expect(await messagesIn(at)).toEqual({ visible: 0, invisible: 0 });
  expect(health[0]).toBe(0);
  const { port } = await poller.line("health endpoint");
  expect(await exitCode(check, String(port))).toBe(1);
});

test("it starts as `sluice poll`", async () => {
  expect([...(await instruction("ENTRYPOINT")), ...(await instruction("CMD"))]).toEqual(["sluice", "poll"]);
});

function exitCode(args: readonly string[], port: string): Promise<number | undefined> {
  return new Promise((resolve) => {
    const env = { ...process.env, SLUICE_PORT: port };
    const child = execFile(process.execPath, args, { env, timeout: 5_000 }, () => resolve(child.exitCode ?? undefined));
  });
}
