import { ACCOUNT, EPOCH_MS, listOf, REGION } from "./names.ts";
import { Random } from "./random.ts";

const ROLES = ["ci-deployer", "eks-node", "app-orders", "app-cart", "lambda-exec", "terraform", "backup", "admin-sso"];
const BUCKETS = ["acme-datalake-prod", "acme-artifacts", "acme-backups"];
const AGENTS = [
  "aws-sdk-go-v2/1.36.3 ua/2.1 os/linux lang/go#1.24.4 md/GOOS#linux md/GOARCH#amd64 api/s3#1.79.3",
  "Boto3/1.38.23 md/Botocore#1.38.23 ua/2.1 os/linux#6.1.134 md/arch#x86_64 lang/python#3.12.10 cfg/retry-mode#standard",
  "aws-cli/2.27.22 md/awscrt#0.26.1 ua/2.1 os/linux#6.1 md/arch#x86_64 lang/python#3.13.3",
];

interface Call {
  readonly service: string;
  readonly name: string;
  readonly readOnly: boolean;
}
/** Most frequent first. */
const CALLS: readonly Call[] = [
  { service: "s3", name: "GetObject", readOnly: true },
  { service: "s3", name: "PutObject", readOnly: false },
  { service: "sts", name: "AssumeRole", readOnly: true },
  { service: "kms", name: "Decrypt", readOnly: true },
  { service: "kms", name: "GenerateDataKey", readOnly: true },
  { service: "ec2", name: "DescribeInstances", readOnly: true },
  { service: "dynamodb", name: "GetItem", readOnly: true },
  { service: "lambda", name: "Invoke", readOnly: false },
  { service: "secretsmanager", name: "GetSecretValue", readOnly: true },
  { service: "ec2", name: "RunInstances", readOnly: false },
];

interface Role {
  readonly name: string;
  readonly id: string;
}

/** CloudTrail data events (record version 1.11), about 2 KB each. */
export class CloudTrailLog {
  readonly #random: Random;
  readonly #roles: readonly Role[];
  #ms = EPOCH_MS;

  constructor(seed: number) {
    const random = new Random(seed);
    this.#random = random;
    this.#roles = listOf(40, (i) => ({
      name: `${ROLES[i % ROLES.length]}-${i}`,
      id: `AROA${random.base62(17).toUpperCase()}`,
    }));
  }

  record(): object {
    const random = this.#random;
    this.#ms += random.int(1, 12);
    const time = `${new Date(this.#ms).toISOString().slice(0, 19)}Z`;
    const role = random.pickSkewed(this.#roles);
    const call = random.pickSkewed(CALLS);
    const bucket = random.pick(BUCKETS);
    const arn = `arn:aws:s3:::${bucket}/data/${random.int(2024, 2026)}/${random.int(1, 12)}/${random.uuid()}.parquet`;
    return {
      eventVersion: "1.11",
      userIdentity: this.#identity(role, time),
      eventTime: time,
      eventSource: `${call.service}.amazonaws.com`,
      eventName: call.name,
      awsRegion: REGION,
      sourceIPAddress: `10.0.${random.int(0, 255)}.${random.int(1, 254)}`,
      userAgent: random.pick(AGENTS),
      ...(random.chance(0.03) ? denial(role, call, arn) : {}),
      requestParameters: this.#parameters(call, role, bucket, arn),
      responseElements: call.readOnly ? null : this.#response(),
      additionalEventData: this.#additional(),
      requestID: random.hex(16).toUpperCase(),
      eventID: random.uuid(),
      readOnly: call.readOnly,
      resources: [
        { type: "AWS::S3::Object", ARN: arn },
        { accountId: ACCOUNT, type: "AWS::S3::Bucket", ARN: `arn:aws:s3:::${bucket}` },
      ],
      eventType: "AwsApiCall",
      managementEvent: false,
      recipientAccountId: ACCOUNT,
      sharedEventID: random.uuid(),
      vpcEndpointId: `vpce-${random.hex(17)}`,
      eventCategory: "Data",
      tlsDetails: {
        tlsVersion: "TLSv1.3",
        cipherSuite: "TLS_AES_128_GCM_SHA256",
        clientProvidedHostHeader: `${bucket}.s3.${REGION}.amazonaws.com`,
      },
    };
  }

  #identity({ name, id }: Role, creationDate: string): object {
    const random = this.#random;
    const session = `i-${random.hex(17)}`;
    return {
      type: "AssumedRole",
      principalId: `${id}:${session}`,
      arn: `arn:aws:sts::${ACCOUNT}:assumed-role/${name}/${session}`,
      accountId: ACCOUNT,
      accessKeyId: `ASIA${random.base62(16).toUpperCase()}`,
      sessionContext: {
        sessionIssuer: {
          type: "Role",
          principalId: id,
          arn: `arn:aws:iam::${ACCOUNT}:role/${name}`,
          accountId: ACCOUNT,
          userName: name,
        },
        attributes: { creationDate, mfaAuthenticated: "false" },
        ec2RoleDelivery: "2.0",
      },
    };
  }

  #parameters({ service }: Call, role: Role, bucketName: string, arn: string): object {
    const random = this.#random;
    switch (service) {
      case "s3":
        return {
          bucketName,
          Host: `${bucketName}.s3.${REGION}.amazonaws.com`,
          key: arn.slice(arn.indexOf("/") + 1),
        };
      case "kms":
        return { encryptionContext: { "aws:s3:arn": arn }, encryptionAlgorithm: "SYMMETRIC_DEFAULT" };
      case "sts":
        return { roleArn: `arn:aws:iam::${ACCOUNT}:role/${role.name}`, roleSessionName: `session-${random.hex(12)}` };
      case "ec2":
        return { instancesSet: { items: [{ instanceId: `i-${random.hex(17)}` }] }, filterSet: {} };
      default:
        return { tableName: "orders", functionName: `process-${random.int(1, 30)}`, key: { id: random.uuid() } };
    }
  }

  #response(): object {
    const random = this.#random;
    return {
      "x-amz-server-side-encryption": "aws:kms",
      "x-amz-server-side-encryption-aws-kms-key-id": `arn:aws:kms:${REGION}:${ACCOUNT}:key/${random.uuid()}`,
      "x-amz-version-id": random.base62(32),
    };
  }

  #additional(): object {
    const random = this.#random;
    return {
      SignatureVersion: "SigV4",
      CipherSuite: "TLS_AES_128_GCM_SHA256",
      bytesTransferredIn: random.int(0, 5000),
      bytesTransferredOut: random.int(0, 900_000),
      AuthenticationMethod: "AuthHeader",
      "x-amz-id-2": random.base62(76),
    };
  }
}

function denial(role: Role, call: Call, arn: string): object {
  return {
    errorCode: "AccessDenied",
    errorMessage: `User: arn:aws:sts::${ACCOUNT}:assumed-role/${role.name} is not authorized to perform: ${call.service}:${call.name} on resource: "${arn}"`,
  };
}
