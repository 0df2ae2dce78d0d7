import { ACCOUNT, REGION } from "./make-fixtures-events.ts";
import { logs } from "./make-fixtures-formats-logs.ts";

// What functions' log groups hold, as the AWS guide for Lambda shows it: text and JSON, of Lambda itself and of each runtime.

const REQUEST = "8286a188-ba32-4475-8077-530cd35c09a9";
const OTHER = "1f5be0a3-7c4e-4b9f-9a60-2f4d6c1e8b77";
const STREAM = "2026/11/03/[$LATEST]4459c970fa6d4c77aca62c95850fce51";
const RUNTIME = `arn:aws:lambda:${REGION}::runtime:07a48df201798d627f2b950f03bb227aab4a655a1d019c3296406f95937e2525`;
const TRACE = "1-6909d4ac-0a8c7fd02b0c480aed55ef00";
const TIME = "2026-11-03T09:05:00.123Z";

const platformText = [
  `INIT_START Runtime Version: nodejs:24.v12\tRuntime Version ARN: ${RUNTIME}\n`,
  "EXTENSION\tName: cloudwatch_lambda_agent\tState: Ready\tEvents: [INVOKE, SHUTDOWN]\n",
  "LOGS\tName: cloudwatch_lambda_agent\tState: Subscribed\tTypes: [Platform]\n",
  "TELEMETRY\tName: telemetry-agent\tState: Subscribed\tTypes: [Platform, Function]\n",
  `START RequestId: ${REQUEST} Version: $LATEST\n`,
  `END RequestId: ${REQUEST}\n`,
  `REPORT RequestId: ${REQUEST}\tDuration: 128.83 ms\tBilled Duration: 296 ms\tMemory Size: 256 MB\tMax Memory Used: 74 MB\tInit Duration: 166.62 ms\t\nXRAY TraceId: ${TRACE}\tSegmentId: 3d752a0a1bbe37e1\tSampled: true\t\n`,
  `REPORT RequestId: ${OTHER}\tDuration: 2.00 ms\tBilled Duration: 2 ms\tMemory Size: 256 MB\tMax Memory Used: 74 MB\t\n`,
  `XRAY TraceId: ${TRACE}\tSegmentId: 3d752a0a1bbe37e1\tSampled: false\t\n`,
  `${TIME} ${OTHER} Task timed out after 3.00 seconds\n\n`,
  `REPORT RequestId: ${OTHER}\tDuration: 3000.00 ms\tBilled Duration: 3000 ms\tMemory Size: 256 MB\tMax Memory Used: 255 MB\tStatus: timeout\n`,
  `RequestId: ${OTHER} Error: Runtime exited with error: exit status 1\nRuntime.ExitError\n`,
  `REPORT RequestId: ${OTHER}\tDuration: 21.04 ms\tBilled Duration: 22 ms\tMemory Size: 256 MB\tMax Memory Used: 31 MB\tStatus: error\tError Type: Runtime.ExitError\n`,
  "INIT_REPORT Init Duration: 10013.70 ms\tPhase: init\tStatus: timeout\n",
  `RESTORE_START Runtime Version: java:21.v40\tRuntime Version ARN: ${RUNTIME}\n`,
  `REPORT RequestId: ${REQUEST}\tDuration: 11.20 ms\tBilled Duration: 170 ms\tMemory Size: 512 MB\tMax Memory Used: 99 MB\tRestore Duration: 310.00 ms\tBilled Restore Duration: 158 ms\t\n`,
];

const applicationText = [
  `${TIME}\t${REQUEST}\tINFO\torder 4711 \\ "paid"`,
  `${TIME}\tundefined\tWARN\toutside of any invocation`,
  `${TIME}\t${REQUEST}\tERROR\tInvoke Error \t${JSON.stringify({
    errorType: "OrderError",
    errorMessage: 'no such order: "4711"',
    stack: ["OrderError: no such order", "    at handler (/var/task/index.mjs:7:11)"],
  })}`,
  `${TIME}\t${REQUEST}\tERROR\tsomething\n    with a second line`,
  `[INFO]\t${TIME}\t${REQUEST}\tFound credentials in environment variables.`,
  `[WARNING]\t2026-11-03T09:05:00.456Z\t\tat import time`,
  '[ERROR] ValueError: no such order\nTraceback (most recent call last):\n  File "/var/task/app.py", line 7, in handler\n',
  "[ERROR] botocore.exceptions.ClientError: An error occurred (AccessDenied)Traceback (most recent call last):",
  `2026-11-03 09:05:00 ${REQUEST} INFO  Handler:37 - environment read`,
  `I, [2026-11-03T09:05:00.123456 #8]  INFO ${REQUEST} -- : ruby`,
  `${TIME}\t${REQUEST}\tinfo\tof .NET`,
  "2026/11/03 09:05:00 of Go",
  "WARN: without a time",
  "ERRORS are no level",
  "just text",
  "[not a level",
  "2026-11-03",
  "grün 😀",
];

const tracing = {
  spanId: "54565fb41ac79632",
  type: "X-Amzn-Trace-Id",
  value: `Root=${TRACE};Parent=03c383535c3c289b;Sampled=1`,
};
const platform = (type: string, record: object): object => ({ time: TIME, type: `platform.${type}`, record });

