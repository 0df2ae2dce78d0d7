import {
  DNS_CONSTANTS,
  DNS_FIELDS,
  isAddress,
  reverseAddress,
  setDnsOutcome,
  setNetworkType,
  setTransport,
  withoutRoot,
} from "./dns-fields.ts";
import type { Format } from "./format.ts";
import { type JsonEvent, jsonFormat } from "./json-format.ts";

// Resolver query logs of Route 53: "Values that appear in VPC Resolver query logs" in the Route 53 guide. The names are those that
// Elastic's AWS integration uses for the dataset aws.route53_resolver_logs.

const FIREWALL = "aws.route53.firewall";

export const route53Resolver: Format = jsonFormat({
  name: "route53-resolver",
  dataset: "aws.route53_resolver_logs",
  keys: /(?:^|\/)vpcdnsquerylogs\//,
  inLogs: true,
  constants: DNS_CONSTANTS,
  members: [
    ["account_id", "keyword", "cloud.account.id"],
    ["region", "keyword", "cloud.region"],
    ["vpc_id", "keyword", "aws.vpc_id"],
    ["srcids.instance", "keyword", "aws.instance_id", "cloud.instance.id"],
    ["srcids.resolver_endpoint", "keyword", "aws.route53.resolver_endpoint"],
    ["srcids.resolver_network_interface", "keyword", "aws.route53.resolver_network_interface"],
    ["query_type", "keyword", "dns.question.type"],
    ["query_class", "keyword", "dns.question.class"],
    ["rcode", "keyword", "dns.response_code"],
    ["srcaddr", "keyword", "source.address"],
    ["srcaddr", "ip", "source.ip"],
    ["srcport", "long", "source.port"],
    ["firewall_rule_action", "keyword", `${FIREWALL}.action`],
    ["firewall_rule_group_id", "keyword", `${FIREWALL}.rule_group.id`],
    ["firewall_domain_list_id", "keyword", `${FIREWALL}.domain_list.id`],
  ],
  others: ["query_name", "answers", "transport"],
  time: ["query_timestamp"],
  detects: (members) => ["query_timestamp", "query_name", "rcode"].every((name) => members.has(name)),
  fits: (event) => event.to("query_name") > 0,
  derived: { ...DNS_FIELDS, "dns.answers": "json" },
  overrides: ["cloud.account.id", "cloud.region"],
  derive: () => (event) => {
    const name = withoutRoot(event.text("query_name") ?? "");
    const pointer = event.text("query_type") === "PTR";
    if (name !== "") event.setText("dns.question.name", name);
    setTransport(event, "transport");
    setNetworkType(event, "srcaddr");
    setDnsOutcome(event, "rcode");
    const answers = answersOf(event);
    const source = event.ip("srcaddr") === 0 ? undefined : event.text("srcaddr");
    if (answers.length > 0) event.setJson("dns.answers", answers);
    event.setList("related.ip", [
      ...answers.filter(({ type, data }) => (type === "A" || type === "AAAA") && isAddress(data ?? "")).map(dataOf),
      source,
      pointer ? reverseAddress(name) : undefined,
    ]);
    const hosts = answers.filter(({ type }) => type === "CNAME" || type === "PTR").map(dataOf);
    event.setList("related.hosts", [...hosts, pointer ? undefined : name]);
  },
});

interface Answer {
  readonly class?: string;
  readonly data?: string;
  readonly name?: string;
  readonly type?: string;
}

const dataOf = ({ data }: Answer): string | undefined => data;

function answersOf(event: JsonEvent): readonly Answer[] {
  const list = event.has("answers") ? event.value("answers") : undefined;
  return Array.isArray(list) ? list.map(answerOf).filter((answer) => Object.keys(answer).length > 0) : [];
}

function answerOf(answer: Readonly<Record<string, unknown>> | null): Answer {
  const { Class, Rdata, Type } = answer ?? {};
  const data = typeof Rdata === "string" && Rdata !== "" ? withoutRoot(Rdata.toWellFormed()) : undefined;
  return {
    ...(typeof Class === "string" ? { class: Class.toWellFormed() } : {}),
    ...(data === undefined ? {} : { data }),
    ...(Type === "CNAME" && data !== undefined ? { name: data } : {}),
    ...(typeof Type === "string" ? { type: Type.toWellFormed() } : {}),
  };
}
