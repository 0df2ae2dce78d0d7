import { Buffer } from "node:buffer";
import type { Framing } from "../../framing/content.ts";
import type { Layout } from "../layout.ts";
import { cloudtrailFields } from "./cloudtrail-fields.ts";
import { cloudtrailParser, setTime } from "./cloudtrail-parser.ts";
import type { Format, FormatHint } from "./format.ts";
import { headMembers } from "./json-head.ts";
import { JsonScanner } from "./json-scanner.ts";
import { MemberTable } from "./member-table.ts";

// CloudTrail: "CloudTrail log file examples" and "CloudTrail record contents" in the AWS guide. ECS names as Elastic's
// AWS integration uses them for the dataset aws.cloudtrail.

const RECORDS = "Records";

/** Log files, Insights files and organisation trails alike: `<account>_CloudTrail_<region>_<time>_<unique>.json.gz`. */
const LOG_FILE = /(?:^|\/)\d{12}_CloudTrail(?:-Insight)?_[a-z0-9-]+_\d{8}T\d{4}Z_[^/]+\.json(?:\.gz)?$/;

export const cloudtrail: Format = {
  name: "cloudtrail",
  shape: "object",
  dataset: "aws.cloudtrail",
  keys: LOG_FILE,
  inLogs: true,
  get layout(): Layout {
    return cloudtrailFields().layout;
  },
  constants: { "cloud.provider": "aws", "event.kind": "event" },
  detect: ({ members }: FormatHint) => isEvent(members),
  detectDocument: ({ key, members }: FormatHint) =>
    isDigest(members) || (members.size > 0 && isLogFile(key)) || holdsEvents(members),
  framing: ({ members }: FormatHint): Framing | undefined => {
    if (isDigest(members)) return "none";
    return members.size === 0 || isEvent(members) ? undefined : { array: RECORDS };
  },
  parser: ({ fields }) => {
    if (fields) return cloudtrailParser();
    const scanner = new JsonScanner(new MemberTable({ eventTime: 0 }), 0);
    return (record) => {
      const { bytes, from, to } = record;
      return scanner.scan(bytes, from, to) && setTime(record, scanner, 0) ? "record" : "unparsed";
    };
  },
};

function isLogFile(key: string | undefined): boolean {
  return key !== undefined && LOG_FILE.test(key);
}

type Members = ReturnType<typeof headMembers>;

const startsWith = (value: Uint8Array | undefined, pattern: RegExp): boolean =>
  value !== undefined && pattern.test(Buffer.from(value.subarray(0, 200)).toString("latin1"));

/** S3's own notifications look alike, but for their version. */
function isEvent(members: Members): boolean {
  const known = ["eventTime", "eventSource", "eventName", "awsRegion", "userIdentity", "eventType"];
  return startsWith(members.get("eventVersion"), /^"1\.\d/) && known.filter((name) => members.has(name)).length > 1;
}

function holdsEvents(members: Members): boolean {
  const records = members.get(RECORDS);
  if (records === undefined || !startsWith(records, /^\[\s*\{/)) return false;
  return isEvent(headMembers(records.subarray(1)));
}

/** Digest files tell whether log files are whole; they hold no events. */
function isDigest(members: Members): boolean {
  return members.has("digestStartTime") && members.has("digestEndTime");
}
