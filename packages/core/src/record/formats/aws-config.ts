import type { Framing } from "../../framing/content.ts";
import type { Format, FormatHint } from "./format.ts";
import type { Member } from "./json-fields.ts";
import { type JsonEvent, jsonFormat } from "./json-format.ts";

// What AWS Config delivers: configuration history and snapshot files, each an object with an array of configuration items, and its
// notifications: "Example configuration snapshot", "Example configuration item change notifications" and "Example compliance change
// notification" in the Config guide. Compliance has the names of Elastic's AWS integration for the dataset aws.config.

const NS = "aws.config";
const RULE = "newEvaluationResult.evaluationResultIdentifier";
const QUALIFIER = `${RULE}.evaluationResultQualifier`;

/** Where an item stands: in a file by itself, in a notification under a name. */
const PLACES = ["", "configurationItem."];

const ITEM: readonly Member[] = [
  ["configurationItemVersion", "keyword", `${NS}.version`],
  ["configurationItemStatus", "keyword", `${NS}.status`, "event.action"],
  ["configurationStateId", "keyword", `${NS}.state_id`],
  ["configurationStateMd5Hash", "keyword", `${NS}.state_md5_hash`],
  ["configurationItemDeliveryTime", "time", `${NS}.delivery_time`],
  ["recordingFrequency", "keyword", `${NS}.recording_frequency`],
  ["resourceCreationTime", "time", `${NS}.resource.creation_time`],
  ["ARN", "keyword", `${NS}.resource.arn`],
  ["resourceId", "keyword", "resource.id"],
  ["resourceType", "keyword", "resource.type"],
  ["resourceName", "keyword", "resource.name"],
  ["awsAccountId", "keyword", "cloud.account.id"],
  ["awsRegion", "keyword", "cloud.region"],
  ["availabilityZone", "keyword", "cloud.availability_zone"],
  ["tags", "jsonText", `${NS}.resource.tags`],
  ["relatedEvents", "json", `${NS}.related_events`],
  ["relationships", "jsonText", `${NS}.relationships`],
  ["configuration", "jsonText", `${NS}.configuration`],
  ["supplementaryConfiguration", "jsonText", `${NS}.supplementary_configuration`],
];

const NOTIFICATION: readonly Member[] = [
  ["messageType", "keyword", `${NS}.message_type`],
  ["recordVersion", "keyword", `${NS}.record_version`],
  ["notificationCreationTime", "time", `${NS}.notification_creation_time`],
  ["configurationItemDiff.changeType", "keyword", `${NS}.change_type`],
  ["configurationItemDiff.changedProperties", "jsonText", `${NS}.changed_properties`],
  ["configurationItemSummary.changeType", "keyword", `${NS}.change_type`],
  ["configurationItemSummary.resourceId", "keyword", "resource.id"],
  ["configurationItemSummary.resourceType", "keyword", "resource.type"],
  ["configurationItemSummary.awsAccountId", "keyword", "cloud.account.id"],
  ["configurationItemSummary.awsRegion", "keyword", "cloud.region"],
  ["s3Bucket", "keyword", `${NS}.s3_bucket`],
  ["s3ObjectKey", "keyword", `${NS}.s3_object_key`],
  ["configSnapshotId", "keyword", `${NS}.snapshot_id`],
  ["configRuleName", "keyword", "rule.name"],
  ["configRuleARN", "keyword", "rule.reference"],
  ["oldEvaluationResult.complianceType", "keyword", `${NS}.old_compliance_type`],
  ["newEvaluationResult.complianceType", "keyword", `${NS}.compliance_type`, "result.evaluation"],
  ["newEvaluationResult.annotation", "keyword", `${NS}.annotation`],
  ["newEvaluationResult.resultToken", "keyword", `${NS}.result_token`],
  ["newEvaluationResult.resultRecordedTime", "time", `${NS}.result_recorded_time`],
  ["newEvaluationResult.configRuleInvokedTime", "time", `${NS}.config_rule_invoked_time`],
  [`${RULE}.orderingTimestamp`, "time", "event.created"],
  [`${RULE}.resourceEvaluationId`, "keyword", "event.id"],
  [
    `${QUALIFIER}.configRuleName`,
    "keyword",
    `${NS}.evaluation_result_identifier.evaluation_result_qualifier.config_rule_name`,
  ],
  [
    `${QUALIFIER}.evaluationMode`,
    "keyword",
    `${NS}.evaluation_result_identifier.evaluation_result_qualifier.evaluation_mode`,
  ],
  [`${QUALIFIER}.resourceId`, "keyword", `${NS}.evaluation_result_identifier.evaluation_result_qualifier.resource_id`],
  [
    `${QUALIFIER}.resourceType`,
    "keyword",
    `${NS}.evaluation_result_identifier.evaluation_result_qualifier.resource_type`,
  ],
];

export const awsConfig: Format = jsonFormat({
  name: "aws-config",
  dataset: "aws.config",
  keys: /(?:^|\/)\d{12}_Config_[a-z0-9-]+_Config(?:History|Snapshot)_/,
  inLogs: true,
  constants: {
    "cloud.provider": "aws",
    "event.category": ["configuration"],
    "event.kind": "event",
    "observer.product": "AWS Config",
    "observer.vendor": "Amazon",
  },
  members: () => [
    ...NOTIFICATION,
    ...PLACES.flatMap((place) => ITEM.map(([path, kind, ...fields]): Member => [place + path, kind, ...fields])),
  ],
  time: [
    "configurationItemCaptureTime",
    "configurationItem.configurationItemCaptureTime",
    "configurationItemSummary.configurationItemCaptureTime",
    "newEvaluationResult.resultRecordedTime",
    "notificationCreationTime",
  ],
  detects: (members) => isItem(members) || isNotification(members),
  detectDocument: ({ members }) => isFile(members),
  framing: ({ members }: FormatHint): Framing | undefined =>
    isFile(members) ? { array: "configurationItems" } : undefined,
  fits: (event) => event.has("configurationItemCaptureTime") || event.has("messageType"),
  derived: { "event.outcome": "keyword", "event.type": "json" },
  overrides: ["cloud.account.id", "cloud.availability_zone", "cloud.region"],
  derive: () => (event) => {
    event.set("event.type", typeOf(event));
    event.set("event.outcome", OUTCOMES[event.text("newEvaluationResult.complianceType") ?? ""]);
  },
});

type Members = ReadonlyMap<string, Uint8Array>;

function isFile(members: Members): boolean {
  return members.has("fileVersion") && members.has("configurationItems");
}

function isItem(members: Members): boolean {
  return members.has("configurationItemCaptureTime") && members.has("resourceType");
}

function isNotification(members: Members): boolean {
  return ["messageType", "notificationCreationTime", "recordVersion"].every((name) => members.has(name));
}

const OUTCOMES: Readonly<Record<string, string>> = {
  COMPLIANT: "success",
  INSUFFICIENT_DATA: "unknown",
  NON_COMPLIANT: "failure",
  NOT_APPLICABLE: "unknown",
};

const STATUSES: readonly (readonly [beginning: string, type: string])[] = [
  ["ResourceDiscovered", '["creation"]'],
  ["ResourceDeleted", '["deletion"]'],
  ["OK", '["change"]'],
];

function typeOf(event: JsonEvent): string {
  const status = event.text("configurationItemStatus") ?? event.text("configurationItem.configurationItemStatus") ?? "";
  return STATUSES.find(([beginning]) => status.startsWith(beginning))?.[1] ?? '["info"]';
}
