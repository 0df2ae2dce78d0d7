import type { Layout } from "../layout.ts";
import type { RecordCursor } from "../record.ts";
import type { Format, FormatHint } from "./format.ts";
import { flowColumns } from "./vpc-flow-fields.ts";
import { VpcFlowReader } from "./vpc-flow-reader.ts";

// VPC flow logs: "Flow log records" in the Amazon VPC guide, and those of transit gateways, "Transit Gateway Flow Logs". ECS names as Elastic's AWS integration uses them for the
// dataset aws.vpcflow. Files begin with a line of field names; log events and streams have none.

/** The other fields have names that any table may have. */
const TELLING: ReadonlySet<string> = new Set(["interface-id", "srcaddr", "dstaddr", "pkt-srcaddr", "log-status"]);

export const vpcFlow: Format = {
  name: "vpc-flow",
  shape: "line",
  keys: /(?:^|\/)vpcflowlogs\//,
  inLogs: true,
  dataset: "aws.vpcflow",
  get layout(): Layout {
    return flowColumns().layout;
  },
  constants: { "cloud.provider": "aws", "event.category": ["network"], "event.kind": "event" },
  otel: {
    "orchestrator.cluster.id": "aws.ecs.cluster.arn",
    "orchestrator.resource.name": "aws.ecs.container.arn",
    "aws.vpcflow.ecs_task_arn": "aws.ecs.task.arn",
    "aws.vpcflow.ecs_task_id": "aws.ecs.task.id",
  },
  detect: ({ head }: FormatHint) => new VpcFlowReader().isCertain(head),
  header: (columns) => {
    // Flow logs in Parquet have the same names with underscores.
    const names = columns.map((column) => column.replaceAll("_", "-"));
    return names.some((name) => TELLING.has(name)) && names.every((name) => flowColumns().has(name))
      ? names
      : undefined;
  },
  knowsColumn: (name) => flowColumns().has(name),
  parser: ({ fields, columns }) => {
    const reader = new VpcFlowReader(columns);
    return fields ? (record: RecordCursor) => reader.parse(record) : (record: RecordCursor) => reader.parseTime(record);
  },
};
