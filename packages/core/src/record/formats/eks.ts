import type { ConstantValue } from "../document-template.ts";
import type { Origin } from "../origin.ts";
import type { Format } from "./format.ts";
import { textFormat } from "./text-format.ts";

// Control plane logs of Amazon EKS: "Send control plane logs to CloudWatch Logs" in the AWS guide. Streams are named after the
// component: kube-apiserver-…, kube-controller-manager-…, cloud-controller-manager-…, kube-scheduler-….

const CLUSTER = /^\/aws\/eks\/([\w-]{1,100})\/cluster$/;
const COMPONENT =
  /^(kube-apiserver-audit|kube-apiserver|kube-controller-manager|cloud-controller-manager|kube-scheduler|authenticator)-/;

/** What OpenTelemetry calls a cluster that is one of Kubernetes. */
export const KUBERNETES_NAMES: Readonly<Record<string, string>> = {
  "orchestrator.cluster.name": "k8s.cluster.name",
  "orchestrator.namespace": "k8s.namespace.name",
};

/** The cluster that a log group is named after, and the component that a stream is. */
export function clusterOf({ constants }: Origin): Readonly<Record<string, ConstantValue>> {
  const cluster = CLUSTER.exec(constants.get("aws.cloudwatch.log_group") ?? "")?.[1];
  const component = COMPONENT.exec(constants.get("aws.cloudwatch.log_stream") ?? "")?.[1];
  return {
    ...(cluster === undefined ? {} : { "orchestrator.cluster.name": cluster }),
    ...(component === undefined ? {} : { "service.name": component }),
  };
}

const LEVELS: Readonly<Record<number, string>> = { 73: "info", 87: "warning", 69: "error", 70: "fatal" };
const COLON = 0x3a;
const CLOSE_BRACKET = 0x5d;

/** Lines of klog: `I1103 09:05:00.123456       1 controller.go:624] message`, https://github.com/kubernetes/klog. */
export const eks: Format = textFormat({
  name: "eks",
  dataset: "aws.eks_logs",
  logs: /^\/aws\/eks\/[\w-]+\/cluster:(?:kube-apiserver-(?!audit-)|kube-controller-manager-|cloud-controller-manager-|kube-scheduler-)/,
  constants: { "event.kind": "event", "orchestrator.type": "kubernetes" },
  otel: KUBERNETES_NAMES,
  constantsOf: clusterOf,
  fields: {
    "log.level": "keyword",
    "log.origin.file.name": "keyword",
    "log.origin.file.line": "long",
    "process.thread.id": "long",
  },
  // Only by the log group: lines of klog are those of many programs.
  detects: () => false,
  time: (line) => {
    if (LEVELS[line.bytes[line.at] as number] === undefined) return Number.NaN;
    line.at += 1;
    return line.time("klog");
  },
  read: (line) => {
    line.set("log.level", LEVELS[line.bytes[line.from] as number] as string);
    line.skipSpace();
    const thread = line.at;
    const threadEnd = line.wordEnd();
    line.at = threadEnd + 1;
    const file = line.at;
    const colon = line.until(COLON);
    const end = colon < 0 ? -1 : line.until(CLOSE_BRACKET);
    if (end < 0) return false;
    line.whole("process.thread.id", thread, threadEnd);
    line.span("log.origin.file.name", file, colon);
    line.whole("log.origin.file.line", colon + 1, end);
    return true;
  },
});
