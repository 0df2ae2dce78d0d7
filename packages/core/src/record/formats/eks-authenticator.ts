import { Layout } from "../layout.ts";
import { clusterOf, KUBERNETES_NAMES } from "./eks.ts";
import type { Format } from "./format.ts";
import { LogfmtReader } from "./logfmt.ts";

const KEYS = [
  ["level", "log.level"],
  ["username", "user.name"],
  ["uid", "user.id"],
  ["client", "client.address"],
  ["method", "http.request.method"],
  ["path", "url.path"],
  ["error", "error.message"],
] as const;

let layout: Layout | undefined;

/** The log of EKS' authenticator, in logfmt: which identity of IAM got in as which user of Kubernetes. */
export const eksAuthenticator: Format = {
  name: "eks-authenticator",
  dataset: "aws.eks_logs",
  logs: /^\/aws\/eks\/[\w-]+\/cluster:authenticator-/,
  shape: "line",
  constants: { "event.kind": "event", "orchestrator.type": "kubernetes" },
  otel: KUBERNETES_NAMES,
  constantsOf: clusterOf,
  get layout(): Layout {
    layout ??= new Layout(Object.fromEntries(KEYS.map(([, field]) => [field, "keyword"])));
    return layout;
  },
  detect: () => false,
  parser(options) {
    const reader = new LogfmtReader(options, this.layout, KEYS);
    return options.fields ? (record) => reader.parse(record) : (record) => reader.parseTime(record);
  },
};
