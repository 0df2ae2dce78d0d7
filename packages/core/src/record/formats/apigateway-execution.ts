import type { Origin } from "../origin.ts";
import { DATASET, NS } from "./apigateway-fields.ts";
import type { Format } from "./format.ts";
import { type Line, lineFormat } from "./line-format.ts";

// Execution logs of REST and WebSocket APIs, in the log group `API-Gateway-Execution-Logs_<api>/<stage>`: one event a step, each
// `(<request's id>) <what was done>`. Their time is the event's.

const GROUP = /^API-Gateway-Execution-Logs_([^/]+)\/(.+)$/;

export const apigatewayExecution: Format = lineFormat({
  name: "apigateway-execution",
  dataset: DATASET,
  logs: /^API-Gateway-Execution-Logs_/,
  constants: { "cloud.provider": "aws", "event.category": ["web"], "event.kind": "event", "event.type": ["info"] },
  constantsOf: groupConstants,
  columns: [
    ["requestId", "keyword", `${NS}.request_id`, "http.request.id"],
    ["step", "keyword"],
  ],
  fewest: 0,
  split: (tokens, bytes, from, to) => {
    const close = bytes[from] === 0x28 ? bytes.indexOf(0x29, from) : -1;
    const known = close > from && close < to && close - from < 64 && bytes[close + 1] === 0x20;
    tokens.quoted = 0;
    tokens.count = 2;
    tokens.from[0] = known ? from + 1 : from;
    tokens.to[0] = known ? close : from;
    tokens.from[1] = known ? close + 2 : from;
    tokens.to[1] = to;
    return true;
  },
  time: () => undefined,
  derived: {
    [`${NS}.extended_request_id`]: "keyword",
    [`${NS}.integration_latency`]: "long",
    [`${NS}.integration_status`]: "long",
    "error.message": "keyword",
    "event.outcome": "keyword",
    "http.request.method": "keyword",
    "http.response.status_code": "long",
    "log.level": "keyword",
    "trace.id": "keyword",
    "url.path": "keyword",
  },
  derive: () => setStep,
});

function groupConstants({ constants }: Origin): Readonly<Record<string, string>> {
  const [, api, stage] = GROUP.exec(constants.get("aws.cloudwatch.log_group") ?? "") ?? [];
  return api === undefined || stage === undefined ? {} : { [`${NS}.api_id`]: api, [`${NS}.stage`]: stage };
}

/** Beginnings of steps, and what to make of the rest. */
const STEPS: readonly (readonly [beginning: RegExp, ...fields: readonly string[]])[] = [
  [/^Extended Request Id: (\S+)$/, `${NS}.extended_request_id`],
  [/^HTTP Method: ([A-Z]+), Resource Path: (\S+)/, "http.request.method", "url.path"],
  [
    /^(?:Received response\. )?Status: (\d{3}), Integration latency: (\d+) ms/,
    `${NS}.integration_status`,
    `${NS}.integration_latency`,
  ],
  [/^Method completed with status: (\d{3})/, "http.response.status_code"],
  [/^Gateway response type: \S+ with status code: (\d{3})/, "http.response.status_code"],
  [/^X-ray Tracing ID ?: (\S+)/i, "trace.id"],
];

const FAILED = /^(?:Execution failed|Lambda execution failed|.{0,60}\bfailed due to\b)/;
/** Longest beginning of a step that is looked at: what follows are headers and bodies. */
const STEP_CHARACTERS = 300;

function setStep(line: Line): void {
  const step = line.text("step")?.slice(0, STEP_CHARACTERS) ?? "";
  for (const [beginning, ...fields] of STEPS) {
    const found = beginning.exec(step);
    if (found === null) continue;
    for (const [i, field] of fields.entries()) line.setText(field, found[i + 1]);
    const status = fields[0] === "http.response.status_code" ? Number(found[1]) : Number.NaN;
    if (status > 0) line.set("event.outcome", status >= 400 ? "failure" : "success");
    return;
  }
  if (!FAILED.test(step)) return;
  line.setText("error.message", step);
  line.set("event.outcome", "failure");
  line.set("log.level", "error");
}
