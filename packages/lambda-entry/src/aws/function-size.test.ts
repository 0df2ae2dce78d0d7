import { expect, onTestFinished, test } from "vitest";
import { localServer } from "../testing/local-server.testing.ts";
import { functionSize } from "./function-size.ts";

async function asked(functionName: string, status: number, body: object) {
  const { aws, requests } = await localServer(onTestFinished, (_, response) => {
    response.writeHead(status, { "content-type": "application/json" });
    response.end(JSON.stringify(body));
  });
  const size = functionSize({ functionName, region: "eu-central-1", aws });
  return { size: await size.catch((error: unknown) => error), requests };
}

test("timeout and memory, in the region of the ARN, else in the one that is told", async () => {
  const { size, requests } = await asked("sluice", 200, { Timeout: 120, MemorySize: 512 });
  expect(size).toEqual({ timeoutMs: 120_000, memoryMb: 512 });
  expect(requests[0]?.url).toBe("/2015-03-31/functions/sluice/configuration");
  expect(requests[0]?.headers.authorization).toContain("/eu-central-1/lambda/");
  const arn = "arn:aws:lambda:us-east-1:123456789012:function:sluice";
  expect((await asked(arn, 200, { Timeout: 3, MemorySize: 128 })).requests[0]?.headers.authorization).toContain(
    "/us-east-1/lambda/",
  );
});

test("what is refused, or says nothing, is an error", async () => {
  const { size } = await asked("sluice", 403, { __type: "AccessDeniedException", message: "not authorized" });
  expect(size).toMatchObject({ name: "AccessDeniedException", message: "not authorized" });
  expect((await asked("sluice", 200, {})).size).toMatchObject({ message: expect.stringContaining("no Timeout") });
});
