import { ACCOUNT, REGION } from "./make-fixtures-events.ts";
import { document, logs } from "./make-fixtures-formats-logs.ts";

// Findings as the AWS guides for GuardDuty and Security Hub describe them: alone, in EventBridge's events, in a document.

const ndjson = (...all: readonly object[]): string => all.map((each) => `${JSON.stringify(each)}\n`).join("");

const event = (source: string, detailType: string, detail: object): object => ({
  version: "0",
  id: "cd2d702e-ab31-411b-9344-793ce56b1bc7",
  "detail-type": detailType,
  source,
  account: ACCOUNT,
  time: "2026-11-03T09:05:00Z",
  region: REGION,
  resources: [],
  detail,
});

const remote = (ipAddressV4: string): object => ({
  ipAddressV4,
  organization: { asn: "64500", asnOrg: "Example Net", isp: "Example ISP", org: "Example" },
  country: { countryCode: "GB", countryName: "United Kingdom" },
  city: { cityName: "London" },
  geoLocation: { lat: 51.5, lon: -0.1 },
});

const finding = (changes: object = {}, action: object = {}, resource: object = {}): object => ({
  schemaVersion: "2.0",
  accountId: ACCOUNT,
  region: REGION,
  partition: "aws",
  id: "16afba5c5c43e07c9e3e5e2e544e95df",
  arn: `arn:aws:guardduty:${REGION}:${ACCOUNT}:detector/12abc34d567e8fa901bc2d34e56789f0/finding/16afba5c5c43e07c9e3e5e2e544e95df`,
  type: "UnauthorizedAccess:EC2/SSHBruteForce",
  resource: { resourceType: "Instance", ...resource },
  service: {
    serviceName: "guardduty",
    detectorId: "12abc34d567e8fa901bc2d34e56789f0",
    action,
    resourceRole: "TARGET",
    additionalInfo: { sample: true, type: "default", value: "" },
    evidence: { threatIntelligenceDetails: [{ threatListName: "ExampleList", threatNames: ["bad"] }] },
    eventFirstSeen: "2026-11-03T09:00:00.000Z",
    eventLastSeen: "2026-11-03T09:04:00.000Z",
    archived: false,
    count: 2,
  },
  severity: 5.6,
  createdAt: "2026-11-03T09:05:00.123Z",
  updatedAt: "2026-11-03T09:05:01.456Z",
  title: 'Somebody tries "passwords".',
  description: "198.51.100.7 is performing SSH brute force attacks against i-0123456789abcdef0.",
  ...changes,
});

const instance = {
  instanceDetails: {
    instanceId: "i-0123456789abcdef0",
    instanceType: "t3.micro",
    launchTime: "2026-11-01T00:00:00Z",
    platform: null,
    productCodes: [],
    iamInstanceProfile: { arn: `arn:aws:iam::${ACCOUNT}:instance-profile/web`, id: "AIPAEXAMPLE" },
    networkInterfaces: [
      {
        networkInterfaceId: "eni-0123456789abcdef0",
        privateDnsName: "ip-10-0-0-7.eu-west-1.compute.internal",
        privateIpAddress: "10.0.0.7",
        privateIpAddresses: [
          { privateDnsName: "ip-10-0-0-7.eu-west-1.compute.internal", privateIpAddress: "10.0.0.7" },
        ],
        securityGroups: [{ groupName: "web", groupId: "sg-0123" }],
        publicIp: "203.0.113.5",
        ipv6Addresses: [],
      },
    ],
    tags: [{ key: "team", value: "shop" }],
    imageId: "ami-0123",
    imageDescription: null,
  },
};

const connection = (connectionDirection: string): object => ({
  actionType: "NETWORK_CONNECTION",
  networkConnectionAction: {
    connectionDirection,
    protocol: "TCP",
    blocked: false,
    localPortDetails: { port: 22, portName: "SSH" },
    localIpDetails: { ipAddressV4: "10.0.0.7" },
    remotePortDetails: { port: 54321, portName: "Unknown" },
    remoteIpDetails: remote("198.51.100.7"),
  },
});

