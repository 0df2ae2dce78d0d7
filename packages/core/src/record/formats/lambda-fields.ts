import { JsonFields, type Member } from "./json-fields.ts";

// What a Lambda function's log group holds: "Working with Lambda function logs", "Lambda Telemetry API Event schema reference" and
// "Log and filter events" in the AWS guide. Names as Elastic's AWS integration uses them for the dataset aws.lambda_logs, and ECS'
// own of functions (faas).

const L = "aws.lambda";

/** Members of the lines that Lambda itself writes as JSON, of what managed runtimes do, and of Powertools for AWS Lambda. */
const MEMBERS: readonly Member[] = [
  ["type", "keyword", `${L}.event_type`],
  ["record.requestId", "keyword", `${L}.request_id`, "faas.execution"],
  ["record.functionArn", "keyword", `${L}.arn`],
  ["record.functionName", "keyword", `${L}.name`, "faas.name"],
  ["record.functionVersion", "keyword", `${L}.version`, "faas.version"],
  ["record.version", "keyword", `${L}.version`, "faas.version"],
  ["record.status", "keyword", `${L}.status`],
  ["record.errorType", "keyword", `${L}.error.type`, "error.type"],
  ["record.initializationType", "keyword", `${L}.initialization_type`],
  ["record.phase", "keyword", `${L}.phase`],
  ["record.instanceId", "keyword", `${L}.instance_id`],
  ["record.instanceMaxMemory", "long", `${L}.metrics.instance_max_memory`],
  ["record.runtimeVersion", "keyword", `${L}.runtime_version`],
  ["record.runtimeVersionArn", "keyword", `${L}.runtime_version_arn`],
  ["record.metrics.durationMs", "double", `${L}.metrics.duration_ms`],
  ["record.metrics.billedDurationMs", "double", `${L}.metrics.billed_duration_ms`],
  ["record.metrics.memorySizeMB", "double", `${L}.metrics.memory_size_mb`],
  ["record.metrics.maxMemoryUsedMB", "double", `${L}.metrics.max_memory_used_mb`],
  ["record.metrics.initDurationMs", "double", `${L}.metrics.init_duration_ms`],
  ["record.metrics.restoreDurationMs", "double", `${L}.metrics.restore_duration_ms`],
  ["record.metrics.billedRestoreDurationMs", "double", `${L}.metrics.billed_restore_duration_ms`],
  ["record.metrics.producedBytes", "long", `${L}.metrics.produced_bytes`],
  ["record.droppedBytes", "long", `${L}.metrics.dropped_bytes`],
  ["record.droppedRecords", "long", `${L}.metrics.dropped_records`],
  ["record.reason", "keyword", "event.reason"],
  ["record.tracing.spanId", "keyword", `${L}.tracing.span_id`, "span.id"],
  ["record.tracing.type", "keyword", `${L}.tracing.type`],
  ["record.tracing.value", "keyword", `${L}.tracing.value`],
  ["record.name", "keyword", `${L}.extension.name`],
  ["record.state", "keyword", `${L}.extension.state`],
  ["record.events", "json", `${L}.extension.events`],
  ["record.types", "json", `${L}.log_extension.types`],
  ["record.spans", "json", `${L}.spans`],
  ["level", "keyword", "log.level"],
  ["logger", "keyword", "log.logger"],
  ["requestId", "keyword", `${L}.request_id`, "faas.execution"],
  ["AWSRequestId", "keyword", `${L}.request_id`, "faas.execution"],
  ["function_request_id", "keyword", `${L}.request_id`, "faas.execution"],
  ["function_arn", "keyword", `${L}.arn`],
  ["function_name", "keyword", `${L}.name`, "faas.name"],
  ["function_memory_size", "double", `${L}.metrics.memory_size_mb`],
  ["cold_start", "boolean", `${L}.cold_start`, "faas.coldstart"],
  ["correlation_id", "keyword", `${L}.correlation_id`],
  ["xray_trace_id", "keyword", `${L}.xray_trace_id`, "trace.id"],
  ["service", "keyword", "service.name"],
  ["location", "keyword", `${L}.error.location`],
  ["errorType", "keyword", `${L}.error.type`, "error.type"],
  ["errorMessage", "keyword", `${L}.error.message`, "error.message"],
  ["message.errorType", "keyword", `${L}.error.type`, "error.type"],
  ["message.errorMessage", "keyword", `${L}.error.message`, "error.message"],
];

/** Looked at to make other fields of. */
const OTHERS = [
  "time",
  "timestamp",
  "message",
  "record",
  "stackTrace",
  "message.stackTrace",
  "_aws.Timestamp",
] as const;

const isPlatform = (path: string): boolean => path === "type" || path.startsWith("record.");
const PATHS: readonly string[] = MEMBERS.map(([path]) => path);
/** Members that mean something in Lambda's own lines alone, and in others alone. */
export const PLATFORM_ONLY: readonly string[] = PATHS.filter(isPlatform);
export const APPLICATION_ONLY: readonly string[] = PATHS.filter((path) => !isPlatform(path));

