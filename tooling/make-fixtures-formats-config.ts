import { ACCOUNT, REGION } from "./make-fixtures-events.ts";

// Files and notifications as the AWS Config guide describes them.

const item = (changes: object): object => ({
  configurationItemVersion: "1.3",
  configurationItemCaptureTime: "2026-11-03T09:05:01.123Z",
  configurationStateId: 1793696701123,
  awsAccountId: ACCOUNT,
  configurationItemStatus: "OK",
  resourceId: "i-0123456789abcdef0",
  ARN: `arn:aws:ec2:${REGION}:${ACCOUNT}:instance/i-0123456789abcdef0`,
  awsRegion: REGION,
  availabilityZone: `${REGION}a`,
  configurationStateMd5Hash: "",
  resourceType: "AWS::EC2::Instance",
  resourceCreationTime: "2026-11-01T08:00:00.000Z",
  tags: { Name: "shop", "a.b": "dotted" },
  relatedEvents: ["4d58ac75-1d0e-4c3a-9f0e-0123456789ab"],
  relationships: [{ resourceId: "vpc-0a", resourceType: "AWS::EC2::VPC", name: "Is contained in Vpc" }],
  configuration: { instanceType: "t4g.small", state: { code: 16, name: "running" }, ebsOptimized: true },
  supplementaryConfiguration: {},
  ...changes,
});

const items = [
  item({}),
  item({
    configurationItemStatus: "ResourceDiscovered",
    resourceName: 'with "quotes"',
    configurationStateId: "17936967011234567890",
  }),
  item({ configurationItemStatus: "ResourceDeleted", configuration: null, tags: {}, relationships: [] }),
];

const change = {
  configurationItemDiff: {
    changedProperties: {
      "Configuration.State.Name": { previousValue: "pending", updatedValue: "running", changeType: "UPDATE" },
    },
    changeType: "UPDATE",
  },
  configurationItem: item({}),
  notificationCreationTime: "2026-11-03T09:05:02.456Z",
  messageType: "ConfigurationItemChangeNotification",
  recordVersion: "1.3",
};

const compliance = {
  awsAccountId: ACCOUNT,
  configRuleName: "no-public-buckets",
  configRuleARN: `arn:aws:config:${REGION}:${ACCOUNT}:config-rule/config-rule-9rpvxc`,
  resourceType: "AWS::S3::Bucket",
  resourceId: "acme-shop-images",
  awsRegion: REGION,
  newEvaluationResult: {
    evaluationResultIdentifier: {
      evaluationResultQualifier: {
        configRuleName: "no-public-buckets",
        resourceType: "AWS::S3::Bucket",
        resourceId: "acme-shop-images",
        evaluationMode: "DETECTIVE",
      },
      orderingTimestamp: "2026-11-03T09:04:59.000Z",
    },
    complianceType: "NON_COMPLIANT",
    resultRecordedTime: "2026-11-03T09:05:03.789Z",
    configRuleInvokedTime: "2026-11-03T09:05:03.700Z",
    annotation: "public by its policy",
    resultToken: null,
  },
  oldEvaluationResult: { complianceType: "COMPLIANT" },
  notificationCreationTime: "2026-11-03T09:05:04.000Z",
  messageType: "ComplianceChangeNotification",
  recordVersion: "1.0",
};

const delivered = {
  s3ObjectKey: `AWSLogs/${ACCOUNT}/Config/${REGION}/2026/11/3/ConfigHistory/x.json.gz`,
  s3Bucket: "acme-config",
  notificationCreationTime: "2026-11-03T09:05:05.000Z",
  messageType: "ConfigurationHistoryDeliveryCompleted",
  recordVersion: "1.1",
};

const FOLDER = `AWSLogs/${ACCOUNT}/Config/${REGION}/2026/11/3`;

export const configFixtures: Readonly<Record<string, string>> = {
  [`aws-config/${FOLDER}/ConfigHistory/${ACCOUNT}_Config_${REGION}_ConfigHistory_AWS-EC2-Instance_20261103T090501Z_1.json`]:
    JSON.stringify({ fileVersion: "1.0", configurationItems: items }),
  "aws-config/snapshot-over-several-lines.json": JSON.stringify(
    { fileVersion: "1.0", requestId: "r", configurationItems: items.slice(0, 1), configSnapshotId: "s" },
    null,
    2,
  ),
  "aws-config/notifications.json": [change, compliance, delivered].map((each) => `${JSON.stringify(each)}\n`).join(""),
};