const platformJson = [
  platform("initStart", {
    initializationType: "on-demand",
    phase: "init",
    runtimeVersion: "nodejs:24.v12",
    runtimeVersionArn: RUNTIME,
    functionName: "checkout",
    functionVersion: "$LATEST",
    instanceId: `${STREAM}`,
    instanceMaxMemory: 268435456,
  }),
  platform("initRuntimeDone", { initializationType: "on-demand", phase: "init", status: "success" }),
  platform("initReport", {
    initializationType: "on-demand",
    phase: "init",
    status: "success",
    metrics: { durationMs: 125.33 },
  }),
  platform("telemetrySubscription", { name: "agent", state: "Subscribed", types: ["platform", "function"] }),
  platform("extension", { name: "cloudwatch_lambda_agent", state: "Ready", events: ["INVOKE", "SHUTDOWN"] }),
  platform("start", {
    requestId: REQUEST,
    functionArn: `arn:aws:lambda:${REGION}:${ACCOUNT}:function:checkout`,
    version: "$LATEST",
    tracing,
  }),
  platform("runtimeDone", {
    requestId: REQUEST,
    status: "success",
    tracing,
    spans: [{ name: "responseLatency", start: TIME, durationMs: 70.01 }],
    metrics: { durationMs: 140.2, producedBytes: 16 },
  }),
  platform("report", {
    requestId: REQUEST,
    metrics: {
      durationMs: 101.51,
      billedDurationMs: 300,
      memorySizeMB: 512,
      maxMemoryUsedMB: 33,
      initDurationMs: 116.67,
    },
    tracing,
    status: "success",
  }),
  platform("report", {
    requestId: OTHER,
    metrics: { durationMs: 3000, billedDurationMs: 3000, memorySizeMB: 512, maxMemoryUsedMB: 33 },
    status: "error",
    errorType: "Runtime.ExitError",
  }),
  platform("restoreReport", {
    initializationType: "snap-start",
    phase: "invoke",
    status: "success",
    metrics: { durationMs: 310 },
  }),
  platform("logsDropped", { droppedBytes: 12345, droppedRecords: 123, reason: "Some logs were dropped" }),
];

const applicationJson = [
  { timestamp: TIME, level: "INFO", requestId: REQUEST, message: "order paid", order: { id: 4711 } },
  {
    timestamp: TIME,
    level: "ERROR",
    requestId: REQUEST,
    message: {
      errorType: "OrderError",
      errorMessage: "no such order",
      stackTrace: ["OrderError: no such order", "    at handler (/var/task/index.mjs:7:11)"],
    },
  },
  {
    timestamp: TIME,
    level: "ERROR",
    message: 'said "no"',
    logger: "root",
    stackTrace: ['  File "/var/task/app.py", line 7, in handler\n'],
    errorType: "ValueError",
    errorMessage: "no such order",
    requestId: REQUEST,
    location: "/var/task/app.py:handler:7",
  },
  { timestamp: TIME, message: "of Java", level: "UNDEFINED", AWSRequestId: REQUEST },
  {
    level: "INFO",
    location: "handler:32",
    message: "of Powertools",
    timestamp: "2026-11-03 10:05:00,154+0100",
    service: "checkout",
    cold_start: true,
    function_name: "checkout",
    function_memory_size: "256",
    function_arn: `arn:aws:lambda:${REGION}:${ACCOUNT}:function:checkout`,
    function_request_id: REQUEST,
    correlation_id: "order-4711",
    xray_trace_id: TRACE,
  },
  {
    _aws: { Timestamp: 1793696700123, CloudWatchMetrics: [{ Namespace: "shop", Dimensions: [[]], Metrics: [] }] },
    type: "order",
    record: { requestId: "the program's own" },
    ColdStart: 1,
  },
  '{\n  "key": "value",\n  "key": "another"\n}',
  '{"id":9007199254740993,"message":""}',
  "{ no JSON }",
];

export const lambdaFixtures: Readonly<Record<string, string>> = {
  "lambda/platform-text.logs.json": logs("/aws/lambda/checkout", STREAM, platformText),
  "lambda/application-text.logs.json": logs("/aws/lambda/checkout", STREAM, applicationText),
  "lambda/platform-json.logs.json": logs("/aws/lambda/checkout", STREAM, platformJson),
  "lambda/application-json.logs.json": logs("/aws/lambda/checkout", STREAM, applicationJson),
  // Run by CloudFront, in another region than the one where it was made.
  "lambda/edge.logs.json": logs("/aws/lambda/us-east-1.redirects", "2026/11/03/[7]4459c970fa6d4c77aca62c95850fce51", [
    `START RequestId: ${REQUEST} Version: 7\n`,
    `${TIME}\t${REQUEST}\tINFO\t/old → /new`,
  ]),
  "lambda/other-log-group.logs.json": logs(
    "/shop/all",
    "2026/11/03/checkout[$LATEST]4459c970fa6d4c77aca62c95850fce51",
    ["before anything else", `${TIME}\t${REQUEST}\tINFO\tin a log group that functions share`],
  ),
};
