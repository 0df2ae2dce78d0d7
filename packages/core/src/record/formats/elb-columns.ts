import { ipVersion } from "../../bytes/ip.ts";
import { bracketed, portColon } from "../fields/text.ts";
import type { LeafType } from "../layout.ts";
import type { Line } from "./line-format.ts";

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

/** `address:port` of the client. */
export function setSource(line: Line, column: string): void {
  const from = line.from(column);
  const to = line.to(column);
  const colon = portColon(line.bytes, from, to);
  if (colon < 0) return;
  const inner = bracketed(line.bytes, from, colon);
  line.span("source.address", from + inner, colon - inner);
  if (ipVersion(line.bytes, from + inner, colon - inner) !== 0) line.span("source.ip", from + inner, colon - inner);
  line.span("source.port", colon + 1, to);
}

/** `address:port` of the target; `-` when there was none. */
export function setBackend(line: Line, column: string): void {
  const from = line.from(column);
  const to = line.to(column);
  const colon = portColon(line.bytes, from, to);
  if (colon < 0) return;
  const inner = bracketed(line.bytes, from, colon);
  if (ipVersion(line.bytes, from + inner, colon - inner) === 0) return;
  line.span("aws.elb.backend.ip", from + inner, colon - inner);
  line.span("aws.elb.backend.port", colon + 1, to);
}