const guarddutyFindings = [
  finding({}, connection("INBOUND"), instance),
  finding({ severity: 2 }, connection("OUTBOUND"), instance),
  finding(
    { severity: 8, type: "Trojan:EC2/DNSDataExfiltration", confidence: 7 },
    { actionType: "DNS_REQUEST", dnsRequestAction: { domain: "bad.example.com", protocol: "UDP", blocked: true } },
  ),
  finding(
    { severity: 9.5 },
    {
      actionType: "AWS_API_CALL",
      awsApiCallAction: {
        api: "GetObject",
        serviceName: "s3.amazonaws.com",
        callerType: "Remote IP",
        errorCode: "AccessDenied",
        remoteIpDetails: remote("198.51.100.8"),
      },
    },
    {
      resourceType: "AccessKey",
      accessKeyDetails: {
        accessKeyId: "AKIAEXAMPLE",
        principalId: "AIDAEXAMPLE",
        userType: "IAMUser",
        userName: "alice",
      },
    },
  ),
  finding(
    {},
    {
      actionType: "KUBERNETES_API_CALL",
      kubernetesApiCallAction: {
        requestUri: "/api/v1/secrets",
        verb: "list",
        sourceIPs: ["198.51.100.9"],
        userAgent: "",
        statusCode: 200,
        remoteIpDetails: remote("198.51.100.9"),
      },
    },
    {
      resourceType: "EKSCluster",
      eksClusterDetails: {
        name: "shop",
        arn: "arn",
        vpcId: "vpc-0123",
        status: "ACTIVE",
        createdAt: 1762160400.218,
        tags: [],
      },
      kubernetesDetails: {
        kubernetesUserDetails: { username: "bob", uid: "7", groups: ["dev"] },
        kubernetesWorkloadDetails: null,
      },
    },
  ),
  finding(
    {},
    {
      actionType: "PORT_PROBE",
      portProbeAction: {
        blocked: false,
        portProbeDetails: [
          { localPortDetails: { port: 80, portName: "HTTP" }, remoteIpDetails: remote("198.51.100.10") },
          { localPortDetails: { port: 443, portName: "HTTPS" }, remoteIpDetails: remote("198.51.100.11") },
        ],
      },
    },
    {
      resourceType: "RDSDBInstance",
      rdsDbInstanceDetails: { dbInstanceIdentifier: "shop-db", dbClusterIdentifier: "shop", dbInstanceArn: "arn" },
      rdsDbUserDetails: { user: "app", database: "shop", authMethod: "scram" },
      containerDetails: { id: "c1", image: "nginx:1", imagePrefix: "library" },
      ebsVolumeDetails: {
        scannedVolumeDetails: [{ volumeArn: "arn", volumeType: "gp3", volumeSizeInGB: 8, kmsKeyArn: "k" }],
      },
    },
  ),
  { schemaVersion: "2.0", service: {}, resource: {}, severity: 1 },
];

