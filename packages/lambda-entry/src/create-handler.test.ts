import { join } from "node:path";
import type { Config, Invocation, Outcome, Pipeline, Ports } from "@sluice/core";
import { SluiceError } from "@sluice/core";
import { expect, onTestFinished, test } from "vitest";
import { createHandler, type HandlerOptions, type LambdaContext } from "./create-handler.ts";
import { tempFolder } from "./testing/temp-folder.testing.ts";

const CONFIG = { sinks: { out: { type: "stdout" } } };
const CONTEXT: LambdaContext = {
  getRemainingTimeInMillis: () => 1234,
  invokedFunctionArn: "arn:aws:lambda:eu-central-1:123456789012:function:logs",
  awsRequestId: "r-1",
};
const OUTCOME: Outcome = {
  counts: {
    in: 3,
    skipped: 0,
    added: 0,
    filtered: 0,
    routed: 3,
    unparsed: 0,
    truncated: 0,
    delivered: { out: 3 },
    deadLettered: {},
    failed: {},
    dropped: {},
    continued: {},
    copied: {},
    copiedBytes: {},
    superseded: 0,
    units: { ok: 1, failed: 0 },
  },
  units: [{ id: "m1", ok: true, items: 1, records: 3 }],
  troubles: [],
  bytes: 99,
  response: { batchItemFailures: [] },
};

interface Seen {
  readonly events: unknown[];
  readonly invocations: (Invocation | undefined)[];
  readonly lines: { level: string; message: string; [field: string]: unknown }[];
  readonly made: { config: Config; ports: Ports }[];
}

/** A handler on a pipeline that gives this outcome. */
function handlerOn(outcome: Outcome, over: HandlerOptions = {}) {
  const seen: Seen = { events: [], invocations: [], lines: [], made: [] };
  const handle: Pipeline["handle"] = async (event, invocation) => {
    seen.events.push(event);
    seen.invocations.push(invocation);
    return outcome;
  };
  const handler = createHandler({
    env: {},
    config: CONFIG,
    createPipeline: (config, ports) => {
      seen.made.push({ config, ports });
      return { handle } as Pipeline;
    },
    ...over,
    ports: {
      logger: { log: (level, message, fields) => seen.lines.push({ level, message, ...fields }) },
      ...over.ports,
    },
  });
  return { handler, seen };
}

test("answers the trigger, with the invocation's deadline, region and account", async () => {
  const { handler, seen } = handlerOn({ ...OUTCOME, response: { batchItemFailures: [{ itemIdentifier: "m2" }] } });
  expect(await handler({ Records: [] }, CONTEXT)).toEqual({ batchItemFailures: [{ itemIdentifier: "m2" }] });
  expect(seen.events).toEqual([{ Records: [] }]);
  expect(seen.invocations).toMatchObject([{ region: "eu-central-1", account: "123456789012" }]);
  expect(seen.invocations[0]?.deadline?.remainingMs()).toBe(1234);
});

test("takes the region from the environment where the context has no ARN", async () => {
  const { handler, seen } = handlerOn(OUTCOME, { env: { AWS_REGION: "sa-east-1" } });
  await handler({}, { getRemainingTimeInMillis: () => 1 });
  expect(seen.invocations).toMatchObject([{ region: "sa-east-1" }]);
});

test("makes the pipeline once, at the first invocation", async () => {
  const { handler, seen } = handlerOn(OUTCOME);
  expect(seen.made).toHaveLength(0);
  await Promise.all([handler({}, CONTEXT), handler({}, CONTEXT)]);
  await handler({}, CONTEXT);
  expect(seen.made).toHaveLength(1);
});

test("throws the outcome's error, after the line about it", async () => {
  const error = new SluiceError("SINK_UNAVAILABLE", "out: down");
  const units = [{ id: "", ok: false, items: 1, records: 3, error }];
  const counts = { ...OUTCOME.counts, failed: { out: 3 }, delivered: {}, units: { ok: 0, failed: 1 } };
  const { handler, seen } = handlerOn({ ...OUTCOME, counts, units, error });
  await expect(handler({}, CONTEXT)).rejects.toBe(error);
  expect(seen.lines).toMatchObject([
    { level: "error", message: "invocation", failed: { out: 3 }, errors: { SINK_UNAVAILABLE: 1 } },
  ]);
});

