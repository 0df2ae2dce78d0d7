import { Buffer } from "node:buffer";
import { isIpText } from "../../bytes/ip.ts";
import { clusterOf, KUBERNETES_NAMES } from "./eks.ts";
import type { Format } from "./format.ts";
import { type JsonEvent, jsonFormat } from "./json-format.ts";

// Audit events of Kubernetes (audit.k8s.io/v1), as EKS' control plane logs have them. ECS names as Elastic's Kubernetes integration
// uses them for the dataset kubernetes.audit_logs.

const K = "kubernetes.audit";
const same = (...names: readonly string[]): readonly (readonly [string, "keyword", string])[] =>
  names.map((name) => [name, "keyword", `${K}.${name}`] as const);

/** Their dots would be taken for objects. */
function withoutDots(value: unknown): Readonly<Record<string, unknown>> | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  const entries = Object.entries(value)
    .filter(([, inner]) => inner !== "")
    .map(([key, inner]) => [key.replaceAll(".", "_"), inner]);
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

export const eksAudit: Format = jsonFormat({
  name: "eks-audit",
  dataset: "kubernetes.audit_logs",
  logs: /^\/aws\/eks\/[\w-]+\/cluster:kube-apiserver-audit-/,
  inLogs: true,
  constants: { "event.kind": "event", "orchestrator.type": "kubernetes" },
  otel: KUBERNETES_NAMES,
  constantsOf: clusterOf,
  members: [
    ...same("kind", "level", "stage", "requestURI", "stageTimestamp", "requestReceivedTimestamp"),
    ["apiVersion", "keyword", `${K}.apiVersion`, "orchestrator.api_version"],
    ["auditID", "keyword", `${K}.auditID`],
    ["verb", "keyword", `${K}.verb`, "event.action"],
    ["user.username", "keyword", `${K}.user.username`, "user.name"],
    ["user.uid", "keyword", `${K}.user.uid`, "user.id"],
    ["user.groups", "json", `${K}.user.groups`],
    ...same("impersonatedUser.username", "impersonatedUser.uid"),
    ["impersonatedUser.groups", "json", `${K}.impersonatedUser.groups`],
    ["sourceIPs", "json", `${K}.sourceIPs`],
    ["userAgent", "keyword", `${K}.userAgent`, "user_agent.original"],
    ["objectRef.resource", "keyword", `${K}.objectRef.resource`, "orchestrator.resource.type"],
    ["objectRef.namespace", "keyword", `${K}.objectRef.namespace`, "orchestrator.namespace"],
    ["objectRef.name", "keyword", `${K}.objectRef.name`, "orchestrator.resource.name"],
    ...same("objectRef.uid", "objectRef.apiGroup", "objectRef.apiVersion", "objectRef.resourceVersion"),
    ...same("objectRef.subresource", "responseStatus.status", "responseStatus.message", "responseStatus.reason"),
    ["responseStatus.code", "long", `${K}.responseStatus.code`, "http.response.status_code"],
    ["requestObject", "jsonText", `${K}.requestObject`],
    ["responseObject", "jsonText", `${K}.responseObject`],
  ],
  others: ["annotations", "user.extra", "sourceIPs", "user.username", "user.uid"],
  time: ["stageTimestamp", "requestReceivedTimestamp"],
  detects: (members) => {
    const version = Buffer.from(members.get("apiVersion")?.subarray(0, 14) ?? []).toString("latin1");
    return version === '"audit.k8s.io/' && members.has("auditID");
  },
  derived: {
    [`${K}.annotations`]: "json",
    [`${K}.user.extra`]: "json",
    "client.ip": "json",
    "event.outcome": "keyword",
    "related.ip": "json",
    "related.user": "json",
    "source.ip": "json",
  },
  derive: () => (event) => {
    setAnnotations(event);
    event.setJson(`${K}.user.extra`, withoutDots(event.value("user.extra")));
    const sources = event.value("sourceIPs");
    const addresses = Array.isArray(sources)
      ? sources.filter((each) => typeof each === "string" && isIpText(each))
      : [];
    for (const field of ["client.ip", "related.ip", "source.ip"]) event.setList(field, addresses);
    event.setList("related.user", [event.text("user.uid"), event.text("user.username")]);
  },
});

function setAnnotations(event: JsonEvent): void {
  const annotations = withoutDots(event.value("annotations"));
  event.setJson(`${K}.annotations`, annotations);
  const decision = annotations?.["authorization_k8s_io/decision"];
  if (decision === "allow") event.set("event.outcome", "success");
  else if (decision === "forbid") event.set("event.outcome", "failure");
}
