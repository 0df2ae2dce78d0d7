import { logs } from "./make-fixtures-formats-logs.ts";

// The control plane's logs, as the AWS guide for EKS and Kubernetes' own describe them.

const GROUP = "/aws/eks/shop/cluster";
const TIME = "2026-11-03T09:05:00.822532Z";

const audit = (changes: object = {}): object => ({
  kind: "Event",
  apiVersion: "audit.k8s.io/v1",
  level: "RequestResponse",
  auditID: "0e4c8e06-2d4b-4c11-a0f5-5b3fb1a4a4c0",
  stage: "ResponseComplete",
  requestURI: "/api/v1/namespaces/shop/pods",
  verb: "create",
  user: {
    username: "kubernetes-admin",
    uid: "aws-iam-authenticator:123456789012:AIDAEXAMPLE",
    groups: ["system:masters", "system:authenticated"],
    extra: { accessKeyId: ["AKIAEXAMPLE"], "authentication.kubernetes.io/node-name": ["ip-10-0-0-7"] },
  },
  sourceIPs: ["198.51.100.7", "10.0.0.9"],
  userAgent: "kubectl/v1.34.1 (linux/amd64)",
  objectRef: { resource: "pods", namespace: "shop", name: "cart-0", apiVersion: "v1", subresource: "status" },
  responseStatus: { metadata: {}, code: 201 },
  requestObject: { kind: "Pod", metadata: { labels: { "app.kubernetes.io/name": "cart" } }, spec: { containers: [] } },
  requestReceivedTimestamp: "2026-11-03T09:05:00.819232Z",
  stageTimestamp: TIME,
  annotations: { "authorization.k8s.io/decision": "allow", "authorization.k8s.io/reason": "" },
  ...changes,
});

export const eksFixtures: Readonly<Record<string, string>> = {
  "eks-audit/audit.logs.json": logs(GROUP, "kube-apiserver-audit-0a1b2c3d4e5f60718293a4b5c6d7e8f9", [
    audit(),
    audit({
      verb: "list",
      user: { username: "system:anonymous", groups: ["system:unauthenticated"] },
      impersonatedUser: { username: "alice", groups: ["dev"] },
      sourceIPs: ["not an address"],
      responseStatus: { status: "Failure", code: 403, reason: "Forbidden", message: 'pods is forbidden: "no"' },
      annotations: { "authorization.k8s.io/decision": "forbid", "authorization.k8s.io/reason": "no rule" },
      stageTimestamp: undefined,
    }),
    '{\n  "kind": "Event", "apiVersion": "audit.k8s.io/v1", "auditID": "1",\n  "stageTimestamp": "2026-11-03T09:05:00Z"\n}',
    "not JSON",
  ]),
  "eks-audit/audit.ndjson": `${JSON.stringify(audit())}\n${JSON.stringify(audit({ stage: "Panic", annotations: null }))}\n`,
  "eks/scheduler.logs.json": logs(GROUP, "kube-scheduler-0a1b2c3d4e5f60718293a4b5c6d7e8f9", [
    'I1103 09:05:00.123456       1 schedule_one.go:314] "Successfully bound pod to node" pod="shop/cart-0" node="ip-10-0-0-7"',
    "E1103 09:05:00.223456      11 leaderelection.go:330] error retrieving resource lock",
    "W1103 09:05:00.323456       1 reflector.go:484] watch ended",
    "F1103 09:05:00.423456       1 main.go:1]",
    "Trace[123]: goes on",
  ]),
  "eks-authenticator/authenticator.logs.json": logs(GROUP, "authenticator-0a1b2c3d4e5f60718293a4b5c6d7e8f9", [
    `time="2026-11-03T09:05:00Z" level=info msg="access granted" arn="arn:aws:iam::123456789012:role/admin" client="127.0.0.1:58424" groups="[system:masters]" method=POST path=/authenticate uid="aws-iam-authenticator:123456789012:AROAEXAMPLE" username=kubernetes-admin`,
    'time="2026-11-03T09:05:01Z" level=warning msg="access denied" client="127.0.0.1:58425" error="ARN is not mapped: \\"arn:aws:iam::123456789012:role/x\\"" method=POST path=/authenticate',
    "goes on",
  ]),
};
