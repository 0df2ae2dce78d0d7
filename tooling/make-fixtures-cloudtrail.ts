import { ACCOUNT, type Json, REGION } from "./make-fixtures-events.ts";

// Events of every kind that CloudTrail delivers, with the members that "CloudTrail record contents" in the AWS guide lists.

type Event = { readonly [member: string]: Json };

const ROLE = "AROA3XFRBF535EXAMPLE1";
const TLS: Json = {
  tlsVersion: "TLSv1.3",
  cipherSuite: "TLS_AES_128_GCM_SHA256",
  clientProvidedHostHeader: `ec2.${REGION}.amazonaws.com`,
};

const alice: Json = {
  type: "IAMUser",
  principalId: "AIDA3XFRBF535EXAMPLE2",
  arn: `arn:aws:iam::${ACCOUNT}:user/alice`,
  accountId: ACCOUNT,
  accessKeyId: "AKIAIOSFODNN7EXAMPLE",
  userName: "alice",
};

const assumedRole: Json = {
  type: "AssumedRole",
  principalId: `${ROLE}:deploy-1234`,
  arn: `arn:aws:sts::${ACCOUNT}:assumed-role/ci-deployer/deploy-1234`,
  accountId: ACCOUNT,
  accessKeyId: "ASIAIOSFODNN7EXAMPLE",
  sessionContext: {
    sessionIssuer: {
      type: "Role",
      principalId: ROLE,
      arn: `arn:aws:iam::${ACCOUNT}:role/ci-deployer`,
      accountId: ACCOUNT,
      userName: "ci-deployer",
    },
    attributes: { creationDate: "2026-11-03T08:55:00Z", mfaAuthenticated: "false" },
  },
};

let number = 0;

/** Members that don't matter are those of a management event; `null` leaves one out. */
function event(name: string, service: string, members: { readonly [name: string]: Json }): Event {
  number += 1;
  const all: Event = {
    eventVersion: "1.11",
    userIdentity: alice,
    eventTime: `2026-11-03T09:0${Math.floor(number / 4)}:${String(number * 4).padStart(2, "0")}Z`,
    eventSource: `${service}.amazonaws.com`,
    eventName: name,
    awsRegion: REGION,
    sourceIPAddress: "203.0.113.7",
    userAgent: "aws-cli/2.27.22 md/prompt#off",
    requestParameters: null,
    responseElements: null,
    requestID: `6f1e2d3c-4b5a-4978-8695-a4b3c2d1e0${String(number).padStart(2, "0")}`,
    eventID: `0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c${String(number).padStart(2, "0")}`,
    readOnly: false,
    eventType: "AwsApiCall",
    managementEvent: true,
    recipientAccountId: ACCOUNT,
    eventCategory: "Management",
    tlsDetails: TLS,
    ...members,
  };
  return Object.fromEntries(Object.entries(all).filter(([key, value]) => value !== null || !(key in members)));
}

const BUCKET = "arn:aws:s3:::acme-reports";
const LOGIN = { userIdentity: { ...alice, accessKeyId: "" }, eventType: "AwsConsoleSignIn", requestID: null } as const;

