import type { LeafType } from "../layout.ts";
import type { Event } from "./event.ts";

// Logs of API Gateway: "Variables for access logging for API Gateway" in the API Gateway guide. The names are those that Elastic's
// AWS integration uses for the dataset aws.apigateway_logs, and ECS names beside them.

export const DATASET = "aws.apigateway_logs";
export const NS = "aws.apigateway";

export const ACCESS_CONSTANTS: Readonly<Record<string, string | readonly string[]>> = {
  "cloud.provider": "aws",
  "event.category": ["web"],
  "event.kind": "event",
  "event.type": ["access"],
};

/** The variables by the names that AWS's examples give them, and the fields that they become as they are. */
export const ACCESS: readonly (readonly [
  name: string,
  kind: "keyword" | "long" | "ip",
  ...fields: readonly string[],
])[] = [
  ["requestId", "keyword", `${NS}.request_id`, "http.request.id"],
  ["extendedRequestId", "keyword", `${NS}.extended_request_id`],
  ["ip", "keyword", "source.address"],
  ["ip", "ip", `${NS}.ip_address`, "source.ip"],
  ["caller", "keyword", `${NS}.caller`],
  ["user", "keyword", `${NS}.user`, "user.name"],
  ["httpMethod", "keyword", `${NS}.http_method`, "http.request.method"],
  ["resourcePath", "keyword", `${NS}.resource_path`],
  ["routeKey", "keyword", `${NS}.route_key`],
  ["eventType", "keyword", `${NS}.event_type`],
  ["connectionId", "keyword", `${NS}.connection_id`],
  ["status", "long", `${NS}.status`, "http.response.status_code"],
  ["protocol", "keyword", `${NS}.protocol`],
  ["responseLength", "long", `${NS}.response_length`, "http.response.body.bytes"],
  ["apiId", "keyword", `${NS}.api_id`],
  ["stage", "keyword", `${NS}.stage`],
  ["domainName", "keyword", `${NS}.domain_name`, "url.domain"],
];

export const ACCESS_DERIVED: Readonly<Record<string, LeafType>> = {
  [`${NS}.request_time`]: "keyword",
  "event.outcome": "keyword",
  "http.version": "keyword",
  "related.ip": "json",
};

export function deriveAccess(event: Event): void {
  const status = event.number("status");
  if (status > 0) event.set("event.outcome", status >= 400 ? "failure" : "success");
  event.setText("http.version", /^HTTP\/(.+)$/.exec(event.text("protocol") ?? "")?.[1]);
  if (event.ip("ip") !== 0) event.setList("related.ip", [event.text("ip")]);
}