/** Fields of the function that the log group or stream tells too. */
const OVERRIDES = ["faas.name", "faas.version", `${L}.name`] as const;

/** Keys of the lines that Lambda itself writes as text, `Key: value`, by what the line begins with. */
const SHARED_KEYS: Readonly<Record<string, readonly string[]>> = {
  RequestId: [`${L}.request_id`, "faas.execution"],
  Version: [`${L}.version`, "faas.version"],
  Duration: [`${L}.metrics.duration_ms`],
  "Billed Duration": [`${L}.metrics.billed_duration_ms`],
  "Memory Size": [`${L}.metrics.memory_size_mb`],
  "Max Memory Used": [`${L}.metrics.max_memory_used_mb`],
  "Init Duration": [`${L}.metrics.init_duration_ms`],
  "Restore Duration": [`${L}.metrics.restore_duration_ms`],
  "Billed Restore Duration": [`${L}.metrics.billed_restore_duration_ms`],
  Status: [`${L}.status`],
  Phase: [`${L}.phase`],
  "Error Type": [`${L}.error.type`, "error.type"],
  "Runtime Version": [`${L}.runtime_version`],
  "Runtime Version ARN": [`${L}.runtime_version_arn`],
  TraceId: [`${L}.tracing.xray_trace_id`, "trace.id"],
  "XRAY TraceId": [`${L}.tracing.xray_trace_id`, "trace.id"],
  SegmentId: [`${L}.tracing.segment_id`, "span.id"],
  Sampled: [`${L}.tracing.sampled`],
};
const EXTENSION_KEYS = {
  ...SHARED_KEYS,
  Name: [`${L}.extension.name`],
  State: [`${L}.extension.state`],
  Events: [`${L}.extension.events`],
};
const SUBSCRIPTION_KEYS = {
  ...SHARED_KEYS,
  Name: [`${L}.log_extension.name`],
  State: [`${L}.log_extension.state`],
  Types: [`${L}.log_extension.types`],
};

type Keys = ReadonlyMap<string, readonly number[]>;

export interface LambdaTables {
  readonly fields: JsonFields;
  /** Words that Lambda's own lines begin with → their keys → slots. */
  readonly platform: ReadonlyMap<string, Keys>;
  readonly slot: {
    readonly eventType: number;
    readonly level: number;
    readonly requestId: number;
    readonly execution: number;
    readonly status: number;
    readonly outcome: number;
    readonly coldStart: number;
    readonly initDuration: number;
    readonly traceId: number;
    readonly errorType: readonly number[];
    readonly errorMessage: readonly number[];
    readonly stackTrace: readonly number[];
  };
}

let tables: LambdaTables | undefined;

/** Made on first use. */
export function lambdaTables(): LambdaTables {
  tables ??= build();
  return tables;
}

function build(): LambdaTables {
  const fields = new JsonFields(
    MEMBERS,
    OTHERS,
    {
      [`${L}.error.stack_trace`]: "keyword",
      [`${L}.log_extension.name`]: "keyword",
      [`${L}.log_extension.state`]: "keyword",
      [`${L}.tracing.xray_trace_id`]: "keyword",
      [`${L}.tracing.segment_id`]: "keyword",
      [`${L}.tracing.sampled`]: "keyword",
      "error.stack_trace": "keyword",
      "event.outcome": "keyword",
    },
    OVERRIDES,
  );
  const slot = (name: string): number => fields.layout.slot(name);
  const both = (name: string): readonly number[] => [slot(`${L}.error.${name}`), slot(`error.${name}`)];
  const keys = (names: Readonly<Record<string, readonly string[]>>): Keys =>
    new Map(Object.entries(names).map(([key, paths]) => [key, paths.map(slot)]));
  const shared = keys(SHARED_KEYS);
  const words = ["START", "END", "REPORT", "INIT_START", "INIT_REPORT", "RESTORE_START", "RESTORE_REPORT", "XRAY"];
  return {
    fields,
    platform: new Map([
      ...words.map((word): [string, Keys] => [word, shared]),
      ["EXTENSION", keys(EXTENSION_KEYS)],
      ["LOGS", keys(SUBSCRIPTION_KEYS)],
      ["TELEMETRY", keys(SUBSCRIPTION_KEYS)],
    ]),
    slot: {
      eventType: slot(`${L}.event_type`),
      level: slot("log.level"),
      requestId: slot(`${L}.request_id`),
      execution: slot("faas.execution"),
      status: slot(`${L}.status`),
      outcome: slot("event.outcome"),
      coldStart: slot("faas.coldstart"),
      initDuration: slot(`${L}.metrics.init_duration_ms`),
      traceId: slot("trace.id"),
      errorType: both("type"),
      errorMessage: both("message"),
      stackTrace: both("stack_trace"),
    },
  };
}
