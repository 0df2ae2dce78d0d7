import { ACCESS, ACCESS_CONSTANTS, ACCESS_DERIVED, DATASET, deriveAccess, NS } from "./apigateway-fields.ts";
import type { Format } from "./format.ts";
import { jsonFormat } from "./json-format.ts";

const MILLISECOND_IN_NS = 1e6;

/** One of them is in the logs of REST, HTTP and WebSocket APIs alike. */
const WHAT = ["httpMethod", "routeKey", "resourcePath", "eventType"];

/** Access logs as JSON, of REST, HTTP and WebSocket APIs: with the names of AWS's examples. */
export const apigatewayAccess: Format = jsonFormat({
  name: "apigateway-access",
  dataset: DATASET,
  inLogs: true,
  constants: ACCESS_CONSTANTS,
  members: [
    ...ACCESS,
    ["sourceIp", "keyword", "source.address"],
    ["sourceIp", "ip", `${NS}.ip_address`, "source.ip"],
    ["accountId", "keyword", "cloud.account.id"],
    ["path", "keyword", `${NS}.path`, "url.path"],
    ["userAgent", "keyword", "user_agent.original"],
    ["xrayTraceId", "keyword", "trace.id"],
    ["principalId", "keyword", `${NS}.principal_id`, "user.id"],
    ["authorizerError", "keyword", `${NS}.authorizer_error`],
    ["errorMessage", "keyword", "error.message"],
    ["errorResponseType", "keyword", `${NS}.error_response_type`],
    ["integrationErrorMessage", "keyword", `${NS}.integration_error_message`],
    ["integrationLatency", "long", `${NS}.integration_latency`],
    ["integrationStatus", "long", `${NS}.integration_status`],
    ["responseLatency", "long", `${NS}.response_latency`],
    ["wafResponseCode", "keyword", `${NS}.waf_response_code`],
    ["requestTimeEpoch", "time", `${NS}.request_time`],
    ["requestTime", "time", `${NS}.request_time`],
  ],
  time: ["requestTimeEpoch", "requestTime"],
  detects: (members) =>
    members.has("requestId") &&
    members.has("status") &&
    (members.has("requestTime") || members.has("requestTimeEpoch")) &&
    WHAT.some((name) => members.has(name)),
  fits: (event) => event.has("requestId"),
  derived: { ...ACCESS_DERIVED, "event.duration": "long" },
  overrides: ["cloud.account.id"],
  derive: () => (event) => {
    deriveAccess(event);
    const ms = event.number("responseLatency");
    if (ms >= 0 && ms < 1e9) event.set("event.duration", String(Math.round(ms * MILLISECOND_IN_NS)));
  },
});
