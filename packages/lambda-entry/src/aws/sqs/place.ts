import { SluiceError } from "@sluice/core";

/** What the address of a queue tells. */
export interface QueuePlace {
  /** That requests are signed for; undefined where the host doesn't say, as of a local stand-in. */
  readonly region: string | undefined;
  /** The host is AWS's own of that region: the SDK finds it by itself, in whatever variant it is set to. */
  readonly isPublic: boolean;
}

/** `sqs.eu-west-1.amazonaws.com`, with FIPS, dual-stack and private hosts (`vpce-….sqs.eu-west-1.vpce.amazonaws.com`). */
const REGIONAL = /^(.*\.)?sqs(?:-fips)?\.([a-z]+(?:-[a-z]+)+-\d+)\.(.+)$/;
/** Hosts of the first years: `eu-west-1.queue.amazonaws.com`, and without a region for the first one. */
const LEGACY = /^(?:([a-z]+(?:-[a-z]+)+-\d+)\.)?queue\.amazonaws\.com(?:\.cn)?$/;
const LEGACY_REGION = "us-east-1";
/** All that AWS's own hosts end in. */
const PUBLIC_SUFFIX =
  /^(?:amazonaws\.com(?:\.cn)?|amazonaws\.eu|api\.aws|api\.amazonwebservices\.(?:com\.cn|eu)|c2s\.ic\.gov|sc2s\.sgov\.gov|cloud\.adc-e\.uk|csp\.hci\.ic\.gov)$/;

export function placeOfQueue(url: string): QueuePlace {
  const { hostname } = new URL(url);
  const legacy = LEGACY.exec(hostname);
  if (legacy !== null) return { region: legacy[1] ?? LEGACY_REGION, isPublic: true };
  const [, before, region, suffix = ""] = REGIONAL.exec(hostname) ?? [];
  return { region, isPublic: region !== undefined && before === undefined && PUBLIC_SUFFIX.test(suffix) };
}

/** Domains by partition (AWS General Reference, "Amazon SQS endpoints"); all others are of `amazonaws.com`. */
const DOMAINS: Readonly<Record<string, string>> = {
  "aws-cn": "amazonaws.com.cn",
  "aws-eusc": "amazonaws.eu",
  "aws-iso": "c2s.ic.gov",
  "aws-iso-b": "sc2s.sgov.gov",
  "aws-iso-e": "cloud.adc-e.uk",
  "aws-iso-f": "csp.hci.ic.gov",
};

/** `arn:aws:sqs:eu-west-1:123456789012:name` → `https://sqs.eu-west-1.amazonaws.com/123456789012/name`. */
export function queueUrlOf(arn: string): string {
  const [, partition = "", region, account, name] = /^arn:([^:]+):sqs:([^:]+):(\d+):([\w.-]+)$/.exec(arn) ?? [];
  if (name === undefined) throw new SluiceError("INTERNAL", `expected the ARN of a queue, got ${arn}`);
  return `https://sqs.${region}.${DOMAINS[partition] ?? "amazonaws.com"}/${account}/${name}`;
}
