import { Buffer } from "node:buffer";
import type { ConstantValue } from "../document-template.ts";
import type { Layout } from "../layout.ts";
import type { Origin } from "../origin.ts";
import type { RecordCursor } from "../record.ts";
import type { Format, FormatHint, ParseResult } from "./format.ts";
import { JsonEvent } from "./json-format.ts";
import { APPLICATION_ONLY, lambdaTables, PLATFORM_ONLY } from "./lambda-fields.ts";
import { LambdaText } from "./lambda-text.ts";

const OPEN_BRACE = 0x7b;

/** `2026/11/03/[$LATEST]<32 hex digits>`; in a log group of another name the function's name stands before the bracket. */
const STREAM = /^\d{4}\/\d{2}\/\d{2}\/([\w-]{0,140})\[(\$LATEST|\w{1,128})\][0-9a-f]{32}$/;
/** A function that CloudFront runs has its log group in the region where it ran, named after the one where it was made. */
const GROUP = /^\/aws\/lambda\/(?:(us-east-1)\.)?([\w-]{1,140})$/;

/** The log of a Lambda function: what Lambda says of its invocations, and what the function does, as text or JSON. */
export const lambda: Format = {
  name: "lambda",
  dataset: "aws.lambda_logs",
  get layout(): Layout {
    return lambdaTables().fields.layout;
  },
  constants: { "cloud.provider": "aws", "cloud.service.name": "aws_lambda" },
  otel: { "cloud.service.name": "cloud.platform" },
  constantsOf: ({ constants }: Origin) => functionOf(constants),
  logs: /^\/aws\/lambda\/|:\d{4}\/\d{2}\/\d{2}\/[\w-]+\[(?:\$LATEST|\w+)\][0-9a-f]{32}$/,
  inJson: true,
  inLogs: true,
  detect: (hint: FormatHint) => isPlatformText(hint.head) || isPlatformJson(hint),
  parser: ({ fields }) => {
    const reader = new LambdaReader();
    return fields ? (record) => reader.parse(record) : (record) => reader.parseTime(record);
  },
};

function functionOf(constants: Origin["constants"]): Readonly<Record<string, ConstantValue>> {
  const [, made, ofGroup] = GROUP.exec(constants.get("aws.cloudwatch.log_group") ?? "") ?? [];
  const [, ofStream, version] = STREAM.exec(constants.get("aws.cloudwatch.log_stream") ?? "") ?? [];
  const name = ofGroup ?? (ofStream === "" ? undefined : ofStream);
  const region = made ?? constants.get("cloud.region");
  const account = constants.get("cloud.account.id");
  const found: Record<string, ConstantValue> = {};
  if (name !== undefined) {
    found["faas.name"] = name;
    found["aws.lambda.name"] = name;
    if (region !== undefined && account !== undefined)
      found["faas.id"] = `arn:${partitionOf(region)}:lambda:${region}:${account}:function:${name}`;
  }
  if (version !== undefined) found["faas.version"] = version;
  return found;
}

function partitionOf(region: string): string {
  if (region.startsWith("cn-")) return "aws-cn";
  return region.startsWith("us-gov-") ? "aws-us-gov" : "aws";
}

const PLATFORM_TEXT =
  /^(?:(?:START|END|REPORT) RequestId: [0-9a-f]{8}-|(?:INIT|RESTORE)_START Runtime Version: |INIT_REPORT Init Duration: |RESTORE_REPORT Restore Duration: )/;

function isPlatformText(head: Uint8Array): boolean {
  return PLATFORM_TEXT.test(Buffer.from(head.subarray(0, 64)).toString("latin1"));
}

/** `{"time":…,"type":"platform.…","record":{…}}` */
function isPlatformJson({ members }: FormatHint): boolean {
  const type = members.get("type");
  return (
    members.has("time") &&
    members.has("record") &&
    type !== undefined &&
    Buffer.from(type.subarray(0, 10)).toString("latin1") === '"platform.'
  );
}

class LambdaReader {
  readonly #event = new JsonEvent(lambdaTables().fields, true);
  readonly #text = new LambdaText(this.#event.values);

  parse(record: RecordCursor): ParseResult {
    const { values } = this.#event;
    if (this.#isObject(record)) this.#object(record);
    else {
      values.clear();
      values.escaped = record.inJson;
      this.#text.parse(record);
    }
    record.values = values;
    return "record";
  }

  parseTime(record: RecordCursor): ParseResult {
    if (this.#isObject(record)) this.#setTime(record);
    else this.#text.parseTime(record);
    return "record";
  }

  /** What stands in JSON is taken out of it. */
  #isObject(record: RecordCursor): boolean {
    if (record.bytes[record.from] !== OPEN_BRACE) return false;
    if (record.inJson) {
      const plain = Buffer.from(record.message());
      record.bytes = plain;
      record.from = 0;
      record.to = plain.length;
      record.inJson = false;
    }
    return this.#event.scan(record);
  }

  #object(record: RecordCursor): void {
    const event = this.#event;
    this.#setTime(record);
    const platform = event.text("type")?.startsWith("platform.") === true && event.value("record") instanceof Object;
    event.forget(platform ? APPLICATION_ONLY : PLATFORM_ONLY);
    event.copy();
    if (platform) this.#setPlatform();
    else this.#setApplication(record);
  }

  /** Of metrics in the embedded format the time is theirs. */
  #setTime(record: RecordCursor): void {
    for (const path of ["time", "timestamp", "_aws.Timestamp"]) {
      const ms = this.#event.time(path);
      if (Number.isNaN(ms)) continue;
      record.timestamp = ms;
      record.timestampFrom = "record";
      return;
    }
  }

  #setPlatform(): void {
    const event = this.#event;
    const type = event.text("type");
    const status = event.text("record.status");
    if (status !== undefined) event.set("event.outcome", status === "success" ? "success" : "failure");
    if (type === "platform.report") event.set("faas.coldstart", String(event.to("record.metrics.initDurationMs") >= 0));
    if (type === "platform.telemetrySubscription" || type === "platform.logsSubscription") this.#setSubscription();
    const trace = /(?:^|;)Root=([^;]+)/.exec(event.text("record.tracing.value") ?? "")?.[1];
    event.setText("trace.id", trace);
  }

  /** Its name and state are a subscription's, not an extension's own. */
  #setSubscription(): void {
    for (const part of ["name", "state"]) {
      this.#event.set(`aws.lambda.log_extension.${part}`, this.#event.inside(`record.${part}`));
      this.#event.set(`aws.lambda.extension.${part}`, undefined);
    }
  }

  #setApplication(record: RecordCursor): void {
    const event = this.#event;
    record.setJson(record.from, record.to);
    const stack = event.value("stackTrace") ?? event.value("message.stackTrace");
    const trace = Array.isArray(stack) ? stack.filter((line) => typeof line === "string").join("\n") : stack;
    if (typeof trace === "string" && trace !== "")
      for (const field of ["error.stack_trace", "aws.lambda.error.stack_trace"]) event.setText(field, trace);
    if (event.isText("message")) record.messageText = event.text("message") ?? "";
  }
}
