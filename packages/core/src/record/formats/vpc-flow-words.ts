/** Assigned Internet Protocol Numbers (IANA), those that flow logs meet: ECS wants their keywords in lower case. */
export const TRANSPORT: Readonly<Record<number, string>> = {
  0: "hopopt",
  1: "icmp",
  2: "igmp",
  4: "ipv4",
  6: "tcp",
  8: "egp",
  17: "udp",
  41: "ipv6",
  43: "ipv6-route",
  44: "ipv6-frag",
  46: "rsvp",
  47: "gre",
  50: "esp",
  51: "ah",
  58: "ipv6-icmp",
  59: "ipv6-nonxt",
  60: "ipv6-opts",
  88: "eigrp",
  89: "ospf",
  94: "ipip",
  97: "etherip",
  103: "pim",
  108: "ipcomp",
  112: "vrrp",
  115: "l2tp",
  132: "sctp",
  136: "udplite",
  137: "mpls-in-ip",
};

const FLAGS = ["fin", "syn", "rst", "psh", "ack", "urg"] as const;

const lists: string[] = [];

/** By a record's TCP flags, the JSON of their names. */
export function tcpFlags(bits: number): string {
  const known = bits & (2 ** FLAGS.length - 1);
  lists[known] ??= JSON.stringify(FLAGS.filter((_flag, i) => (known >> i) & 1));
  return lists[known];
}
