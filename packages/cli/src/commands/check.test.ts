import { parseConfig, reachOf } from "@sluice/core";
import { expect, test } from "vitest";
import { ASSUMED } from "../check/resume-limits.ts";
import { type FakeOptions, fakeContext } from "../fake-context.testing.ts";
import { main } from "../main.ts";

const QUEUE = "https://sqs.eu-west-1.amazonaws.com/123456789012/continue";

function loading(compressions: readonly string[], continuation: object = { continuation: { queue: QUEUE } }) {
  const sources = compressions.map((compression) => ({ match: { bucket: compression }, compression }));
  const config = parseConfig({ sources, sinks: { stdout: { type: "stdout" } }, ...continuation }, "test");
  return async () => ({ config, name: "test", baseDir: ".", found: true });
}

async function check(argv: readonly string[], options: FakeOptions = {}) {
  const context = fakeContext({ load: loading([]), ...options });
  const exit = await main(["check", ...argv], context);
  return { exit, ...context.terminal.written };
}

test("says how large objects may be that can't be gone on with, of each kind, by an assumption that it names", async () => {
  const { exit, out } = await check([]);
  expect(exit).toBe(0);
  expect(out).toContain("for a function of 300 s and 512 MB, which is assumed: --connect --function NAME asks");
  expect(out).toMatch(/ZIP +up to 1\.2 GB decoded\n/);
  expect(out).toMatch(/compression within compression +up to 414 MB decoded\n/);
  expect(out).toMatch(/Parquet +up to 3,473,148 rows\n/);
  expect(out).toContain("a greater timeout or more memory allows more");
  expect((await check([], { load: loading([], {}) })).out).toContain(
    "in the middle, once there is a continuation, for",
  );
});

test("the same in JSON, in bytes and rows", async () => {
  const { out } = await check(["--json"]);
  expect(JSON.parse(out).resumeLimits).toEqual({
    function: null,
    timeoutSeconds: 300,
    memoryMb: 512,
    limits: reachOf(ASSUMED),
  });
});

test("by the function's own timeout and memory where it is named", async () => {
  const asked: unknown[] = [];
  const functionSize = async (_: unknown, name = "by environment") => {
    asked.push(name);
    return { name, timeoutMs: 900_000, memoryMb: 1769 };
  };
  const { out } = await check(["--connect", "--function", "sluice"], { functionSize });
  expect(asked).toEqual(["sluice"]);
  expect(out).toContain("for function sluice of 900 s and 1,769 MB:");
  expect(out).toMatch(/Parquet +up to 36,000,000 rows\n/);
  const json = await check(["--connect", "--json"], { functionSize });
  expect(JSON.parse(json.out).resumeLimits).toMatchObject({ function: "by environment", timeoutSeconds: 900 });
  await check([], { functionSize });
  expect(asked).toHaveLength(2);
});

test("a function that doesn't tell is a warning, and the assumption holds", async () => {
  const refusal = Object.assign(new Error("not authorized"), { name: "AccessDeniedException" });
  const { exit, err, out } = await check(["--connect", "--function", "sluice"], {
    functionSize: () => Promise.reject(refusal),
  });
  expect(exit).toBe(0);
  expect(err).toContain("AccessDeniedException: not authorized (this asks for lambda:GetFunctionConfiguration)");
  expect(out).toContain("for a function of 300 s and 512 MB, which is assumed");
});

test("warns of sources that declare such a compression, and of no others", async () => {
  const names = ["zip", "gzip", "zlib", "auto", "none", "bzip2", "snappy", "zstd", "parquet"];
  const { exit, err } = await check([], { load: loading(names) });
  expect(exit).toBe(0);
  const warnings = err.split("\n").filter((line) => line.includes("sources["));
  expect(warnings).toEqual([
    expect.stringMatching(
      /sources\[0\]\.compression: zip: .* beyond 1\.2 GB decoded .*\(assumed\).*timeout or more memory, or .*gzip$/,
    ),
    expect.stringMatching(/sources\[2\]\.compression: zlib: /),
    expect.stringMatching(/sources\[7\]\.compression: zstd: an object that is one single frame .*several frames$/),
    expect.stringMatching(/sources\[8\]\.compression: parquet: .* beyond 3,473,148 rows /),
  ]);
});
