import type { Format } from "./format.ts";
import { type Line, lineFormat } from "./line-format.ts";
import { atPaddedBars, recordTime } from "./redshift-time.ts";

// User logs of Redshift, changes to users: "User log" under "Database audit logging" in the Redshift guide.

const NS = "aws.redshift";

export const redshiftUser: Format = lineFormat({
  name: "redshift-user",
  dataset: "aws.redshift_logs",
  keys: /_userlog_/,
  logs: /^\/aws\/redshift\/[^:]*\/userlog:/,
  inLogs: true,
  constants: { "cloud.provider": "aws", "event.category": ["iam", "database"], "event.kind": "event" },
  columns: [
    ["userid", "keyword", "user.target.id"],
    ["username", "keyword", "user.target.name"],
    ["oldusername", "keyword", `${NS}.old_user_name`],
    ["action", "keyword", "event.action"],
    ["usecreatedb", "long", `${NS}.can_create_database`],
    ["usesuper", "long", `${NS}.is_superuser`],
    ["usecatupd", "long", `${NS}.can_update_catalog`],
    ["valuntil", "keyword", `${NS}.password_valid_until`],
    ["pid", "long", "process.pid"],
    ["xid", "keyword", `${NS}.transaction_id`],
    ["recordtime", "keyword"],
  ],
  fewest: 11,
  most: 12,
  split: atPaddedBars,
  begins: (bytes, from, to) => to - from > 40 && (bytes[from] as number) >= 0x20 && (bytes[from] as number) <= 0x39,
  time: recordTime,
  derived: { "event.type": "json", "related.user": "json" },
  derive: () => (line) => {
    line.set("event.type", TYPES[line.text("action") ?? ""] ?? '["user","change"]');
    line.setList("related.user", namesIn(line));
  },
});

const TYPES: Readonly<Record<string, string>> = { create: '["user","creation"]', drop: '["user","deletion"]' };

function namesIn(line: Line): readonly (string | undefined)[] {
  return [line.text("username"), line.text("oldusername")];
}
