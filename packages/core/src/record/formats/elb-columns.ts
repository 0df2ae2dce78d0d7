import { ipVersion } from "../../bytes/ip.ts";
import type { ConstantValue } from "../document-template.ts";
import { bracketed, portColon } from "../fields/text.ts";
import { TLS_FIELDS } from "../fields/tls.ts";
import type { LeafType } from "../layout.ts";
import type { Event } from "./event.ts";

// What the logs of all load balancers have alike.

export const ELB_KEYS: RegExp = /(?:^|\/)elasticloadbalancing\//;

/** The fields that `setBackend` sets. */
export const BACKEND_FIELDS: Readonly<Record<string, LeafType>> = {
  "aws.elb.backend.ip": "keyword",
  "aws.elb.backend.port": "keyword",
};

/** The fields that `setSource` sets. */
export const SOURCE_FIELDS: Readonly<Record<string, LeafType>> = {
  "source.address": "keyword",
  "source.ip": "keyword",
  "source.port": "long",
};

/** What listeners of TLS say of each connection. */
export const TCP_CONSTANTS: Readonly<Record<string, ConstantValue>> = {
  "aws.elb.protocol": "tcp",
  "cloud.provider": "aws",
  "event.category": ["network"],
  "event.kind": "event",
};

/** What Network Load Balancers' logs have besides their columns. */
export const NLB_FIELDS: Readonly<Record<string, LeafType>> = {
  ...BACKEND_FIELDS,
  ...SOURCE_FIELDS,
  ...TLS_FIELDS,
  "aws.elb.alpn_client_preference_list": "json",
  "aws.elb.tls_connection_creation_time": "keyword",
  "event.end": "keyword",
};

/** What connection logs have besides their columns. */
export const CONNECTION_FIELDS: Readonly<Record<string, LeafType>> = {
  ...TLS_FIELDS,
  "aws.elb.leaf_client_cert_not_after": "keyword",
  "aws.elb.leaf_client_cert_not_before": "keyword",
  "aws.elb.tls_error_code": "keyword",
  "aws.elb.tls_verify_status": "keyword",
};

/** `address:port` of the client. */
export function setSource(event: Event, from: number, to: number): void {
  const colon = portColon(event.bytes, from, to);
  if (colon < 0) return;
  const inner = bracketed(event.bytes, from, colon);
  event.span("source.address", from + inner, colon - inner);
  if (ipVersion(event.bytes, from + inner, colon - inner) !== 0) event.span("source.ip", from + inner, colon - inner);
  event.span("source.port", colon + 1, to);
}

/** `address:port` of the target; `-` when there was none. */
export function setBackend(event: Event, from: number, to: number): void {
  const colon = portColon(event.bytes, from, to);
  if (colon < 0) return;
  const inner = bracketed(event.bytes, from, colon);
  if (ipVersion(event.bytes, from + inner, colon - inner) === 0) return;
  event.span("aws.elb.backend.ip", from + inner, colon - inner);
  event.span("aws.elb.backend.port", colon + 1, to);
}