test("warns of what became a dead letter, with its code", async () => {
  const deadLettered = new SluiceError("OBJECT_CORRUPT", "s3://b/k: damaged");
  const counts = { ...OUTCOME.counts, units: { ok: 1, failed: 0, deadLettered: 1 } };
  const units = [{ id: "m", ok: true, items: 1, records: 3, deadLettered }];
  const { handler, seen } = handlerOn({ ...OUTCOME, counts, units });
  await handler({}, CONTEXT);
  expect(seen.lines).toMatchObject([
    { level: "warn", units: { ok: 1, failed: 0, deadLettered: 1 }, errors: { OBJECT_CORRUPT: 1 } },
  ]);
});

test("says which units failed and why, what is the same of many once, and no more than ten", async () => {
  const same = new SluiceError("SINK_UNAVAILABLE", "sink out: down");
  const own = (i: number) => new SluiceError("OBJECT_CORRUPT", `s3://b/${i}: damaged after 7 bytes`);
  const units = Array.from({ length: 40 }, (_, i) => {
    return { id: `m${i}`, ok: false, items: 1, records: 3, error: i < 20 ? same : own(i) };
  });
  const counts = { ...OUTCOME.counts, units: { ok: 0, failed: 40 } };
  const { handler, seen } = handlerOn({ ...OUTCOME, counts, units });
  await handler({}, CONTEXT);
  const failures = seen.lines[0]?.failures as unknown[];
  expect(failures).toHaveLength(10);
  expect(failures.slice(0, 2)).toEqual([
    { unit: "m0", code: "SINK_UNAVAILABLE", error: "sink out: down" },
    { unit: "m20", code: "OBJECT_CORRUPT", error: "s3://b/20: damaged after 7 bytes" },
  ]);
  expect(seen.lines[0]).toMatchObject({ errors: { SINK_UNAVAILABLE: 20, OBJECT_CORRUPT: 20 } });
});

test("logs one line of counts and codes, nothing of the records", async () => {
  const reason = { code: "mapper_parsing_exception", message: "failed to parse [secret payload]", status: 400 };
  const counts = { ...OUTCOME.counts, delivered: { out: 2 }, deadLettered: { out: 1 } };
  const { handler, seen } = handlerOn({ ...OUTCOME, counts, troubles: [{ sink: "out", reason, records: 1 }] });
  await handler({}, CONTEXT);
  expect(seen.lines).toEqual([
    {
      level: "warn",
      message: "invocation",
      requestId: "r-1",
      ms: expect.any(Number),
      bytes: 99,
      ...counts,
      errors: {},
      failures: [],
      troubles: [{ sink: "out", code: "mapper_parsing_exception", status: 400, records: 1 }],
    },
  ]);
});

test("tries a failed start again at the next invocation", async () => {
  const cwd = await tempFolder(onTestFinished);
  let fails = true;
  const secrets = {
    resolve: async () => {
      if (fails) throw new SluiceError("SECRET_UNAVAILABLE", "ssm:/dead: no");
      return "dead";
    },
  };
  const config = { ...CONFIG, deadLetter: { type: "file", path: "${ssm:/dead}" } };
  const { handler, seen } = handlerOn(OUTCOME, { config, env: { LAMBDA_TASK_ROOT: cwd }, ports: { secrets } });
  await expect(handler({}, CONTEXT)).rejects.toMatchObject({ code: "SECRET_UNAVAILABLE" });
  expect(seen.lines).toMatchObject([{ level: "error", message: "start failed", code: "SECRET_UNAVAILABLE" }]);
  fails = false;
  expect(await handler({}, CONTEXT)).toEqual(OUTCOME.response);
  expect(seen.made[0]?.config.deadLetter).toEqual({ type: "file", path: "dead" });
});