const asff = (changes: object = {}): object => ({
  SchemaVersion: "2018-10-08",
  Id: `arn:aws:securityhub:${REGION}:${ACCOUNT}:security-control/EC2.3/finding/abcd1234`,
  ProductArn: `arn:aws:securityhub:${REGION}::product/aws/securityhub`,
  ProductName: "Security Hub",
  CompanyName: "AWS",
  Region: REGION,
  GeneratorId: "security-control/EC2.3",
  AwsAccountId: ACCOUNT,
  Types: ["Software and Configuration Checks/Industry and Regulatory Standards"],
  FirstObservedAt: "2026-11-03T09:00:00.000Z",
  CreatedAt: "2026-11-03T09:00:00.000Z",
  UpdatedAt: "2026-11-03T09:05:00.123Z",
  Severity: { Label: "MEDIUM", Normalized: 40, Original: "MEDIUM", Product: 40 },
  Title: "Attached EBS volumes should be encrypted at rest",
  Description: 'This control checks whether "attached" volumes are encrypted.',
  Remediation: { Recommendation: { Text: "See the guide.", Url: "https://docs.example.com/ec2-3" } },
  ProductFields: { "aws/securityhub/ProductName": "Security Hub", "RelatedAWSResources:0/name": "rule" },
  Resources: [{ Type: "AwsEc2Volume", Id: "arn:aws:ec2:volume/vol-0123", Partition: "aws", Region: REGION }],
  Compliance: {
    Status: "FAILED",
    RelatedRequirements: ["NIST.800-53.r5 SC-28"],
    StatusReasons: [{ ReasonCode: "X", Description: "d" }],
  },
  WorkflowState: "NEW",
  Workflow: { Status: "NEW" },
  RecordState: "ACTIVE",
  FindingProviderFields: { Severity: { Label: "MEDIUM", Original: "MEDIUM" }, Types: ["Software"] },
  ...changes,
});

const detailed = asff({
  AwsAccountName: "shop",
  Network: {
    Direction: "IN",
    SourceIpV4: "198.51.100.7",
    SourcePort: 42,
    DestinationIpV6: "2001:db8::7",
    DestinationPort: 80,
  },
  Process: { Name: "syslogd", Path: "/usr/sbin/syslogd", Pid: 12345, ParentPid: 1, LaunchedAt: "2026-11-03T08:00:00Z" },
  Vulnerabilities: [
    {
      Id: "CVE-2026-0001",
      Cvss: [{ Version: "3.1", BaseScore: 4.7, BaseVector: "AV:N" }],
      Vendor: { Name: "v", VendorSeverity: "Medium" },
    },
  ],
  Action: {
    ActionType: "PORT_PROBE",
    PortProbeAction: {
      Blocked: false,
      PortProbeDetails: [
        {
          LocalPortDetails: { Port: 80, PortName: "HTTP" },
          LocalIpDetails: { IpAddressV4: "10.0.0.7" },
          RemoteIpDetails: {
            IpAddressV4: "198.51.100.7",
            Country: { CountryName: "X" },
            Organization: { Asn: 64500, AsnOrg: "Example" },
          },
        },
      ],
    },
  },
  UserDefinedFields: { reviewedBy: "alice" },
  SourceUrl: "https://example.com/finding",
});

export const findingFixtures: Readonly<Record<string, string>> = {
  "guardduty/AWSLogs/123456789012/GuardDuty/eu-west-1/2026/11/03/a1b2c3d4.jsonl": ndjson(...guarddutyFindings),
  "guardduty/events.logs.json": logs("/aws/events/guardduty", "54fbfb2c-0c3b-3b0d-9a8f-1f2e3d4c5b6a", [
    event("aws.guardduty", "GuardDuty Finding", finding({}, connection("INBOUND"), instance)),
  ]),
  "securityhub/findings.ndjson": ndjson(asff(), detailed, {
    SchemaVersion: "2018-10-08",
    UpdatedAt: "2026-11-03T09:05:00Z",
  }),
  "securityhub/get-findings.json": document({ Findings: [asff(), detailed], NextToken: "more" }),
  "securityhub/events.ndjson": ndjson(
    event("aws.securityhub", "Security Hub Findings - Imported", { findings: [asff()] }),
    event("aws.securityhub", "Security Hub Findings - Custom Action", {
      actionName: "look",
      findings: [asff(), detailed],
    }),
  ),
  // In the open schema: JSON like any other.
  "json/ocsf.ndjson": ndjson({
    class_uid: 2004,
    time: 1793696700123,
    metadata: { version: "1.6.0" },
    finding_info: { uid: "1" },
  }),
};
