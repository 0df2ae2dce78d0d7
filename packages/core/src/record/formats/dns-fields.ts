import { Buffer } from "node:buffer";
import { ipVersion } from "../../bytes/ip.ts";
import type { LeafType } from "../layout.ts";
import type { Event } from "./event.ts";

// What logs of DNS queries have alike.

/** The fields that `setTransport` and `setSource` set. */
export const DNS_FIELDS: Readonly<Record<string, LeafType>> = {
  "dns.question.name": "keyword",
  "event.outcome": "keyword",
  "network.iana_number": "keyword",
  "network.transport": "keyword",
  "network.type": "keyword",
  "related.hosts": "json",
  "related.ip": "json",
};

export const DNS_CONSTANTS: Readonly<Record<string, string | readonly string[]>> = {
  "cloud.provider": "aws",
  "event.category": ["network"],
  "event.kind": "event",
  "event.type": ["protocol"],
  "network.protocol": "dns",
};

const NUMBERS: Readonly<Record<string, string>> = { tcp: "6", udp: "17" };

export function setTransport(event: Event, name: string): void {
  const transport = event.text(name)?.toLowerCase();
  event.setText("network.transport", transport);
  if (transport !== undefined) event.set("network.iana_number", NUMBERS[transport]);
}

export function setNetworkType(event: Event, address: string): void {
  const version = event.ip(address);
  if (version !== 0) event.set("network.type", version === 4 ? "ipv4" : "ipv6");
}

export function setDnsOutcome(event: Event, code: string): void {
  event.set("event.outcome", event.text(code) === "NOERROR" ? "success" : "failure");
}

/** Without the root's dot. */
export function withoutRoot(name: string): string {
  return name.length > 1 && name.endsWith(".") ? name.slice(0, -1) : name;
}

export function isAddress(text: string): boolean {
  const bytes = Buffer.from(text);
  return ipVersion(bytes, 0, bytes.length) !== 0;
}

/** The address that a name under in-addr.arpa or ip6.arpa asks about; undefined for other names. */
export function reverseAddress(name: string): string | undefined {
  const v4 = /^([\d.]{7,15})\.in-addr\.arpa$/i.exec(name)?.[1];
  const v6 = /^((?:[0-9a-f]\.){32})ip6\.arpa$/i.exec(name)?.[1];
  const address = v4?.split(".").reverse().join(".") ?? v6?.split(".").reverse().join("").match(/.{4}/g)?.join(":");
  return address !== undefined && isAddress(address) ? address : undefined;
}
