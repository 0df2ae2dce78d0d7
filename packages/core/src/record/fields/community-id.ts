import { Buffer } from "node:buffer";
import { hash } from "node:crypto";

// The Community ID of a flow, by which logs of different makers find each other: Community ID Flow Hashing specification, version 1.

const PROTOCOLS: Readonly<Record<string, number>> = { icmp: 1, tcp: 6, udp: 17, icmp6: 58, "ipv6-icmp": 58, sctp: 132 };

/** ICMP's requests and the answers to them: one flow. */
const ANSWERS: ReadonlyMap<number, number> = both([8, 0], [13, 14], [15, 16], [17, 18], [10, 9]);
const ANSWERS_V6: ReadonlyMap<number, number> = both(
  [128, 129],
  [133, 134],
  [135, 136],
  [130, 131],
  [144, 145],
  [139, 140],
);

function both(...pairs: readonly (readonly [number, number])[]): ReadonlyMap<number, number> {
  return new Map(pairs.flatMap(([a, b]) => [[a, b] as const, [b, a] as const]));
}

export interface Flow {
  /** Addresses as text, known to be ones. */
  readonly source: string;
  readonly destination: string;
  /** The protocol's name, in lower case. */
  readonly transport: string;
  /** Ports, or of ICMP its type and code. */
  readonly sourcePort: number;
  readonly destinationPort: number;
}

/** `1:` and a hash; undefined for protocols without ports. */
export function communityId(flow: Flow): string | undefined {
  const protocol = PROTOCOLS[flow.transport];
  const source = addressBytes(flow.source);
  const destination = addressBytes(flow.destination);
  if (protocol === undefined || source.length !== destination.length) return undefined;
  const [from, to, oneWay] = portsOf(protocol, flow);
  if (!(from >= 0 && from <= 0xffff && to >= 0 && to <= 0xffff)) return undefined;
  const order = Buffer.compare(source, destination);
  const ordered = oneWay || order < 0 || (order === 0 && from <= to);
  const tail = Buffer.from([protocol, 0, 0, 0, 0, 0]);
  tail.writeUInt16BE(ordered ? from : to, 2);
  tail.writeUInt16BE(ordered ? to : from, 4);
  const ends = ordered ? [source, destination] : [destination, source];
  return `1:${hash("sha1", Buffer.concat([Buffer.alloc(2), ...ends, tail]), "base64")}`;
}

/** Of ICMP the type, and for the other side that of its answer; a type without one is a flow of one way. */
function portsOf(protocol: number, flow: Flow): readonly [from: number, to: number, oneWay: boolean] {
  const { sourcePort, destinationPort } = flow;
  const answers = protocol === 1 ? ANSWERS : protocol === 58 ? ANSWERS_V6 : undefined;
  if (answers === undefined) return [sourcePort, destinationPort, false];
  const answer = answers.get(sourcePort);
  return answer === undefined ? [sourcePort, destinationPort, true] : [sourcePort, answer, false];
}

function addressBytes(address: string): Buffer {
  if (!address.includes(":")) return Buffer.from(address.split(".").map(Number));
  const [head = "", tail] = address.split("::");
  const front = groups(head);
  const back = tail === undefined ? [] : groups(tail);
  return Buffer.from([...front, ...new Array<number>(Math.max(0, 16 - front.length - back.length)).fill(0), ...back]);
}

/** `1:a2:10.0.0.1` → bytes. */
function groups(text: string): readonly number[] {
  if (text === "") return [];
  return text.split(":").flatMap((group) => {
    if (group.includes(".")) return group.split(".").map(Number);
    const value = Number.parseInt(group, 16);
    return [value >> 8, value & 0xff];
  });
}