/** A file's events, in the order of their times. */
export const cloudTrailEvents: readonly Event[] = [
  event("RunInstances", "ec2", {
    userIdentity: assumedRole,
    requestParameters: { instancesSet: { items: [{ imageId: "ami-0abcdef1234567890", minCount: 1, maxCount: 1 }] } },
    responseElements: { instancesSet: { items: [{ instanceId: "i-0123456789abcdef0" }] } },
    sessionCredentialFromConsole: "true",
  }),
  event("DescribeInstances", "ec2", { readOnly: true, requestParameters: {}, sourceIPAddress: "2001:db8::7" }),
  event("CreateUser", "iam", {
    requestParameters: { userName: "bob", tags: [{ key: "team", value: 'a "quoted" \\ word' }] },
    responseElements: { user: { userName: "bob", userId: "AIDA3XFRBF535EXAMPLE3", path: "/" } },
  }),
  event("UpdateUser", "iam", { requestParameters: { userName: "bob", newUserName: "bob.müller" } }),
  event("AddUserToGroup", "iam", { requestParameters: { userName: "bob.müller", groupName: "admins" } }),
  event("CreateGroup", "iam", {
    requestParameters: { groupName: "auditors" },
    responseElements: { group: { groupName: "auditors", groupId: "AGPA3XFRBF535EXAMPLE4", path: "/" } },
  }),
  event("ConsoleLogin", "signin", {
    ...LOGIN,
    userAgent: "Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0",
    responseElements: { ConsoleLogin: "Success" },
    additionalEventData: {
      LoginTo: "https://console.aws.amazon.com/console/home?state=hashArgs%23",
      MobileVersion: "No",
      MFAUsed: "Yes",
    },
  }),
  event("ConsoleLogin", "signin", {
    ...LOGIN,
    errorMessage: "Failed authentication",
    responseElements: { ConsoleLogin: "Failure" },
    additionalEventData: {
      LoginTo: "https://console.aws.amazon.com/console/home",
      MobileVersion: "Yes",
      MFAUsed: "No",
    },
  }),
  event("AssumeRole", "sts", {
    userIdentity: { type: "AWSService", invokedBy: "ec2.amazonaws.com" },
    sourceIPAddress: "ec2.amazonaws.com",
    userAgent: "ec2.amazonaws.com",
    readOnly: true,
    requestParameters: { roleArn: `arn:aws:iam::${ACCOUNT}:role/eks-node`, roleSessionName: "i-0123456789abcdef0" },
    resources: [{ accountId: ACCOUNT, type: "AWS::IAM::Role", ARN: `arn:aws:iam::${ACCOUNT}:role/eks-node` }],
    sharedEventID: "5d6e7f80-1a2b-4c3d-8e4f-5a6b7c8d9e0f",
    tlsDetails: null,
  }),
  event("PutObject", "s3", {
    userIdentity: assumedRole,
    errorCode: "AccessDenied",
    errorMessage: 'User: ci-deployer is not authorized to perform: s3:PutObject on resource: "acme-reports/q3.csv"',
    requestParameters: {
      bucketName: "acme-reports",
      key: "grün/q3.csv",
      Host: `acme-reports.s3.${REGION}.amazonaws.com`,
    },
    additionalEventData: { SignatureVersion: "SigV4", bytesTransferredIn: 0, "x-amz-id-2": "EXAMPLE+/id=" },
    resources: [
      { type: "AWS::S3::Object", ARN: `${BUCKET}/grün/q3.csv` },
      { accountId: ACCOUNT, type: "AWS::S3::Bucket", ARN: BUCKET },
      { accountId: ACCOUNT, type: "AWS::S3::Bucket", ARN: BUCKET },
    ],
    managementEvent: false,
    eventCategory: "Data",
    vpcEndpointId: "vpce-0123456789abcdef0",
  }),
  event("RotateKey", "kms", {
    userIdentity: { accountId: ACCOUNT, invokedBy: "AWS Internal" },
    sourceIPAddress: "AWS Internal",
    userAgent: "AWS Internal",
    eventType: "AwsServiceEvent",
    requestID: null,
    resources: [{ ARN: `arn:aws:kms:${REGION}:${ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab` }],
    serviceEventDetails: { keyId: "1234abcd-12ab-34cd-56ef-1234567890ab", rotationType: "AUTOMATIC" },
    tlsDetails: null,
  }),
  {
    eventVersion: "1.11",
    eventTime: "2026-11-03T09:04:00Z",
    awsRegion: REGION,
    eventID: "0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3cff",
    eventType: "AwsCloudTrailInsight",
    recipientAccountId: ACCOUNT,
    sharedEventID: "77f0e1d2-c3b4-4a59-8687-7869a5b4c3d2",
    insightDetails: {
      state: "Start",
      eventSource: "ssm.amazonaws.com",
      eventName: "UpdateInstanceInformation",
      insightType: "ApiCallRateInsight",
      insightContext: { statistics: { baseline: { average: 0.0020833333 }, insight: { average: 22.9642857 } } },
    },
    eventCategory: "Insight",
  },
];

/** The file that tells whether the log files of an hour are whole. */
export const cloudTrailDigest: Json = {
  awsAccountId: ACCOUNT,
  digestStartTime: "2026-11-03T08:15:00Z",
  digestEndTime: "2026-11-03T09:15:00Z",
  digestS3Bucket: "acme-audit-logs",
  digestPublicKeyFingerprint: "31e8b5433410dfb61a9dc45cc65b22ff",
  digestSignatureAlgorithm: "SHA256withRSA",
  newestEventTime: "2026-11-03T09:04:00Z",
  oldestEventTime: "2026-11-03T09:00:04Z",
  previousDigestS3Bucket: null,
  logFiles: [{ s3Bucket: "acme-audit-logs", hashAlgorithm: "SHA-256", newestEventTime: "2026-11-03T09:04:00Z" }],
};
