import type { ConstantValue } from "../document-template.ts";
import type { Origin } from "../origin.ts";

// Logs that Amazon RDS and Aurora publish to CloudWatch Logs: `/aws/rds/instance/<name>/<log>`, `/aws/rds/cluster/<name>/<log>`.

const GROUP = /^\/aws\/rds\/(instance|cluster)\/([a-zA-Z][\w-]{0,62})\/[a-z-]+$/;

/** The instance or cluster that a log group is named after. */
export function databaseOf({ constants }: Origin): Readonly<Record<string, ConstantValue>> {
  const [, kind, name] = GROUP.exec(constants.get("aws.cloudwatch.log_group") ?? "") ?? [];
  if (name === undefined) return {};
  return { [kind === "instance" ? "aws.rds.db_instance.identifier" : "aws.rds.db_cluster.identifier"]: name };
}
