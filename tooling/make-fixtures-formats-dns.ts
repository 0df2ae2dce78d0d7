import { ACCOUNT, REGION } from "./make-fixtures-events.ts";

// Query logs as the Route 53 guide describes them.

const resolver = (changes: object): string =>
  JSON.stringify({
    version: "1.100000",
    account_id: ACCOUNT,
    region: REGION,
    vpc_id: "vpc-0a1b2c3d4e5f60718",
    query_timestamp: "2026-11-03T09:05:17Z",
    query_name: "www.example.com.",
    query_type: "A",
    query_class: "IN",
    rcode: "NOERROR",
    answers: [{ Rdata: "203.0.113.9", Type: "A", Class: "IN" }],
    srcaddr: "172.31.1.7",
    srcport: "56067",
    transport: "UDP",
    srcids: { instance: "i-0d15cd0d3fda3b2b0" },
    ...changes,
  });

const resolverLines = [
  resolver({}),
  resolver({
    query_name: "shop.example.com.",
    answers: [
      { Rdata: "shop.example.net.", Type: "CNAME", Class: "IN" },
      { Rdata: "2001:db8::10", Type: "AAAA", Class: "IN" },
      { Rdata: '"v=spf1 -all"', Type: "TXT", Class: "IN" },
    ],
    transport: "TCP",
  }),
  resolver({
    query_name: "4.3.2.1.in-addr.arpa.",
    query_type: "PTR",
    answers: [{ Rdata: "host.example.org.", Type: "PTR", Class: "IN" }],
  }),
  resolver({
    query_name: "7.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa.",
    query_type: "PTR",
    rcode: "NXDOMAIN",
    answers: [],
    srcids: { resolver_endpoint: "rslvr-in-0123456789abcdef0", resolver_network_interface: "rni-0123456789abcdef0" },
  }),
  resolver({
    query_name: "bad.example.",
    rcode: "NXDOMAIN",
    answers: [],
    firewall_rule_action: "BLOCK",
    firewall_rule_group_id: "rslvr-frg-01234567890abcdef",
    firewall_domain_list_id: "rslvr-fdl-01234567890abcdef",
    srcids: {},
  }),
];

const publicLines = [
  "1.0 2026-11-03T09:05:50.235Z Z123412341234 example.com AAAA NOERROR TCP IAD12 192.0.2.1 198.51.100.0/24",
  "1.0 2026-11-03T09:05:51.009Z Z123412341234 txt.example.com TXT NOERROR UDP DUB2 2001:db8::53 2001:db8:abcd::/48",
  "1.0 2026-11-03T09:05:52.001Z Z123412341234 no-such-name.example.com A NXDOMAIN UDP FRA6-C1 192.0.2.7 -",
];

const logEvent = (message: string, i: number): object => ({ id: `3817${i}`, timestamp: 1793696750000 + i, message });

export const dnsFixtures: Readonly<Record<string, string>> = {
  "route53-resolver/queries.log": `${resolverLines.join("\n")}\n`,
  "route53-resolver/any-group.logs.json": `${JSON.stringify({
    messageType: "DATA_MESSAGE",
    owner: ACCOUNT,
    logGroup: "acme-dns",
    logStream: "vpc-0a1b2c3d4e5f60718_i-0d15cd0d3fda3b2b0",
    subscriptionFilters: ["all"],
    logEvents: [...resolverLines.slice(0, 1), "something else"].map(logEvent),
  })}\n`,
  "route53-public/queries.log": `${publicLines.join("\n")}\n`,
  "route53-public/hosted-zone.logs.json": `${JSON.stringify({
    messageType: "DATA_MESSAGE",
    owner: ACCOUNT,
    logGroup: "/aws/route53/example.com",
    logStream: "Z123412341234/DUB2-C1",
    subscriptionFilters: ["all"],
    logEvents: ["not a query", ...publicLines.slice(0, 1)].map(logEvent),
  })}\n`,
};
