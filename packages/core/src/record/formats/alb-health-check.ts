import { parseIsoZ } from "../../bytes/iso-time.ts";
import { isDecimal, startsWith } from "../fields/text.ts";
import { BACKEND_FIELDS, setBackend } from "./elb-columns.ts";
import type { Format } from "./format.ts";
import { type Line, lineFormat } from "./line-format.ts";

// Health check logs of Application Load Balancers: "Health check log entries" in the AWS guide for Application Load Balancers.

const TYPES = ["http ", "https ", "h2 ", "grpc ", "grpcs ", "lambda ", "tcp "];

export const albHealthCheck: Format = lineFormat({
  name: "alb-health-check",
  dataset: "aws.elb_logs",
  keys: /(?:^|\/)health_check_log_/,
  inLogs: true,
  constants: { "cloud.provider": "aws", "event.category": ["network"], "event.kind": "event", "event.type": ["info"] },
  columns: [
    ["type", "keyword", "aws.elb.type"],
    ["time", "keyword", "event.end"],
    ["latency", "double", "aws.elb.health_check.latency.sec"],
    ["target_addr", "keyword", "aws.elb.health_check.target"],
    ["target_group_id", "keyword", "aws.elb.target_group.id"],
    ["status", "keyword", "aws.elb.health_check.status"],
    ["status_code", "long", "aws.elb.backend.http.response.status_code"],
    ["reason_code", "keyword", "aws.elb.health_check.reason"],
  ],
  fewest: 8,
  most: 12,
  begins: (bytes, from, to) => TYPES.some((type) => startsWith(bytes, from, to, type)),
  fits: (line) => isOutcome(line, "PASS") || isOutcome(line, "FAIL"),
  time: (line) => parseIsoZ(line.bytes, line.from("time"), line.to("time")),
  derived: { ...BACKEND_FIELDS, "event.outcome": "keyword" },
  derive: () => (line) => {
    setBackend(line, line.from("target_addr"), line.to("target_addr"));
    line.set("event.outcome", isOutcome(line, "PASS") ? "success" : "failure");
  },
});

function isOutcome(line: Line, word: string): boolean {
  return (
    line.text("status") === word &&
    (isDecimal(line.bytes, line.from("latency"), line.to("latency")) || !line.has("latency"))
  );
}
