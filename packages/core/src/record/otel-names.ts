// Names of OpenTelemetry for those of ECS: the log data model, and semantic conventions 1.42.0. What isn't listed keeps its name, as an
// attribute of the record.

/** Fields of the record → attributes of it, and where the name begins with `resource:`, of what made it. */
const NAMES: Readonly<Record<string, string>> = {
  "aws.cloudwatch.log_group": "resource:aws.log.group.names",
  "aws.cloudwatch.log_stream": "resource:aws.log.stream.names",
  "aws.s3.bucket.name": "aws.s3.bucket",
  "aws.s3.object.key": "aws.s3.key",
  "cloud.instance.id": "resource:host.id",
  "cloud.machine.type": "resource:host.type",
  "error.message": "exception.message",
  "error.stack_trace": "exception.stacktrace",
  "faas.execution": "faas.invocation_id",
  "faas.id": "resource:cloud.resource_id",
  "host.hostname": "resource:host.name",
  "http.request.body.bytes": "http.request.body.size",
  "http.request.bytes": "http.request.size",
  "http.request.referrer": "http.request.header.referer",
  "http.response.body.bytes": "http.response.body.size",
  "http.response.bytes": "http.response.size",
  "http.version": "network.protocol.version",
  "log.origin.file.line": "code.line.number",
  "log.origin.file.name": "code.file.path",
  "mysql.audit.database": "db.namespace",
  "mysql.audit.query": "db.query.text",
  "mysql.slowlog.query": "db.query.text",
  "mysql.slowlog.schema": "db.namespace",
  "postgresql.log.database": "db.namespace",
  "postgresql.log.query": "db.query.text",
  "process.executable": "process.executable.path",
  "process.name": "process.executable.name",
  "process.thread.id": "thread.id",
  "rule.category": "security_rule.category",
  "rule.name": "security_rule.name",
  "rule.ruleset": "security_rule.ruleset_name",
  "tls.version": "tls.protocol.version",
  "tls.version_protocol": "tls.protocol.name",
};

/** Said otherwise, or a repetition of other fields. */
const LEFT_OUT: ReadonlySet<string> = new Set([
  "aws.s3.bucket.arn",
  "ecs.version",
  "related.hosts",
  "related.ip",
  "related.user",
]);

/** What made a record, but for what tells of one run of it. */
const RESOURCE = /^(?:cloud|container|host|k8s|service)\.|^faas\.(?:name|version|instance)$/;

/** Attributes that are lists, though here they have one value. */
export const LISTS: ReadonlySet<string> = new Set(["aws.cloudwatch.log_group", "aws.cloudwatch.log_stream"]);

export type Place = readonly string[] | undefined;

/** Where documents have fields of these ECS names; undefined: nowhere. `own`: names that a format has for them. */
export function otelPlaces(
  names: Iterable<string>,
  own: Readonly<Record<string, string>> = {},
): (name: string) => Place {
  const known = new Set(names);
  const places = new Map<string, Place>();
  const taken = new Set<string>();
  const placed = (name: string): Place => {
    if (LEFT_OUT.has(name)) return undefined;
    if (name === "log.level") return ["severity_text"];
    if (name.startsWith("data_stream.")) return ["data_stream", name.slice("data_stream.".length)];
    const meant = own[name] ?? sideName(name, known) ?? NAMES[name] ?? name;
    if (meant === "") return undefined;
    const free = taken.has(meant) ? name : meant;
    taken.add(free);
    if (free.startsWith("resource:")) return ["resource", "attributes", free.slice("resource:".length)];
    return RESOURCE.test(free) ? ["resource", "attributes", free] : ["attributes", free];
  };
  return (name) => {
    if (!places.has(name)) places.set(name, placed(name));
    return places.get(name);
  };
}

const SIDE = /^(client|destination|source)\.(address|domain|ip|port)$/;

/**
 * Where a request is told of, its two sides are a client and a server. One of address, domain and IP is the address; an IP beside it
 * says the same, and is nowhere (""), unless the address may be a domain.
 */
function sideName(name: string, known: ReadonlySet<string>): string | undefined {
  const [, side, part] = SIDE.exec(name) ?? [];
  if (side === undefined) return undefined;
  const has = (other: string): boolean => known.has(`${side}.${other}`);
  const http = known.has("http.request.method");
  const meant = http && side === "source" ? "client" : http && side === "destination" ? "server" : side;
  if (part === "port") return `${meant}.port`;
  const address = has("address") ? "address" : has("domain") ? "domain" : "ip";
  if (part === address) return `${meant}.address`;
  return part === "ip" && !has("domain") ? "" : undefined;
}

/** Numbers of severity in the log data model, and what logs call them. */
const SEVERITIES: readonly (readonly [number, string])[] = [
  [1, "trace"],
  [5, "debug dbug"],
  [9, "info informational information note log system"],
  [10, "notice"],
  [13, "warn warning"],
  [17, "error err fail severe"],
  [18, "crit"],
  [19, "alert"],
  [21, "critical fatal emerg emergency panic"],
];
const BY_LEVEL: ReadonlyMap<string, number> = new Map(
  SEVERITIES.flatMap(([number, levels]) => levels.split(" ").map((level) => [level, number] as const)),
);

/** Undefined for words that mean none of them. */
export function severityOf(level: string): number | undefined {
  return BY_LEVEL.get(level.toLowerCase());
}