test("a failed start isn't the fault of a task of S3 Batch Operations, which a thrown error would end for good", async () => {
  const cwd = await tempFolder(onTestFinished);
  const handler = createHandler({ env: { LAMBDA_TASK_ROOT: cwd }, ports: quiet });
  const tasks = [{ taskId: "t", s3Key: "k", s3Bucket: "b" }];
  expect(await handler({ invocationSchemaVersion: "2.0", invocationId: "i", tasks }, CONTEXT)).toMatchObject({
    results: [
      { taskId: "t", resultCode: "TemporaryFailure", resultString: expect.stringContaining("CONFIG_NOT_FOUND") },
    ],
  });
});

test("finds the config in the variable, or beside the code", async () => {
  const cwd = await tempFolder(onTestFinished, { "sluice.yaml": "sinks: { beside: { type: stdout } }\n" });
  const env = { LAMBDA_TASK_ROOT: cwd };
  const beside = handlerOn(OUTCOME, { env });
  const handler = createHandler({ env, createPipeline: take(beside.seen), ports: quiet });
  await handler({}, CONTEXT);
  expect(beside.seen.made[0]?.config.sinks).toHaveProperty("beside");
  const variable = handlerOn(OUTCOME, { config: '{ "sinks": { "given": { "type": "stdout" } } }', env });
  await variable.handler({}, CONTEXT);
  expect(variable.seen.made[0]?.config.sinks).toHaveProperty("given");
});

test("says what to do when there is no config", async () => {
  const cwd = await tempFolder(onTestFinished);
  const handler = createHandler({ env: { LAMBDA_TASK_ROOT: cwd }, ports: quiet });
  await expect(handler({}, CONTEXT)).rejects.toMatchObject({
    code: "CONFIG_NOT_FOUND",
    message: expect.stringContaining(`no sluice.* in ${cwd}`),
  });
});

test("names a config of its own in what is wrong with it", async () => {
  const { handler } = handlerOn(OUTCOME, { config: { sinks: {}, typo: 1 } });
  await expect(handler({}, CONTEXT)).rejects.toMatchObject({
    code: "CONFIG_INVALID",
    message: expect.stringContaining("createHandler's config: typo: expected one of "),
  });
});

test("hands the pipeline its adapters, own sinks and given ports", async () => {
  const cwd = await tempFolder(onTestFinished);
  const config = { ...CONFIG, deadLetter: { type: "file", path: join(cwd, "dead") } };
  const reader = { read: () => Promise.reject(new Error("not used")) };
  const own = { options: {} as never, create: () => ({}) as never };
  const { handler, seen } = handlerOn(OUTCOME, { config, sinks: { mine: own }, ports: { reader } });
  await handler({}, CONTEXT);
  const ports = seen.made[0]?.ports;
  expect(ports).toMatchObject({ reader, configName: "createHandler's config", secrets: {}, deadLetters: {} });
  expect(await ports?.sinks("mine")).toBe(own);
  expect(await ports?.sinks("stdout")).toHaveProperty("create");
});

test("hands over a continuation queue where the config names one, and what postpones messages in any case", async () => {
  const queue = "https://sqs.eu-west-1.amazonaws.com/123456789012/continue";
  const none = handlerOn(OUTCOME);
  await none.handler({}, CONTEXT);
  expect(none.seen.made[0]?.ports).not.toHaveProperty("continuation");
  expect(none.seen.made[0]?.ports).toHaveProperty("postpone.postpone");
  const named = handlerOn(OUTCOME, { config: { ...CONFIG, continuation: { queue } } });
  await named.handler({}, CONTEXT);
  expect(named.seen.made[0]?.ports).toHaveProperty("continuation.send");
});

const quiet = { logger: { log: () => {} } };

function take(seen: Seen): NonNullable<HandlerOptions["createPipeline"]> {
  return (config, ports) => {
    seen.made.push({ config, ports });
    return { handle: async () => OUTCOME } as unknown as Pipeline;
  };
}
