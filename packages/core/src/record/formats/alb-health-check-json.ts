import { BACKEND_FIELDS, ELB_KEYS } from "./elb-columns.ts";
import { setBackendOf, withoutNegative } from "./elb-members.ts";
import type { Format } from "./format.ts";
import { jsonFormat } from "./json-format.ts";

const LATENCY = ["latency", "aws.elb.health_check.latency.sec"] as const;

/** Health check logs of Application Load Balancers as JSON: the fields of those in text, and the load balancer's name. */
export const albHealthCheckJson: Format = jsonFormat({
  name: "alb-health-check-json",
  dataset: "aws.elb_logs",
  keys: ELB_KEYS,
  inLogs: true,
  constants: { "cloud.provider": "aws", "event.category": ["network"], "event.kind": "event", "event.type": ["info"] },
  members: [
    ["type", "keyword", "aws.elb.type"],
    ["time", "keyword", "event.end"],
    [LATENCY[0], "double", LATENCY[1]],
    ["target_addr", "keyword", "aws.elb.health_check.target"],
    ["target_group_id", "keyword", "aws.elb.target_group.id"],
    ["status", "keyword", "aws.elb.health_check.status"],
    ["status_code", "long", "aws.elb.backend.http.response.status_code"],
    ["reason_code", "keyword", "aws.elb.health_check.reason"],
    ["elb", "keyword", "aws.elb.name"],
  ],
  time: ["time"],
  detects: (members) => ["target_addr", "target_group_id", "reason_code", "latency"].every((name) => members.has(name)),
  fits: (event) => event.text("status") === "PASS" || event.text("status") === "FAIL",
  derived: { ...BACKEND_FIELDS, "event.outcome": "keyword" },
  derive: () => (event) => {
    setBackendOf(event, "target_addr");
    withoutNegative(event, [LATENCY]);
    event.set("event.outcome", event.text("status") === "PASS" ? "success" : "failure");
  },
});
